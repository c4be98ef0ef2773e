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
    guards.retries = try integer("retry", least: 0) ?? 0
    guards.verification = try verification(keyField)
    let settle = try duration("settle")
    guards.settle = settle ?? .zero
    guards.throttle = try throttle(client)
    guard !run.isDry(self), !run.session.options.isOffline else { return guards }
    guards.resolver = UnknownResolver(client.client, keyField: keyField, isSettled: settle != nil)
    if let path = try string("journal") {
      let journal = try openJournal(path, run, client, keyField)
      guards.journal = journal
      run.session.note(opened: journal)
    }
    if let path = try string("backup") {
      var query = Query()
      query.include = try list("include")
      do throws(JournalError) { guards.backup = try Backup(path, client.client, query) } catch {
        throw fault(of: error)
      }
    }
    return guards
  }

  /// `verify: true`, `false` or `"all"`.
  private func verification(_ keyField: String?) throws(Fault) -> Verification {
    guard let argument = options["verify"] else { return .unknown }
    switch argument.value {
    case .bool(true): return .unknown
    case .bool(false): return .none
    case .string("all") where name != "create" || keyField != nil: return .all
    case .string("all"):
      throw fault(argument, .value, "verify: \"all\" looks creates up by key:", nextStep: "key: .email")
    default: throw fault(argument, .value, "verify: is true, false or \"all\"")
    }
  }

  /// `throttle: {depth: 50, p95: 200ms}` with `patience: 10m`.
  private func throttle(_ client: ClientValue) throws(Fault) -> Throttle? {
    guard let argument = options["throttle"] else { return nil }
    let patience = try duration("patience") ?? .seconds(600)
    var limits = Throttle.Limits(depth: nil, p95: nil, patience: patience)
    guard case .record(let record) = argument.value else { throw misfit("throttle", argument, "a record") }
    for name in record.names {
      switch (name, record[name] ?? .null) {
      case ("depth", .number(let number)) where number.integer ?? 0 > 0: limits.depth = number.integer
      case ("p95", .duration(let duration)) where duration > .zero: limits.p95 = duration
      default:
        throw fault(
          argument, .value, "throttle: takes depth:, a number from 1, and p95:, a duration; not \(name):",
          nextStep: "throttle: {depth: 50, p95: 200ms}")
      }
    }
    let link = client.connection.link
    let (queue, resources) = (client.queue, client.client)
    return Throttle(limits) {
      try await link.probe(queue: queue, until: .now + .seconds(5))
    } sample: {
      _ = try await resources.count(Query(), patience: .usual)
    }
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
    let header = journalHeader(
      run, broker: client.connection.link.place, queue: client.queue, type: client.client.settings.type, key: keyField)
    do throws(JournalError) { return try Journal(path, header) } catch { throw fault(of: error) }
  }

  /// The header of the journal of a statement; an `each` has no queue of its own.
  func journalHeader(_ run: Run, broker: String, queue: String = "", type: String = "", key: String?) -> JournalHeader {
    JournalHeader(
      broker: broker, queue: queue, type: type, verb: name, key: key.map { ".\($0)" }, created: Self.now,
      by: Self.user, reason: run.session.options.reason, command: run.session.options.command)
  }

  /// The error of a journal, with its place.
  func fault(of error: JournalError) -> Fault {
    let isLimit = if case .file = error { false } else { true }
    return Fault(
      isLimit ? .refused : .file, error.message,
      at: [Fault.Mark((options["journal"] ?? options["backup"])?.range ?? range)], in: source,
      nextStep: error.nextStep)
  }

  /// Waits until the messages of a run before can't be carried out any more, from the first reply of the queue on.
  func settle(_ journal: Journal?, _ run: Run, _ client: ClientValue) async throws(Fault) {
    guard let journal, journal.before.unknown > 0 else { return }
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
  /// Says that a journal's end was cut.
  func note(opened journal: Journal) {
    if journal.cutLines > 0 { note("\(journal.path): the last line was not whole, and is cut") }
  }

  /// Says how a statement with a journal that is not complete is resumed.
  func noteHowToResume(_ label: String) {
    let command = options.command.map { ": \($0)" } ?? " again"
    note("\(label): to resume, run the same statement with the same journal\(command)")
  }

  /// Says what a journal holds from runs before, and how many changes are left if that is known.
  func note(resuming journal: Journal?, left: Int?) {
    guard let journal, journal.before.done + journal.before.unknown > 0 else { return }
    let rest = left.map { ", \($0) left" } ?? ""
    note("resuming \(journal.path): \(journal.before.done) done, \(journal.before.unknown) unknown\(rest)")
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
