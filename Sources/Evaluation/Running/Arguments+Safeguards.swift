import Bulk
import Client
import Glibc
import JSONAPI
import JSONRPC
import JSONText
import Language
import Synchronization
import Values

extension Arguments {
  /// What stands around the changes of a sink: its journal, limits and rate.
  func safeguards(_ run: Run, _ client: ClientValue, keyField: String?) throws(Fault) -> Safeguards {
    var guards = Safeguards()
    guards.halt = try halt()
    if let rate = try integer("rate", least: 1) { guards.rate = RateLimiter(perSecond: rate) }
    if let rule = try word("unknown", of: Safeguards.UnknownRule.allCases.map(\.rawValue)) {
      guards.unknown = Safeguards.UnknownRule(rawValue: rule) ?? .fail
    }
    guard let path = try string("journal"), !run.isDry(self) else { return guards }
    let journal = try openJournal(path, run, client, keyField)
    guards.journal = journal
    run.session.note(resuming: journal)
    guards.resolver = UnknownResolver(
      client.client, keyField: keyField, isSettled: try duration("settle") != nil)
    return guards
  }

  /// `halt: 10`, or `halt: "3%"`.
  private func halt() throws(Fault) -> Halt? {
    guard let argument = options["halt"] else { return nil }
    switch argument.value {
    case .number(let number):
      if let count = number.integer, count >= 1 { return .count(count) }
    case .string(let text):
      if text.hasSuffix("%"), let share = Double(text.dropLast()), 0 < share, share <= 100 {
        return .share(share / 100)
      }
    default: break
    }
    throw fault(
      argument, .value, "halt: is a number of failures from 1, or a percentage", nextStep: "halt: 10, or halt: \"3%\"")
  }

  private func duration(_ option: String) throws(Fault) -> Duration? {
    guard let argument = options[option] else { return nil }
    guard case .duration(let duration) = argument.value, duration >= .zero else {
      throw misfit(option, argument, "a duration")
    }
    return duration
  }

  private func openJournal(
    _ path: String, _ run: Run, _ client: ClientValue, _ keyField: String?
  ) throws(Fault) -> Journal {
    guard name != "create" || options["key"] != nil || keyField != nil else {
      throw Fault(
        .value, "create with a journal needs key:, which tells its elements apart", at: [Fault.Mark(range)], in: source,
        nextStep: "key: .email")
    }
    let header = JournalHeader(
      broker: client.connection.link.place, queue: client.queue, type: client.client.settings.type, verb: name,
      key: keyField.map { ".\($0)" }, created: Self.now, by: Self.user, reason: run.session.options.reason)
    do throws(JournalError) { return try Journal(path, header) } catch { throw fault(of: error) }
  }

  /// The error of a journal, with its place.
  func fault(of error: JournalError) -> Fault {
    let isLimit = if case .file = error { false } else { true }
    return Fault(
      isLimit ? .refused : .file, error.message, at: [Fault.Mark(options["journal"]?.range ?? range)], in: source,
      nextStep: error.nextStep)
  }

  /// Waits until the messages of a run before can't be carried out any more, from the first reply of the queue on.
  func settle(_ journal: Journal?, _ run: Run, _ client: ClientValue) async throws(Fault) {
    guard let journal, journal.unknownBefore > 0 else { return }
    // Messages that never expire have only `settle:`.
    let wait = try (journal.longestLife ?? .zero) + (duration("settle") ?? .zero)
    guard wait > .zero else { return }
    let patience = try self.patience(client)
    _ = try await client.reading(self) { () throws(ClientError) in
      try await client.client.count(Query(), patience: patience)
    }
    run.session.note("\(journal.path): waiting \(wait.text) until what was in flight is settled")
    do { try await Task.sleep(for: wait) } catch { throw Fault(.interrupted, "interrupted") }
  }

  private static var now: String { Instant.now.text }

  private static var user: String {
    let name = unsafe getpwuid(getuid()).map { unsafe String(cString: $0.pointee.pw_name) } ?? "uid \(getuid())"
    return "\(name)@\(Host.name)"
  }

  /// Closes a journal whose statement was carried out to the end.
  func complete(_ journal: Journal?) async throws(Fault) {
    do throws(JournalError) { try await journal?.complete(at: Self.now) } catch { throw fault(of: error) }
  }
}

extension Session {
  /// Says what a journal holds from runs before.
  fileprivate func note(resuming journal: Journal) {
    if journal.cutLines > 0 { note("\(journal.path): the last line was not whole, and is cut") }
    guard journal.doneBefore + journal.unknownBefore > 0 else { return }
    note("resuming \(journal.path): \(journal.doneBefore) done, \(journal.unknownBefore) unknown")
  }
}

extension Run {
  /// Whether a statement's changes are shown and not sent.
  func isDry(_ arguments: Arguments) -> Bool {
    if session.options.isDryRun { return true }
    if case .bool(true)? = arguments["dry-run"]?.value { return true }
    return false
  }
}
