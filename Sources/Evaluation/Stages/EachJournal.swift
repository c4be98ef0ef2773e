import Bulk
import Client
import JSONRPC
import JSONText
import Language
import Synchronization
import Values

/// The journal file of an `each`, which records whole iterations.
///
/// If an earlier run finished an iteration, this run skips the iteration. If the outcome of an iteration is unknown,
/// this run looks up the changes of the iteration. If the lookup does not show the outcome, the option `unknown:`
/// decides what happens.
final class EachJournal: Sendable {
  /// The decision whether to run an iteration or to skip it.
  enum IterationDecision { case run, skip }

  private struct IterationTally {
    var ok = 0
    var before = 0
    var skipped = 0
    var unknown: [ChangeIdentity] = []
    /// The iterations that a person marked to be carried out again, and for which this run has no elements.
    var missing: [ChangeIdentity] = []
    var failed = 0
    /// Whether a service may have carried out a change of this run.
    var hasSent = false

    /// The summary of the iterations as text: `3 ok, 1 failed`.
    var text: String {
      let others = [
        (before, "done in earlier runs"), (skipped, "unknown and skipped"), (failed, "failed"),
        (unknown.count, "unknown"), (missing.count, "not in the input"),
      ]
      return (["\(ok) ok"] + others.filter { $0.0 > 0 }.map { "\($0) \($1)" }).joined(separator: ", ")
    }

    /// The counts of the iterations as JSON for other programs.
    var json: JSONValue {
      let counts = [
        ("ok", ok), ("failed", failed), ("unknown", unknown.count + missing.count), ("before", before),
        ("skipped", skipped),
      ]
      return .object(JSONObject([("statement", "each")] + counts.map { ($0, .number(JSONNumber($1))) }))
    }
  }

  let journal: Journal
  /// The rule for iterations of an earlier run that have an unknown outcome (the option `unknown:`).
  let rule: StatementSafeguards.UnknownChangeRule
  private let arguments: ElementStageArguments
  private let session: Session
  /// Whether the run waits before the first iteration, because the stage has the option `settle:`.
  ///
  /// After the wait, no request of an earlier run is still inside the service.
  private let isSettled: Bool
  private let resolvers = Mutex<[[String?]: UnknownChangeResolver]>([:])
  private let state = Mutex(IterationTally())
  private let keys = Mutex(SeenElementKeys())

  init(
    _ journal: Journal, _ rule: StatementSafeguards.UnknownChangeRule, _ arguments: ElementStageArguments,
    _ session: Session,
    isSettled: Bool
  ) {
    (self.journal, self.rule, self.arguments) = (journal, rule, arguments)
    (self.session, self.isSettled) = (session, isSettled)
  }

  /// Returns a client for each queue to which iterations with an unknown outcome have sent changes.
  func clients(of session: Session) -> [ClientValue] {
    let clients = session.state.withLock(\.clients)
    return journal.queues.sorted().compactMap { queue in clients.first { $0.queue == queue } }
  }

  /// Returns the identity of the iteration for the frame's element, such as `each "a@b.c"`.
  ///
  /// The identity contains the value of the option `key:` for the element.
  ///
  /// - Throws: An error if an earlier iteration of this run has the same identity.
  func identity(_ frame: inout ExecutionFrame) async throws(Fault) -> ChangeIdentity {
    guard let key = try await arguments.key(&frame) else {
      throw Fault(.value, "the option journal: of the stage `each` needs the option key:", nextStep: "key: .id")
    }
    let repetition = keys.withLock { $0.insert(key) }
    if let repetition { throw arguments.repeated(key, repetition) }
    return ChangeIdentity(iteration: key.text)
  }

  /// Returns the resolver that looks up changes to a queue.
  ///
  /// `keyField` is the field by which the resolver finds created resources. Returns nil if the session has no client
  /// for the queue and the type. Also returns nil if there are several clients, and the clients use different brokers.
  private func resolver(_ queue: String, _ type: String, _ keyField: String?) -> UnknownChangeResolver? {
    if let known = resolvers.withLock({ $0[[queue, type, keyField]] }) { return known }
    let clients = session.state.withLock(\.clients).filter { $0.queue == queue && $0.client.settings.type == type }
    guard let client = clients.first, Set(clients.map(\.connection.link.brokerIdentity)).count == 1 else { return nil }
    return resolvers.withLock { resolvers in
      let resolver =
        resolvers[[queue, type, keyField]]
        ?? UnknownChangeResolver(client.reader(), keyField: keyField, isSettled: isSettled)
      resolvers[[queue, type, keyField]] = resolver
      return resolver
    }
  }

  /// Returns the state of an iteration; if the state is unknown, first looks up the changes of the iteration.
  private func known(_ identity: ChangeIdentity) async -> JournaledChangeState? {
    guard let state = journal.known(identity), case .unknown = state else { return journal.known(identity) }
    switch await journal.look(identity, resolver: resolver) {
    case .done:
      journal.settle(identity, "ok", id: nil)
      return .done(id: nil, content: 0)
    case .repeatable: return .open
    case .unknown: return state
    }
  }

  /// Looks up the iterations of earlier runs that have an unknown outcome, and for which this run has no elements.
  ///
  /// The function shows a note if the lookups find that iterations were carried out.
  private func lookUpEarlier() async {
    var count = 0
    let unseen = journal.unseenIterations
    let done = Mutex(0)
    let activity = session.progress.add { [total = unseen.count] in
      let done = done.withLock { $0 }
      return ProgressLine(label: "each", done: done, perSecond: 0, lookups: (done, total))
    }
    for identity in unseen where !Task.isCancelled {
      if case .done? = await known(identity) { count += 1 }
      done.withLock { $0 += 1 }
    }
    activity.end()
    guard count > 0 else { return }
    let iterations =
      count == 1
      ? "1 unknown iteration of an earlier run was"
      : "\(count) unknown iterations of an earlier run were"
    session.note("\(journal.path): a lookup shows that \(iterations) carried out")
  }

  /// Decides whether to run an iteration, and records the start of an iteration that runs.
  func begin(_ identity: ChangeIdentity, _ once: (JournalError) -> Fault) async throws(Fault) -> IterationDecision {
    journal.see(identity)
    switch await known(identity) {
    case .done?:
      state.withLock { $0.before += 1 }
      return .skip
    case .unknown? where rule == .fail:
      state.withLock { $0.unknown.append(identity) }
      return .skip
    case .unknown? where rule == .skip:
      state.withLock { $0.skipped += 1 }
      return .skip
    case .unknown?, .open?, nil: break
    }
    do throws(JournalError) { try await journal.begin(identity) } catch { throw once(error) }
    return .run
  }

  /// Records the end of an iteration in the journal file.
  func end(_ identity: ChangeIdentity, hasSent: Bool, isDone: Bool) {
    journal.settle(identity, isDone ? "ok" : hasSent ? "unknown" : "again", id: nil)
    state.withLock { state in
      if isDone { state.ok += 1 } else { state.failed += 1 }
      state.hasSent = state.hasSent || hasSent
    }
  }

  /// Returns the error of the stage; the exit status is 5 if the stage sent a change and a journal write failed.
  func ending(_ error: Fault) -> Fault {
    journal.failure != nil && state.withLock(\.hasSent) ? error.ending(5) : error
  }

  /// Whether every iteration has succeeded, in this run or in an earlier run.
  ///
  /// An iteration that the run skipped, because its outcome is unknown, does not count as successful.
  var isComplete: Bool { state.withLock { $0.failed + $0.skipped + $0.unknown.count + $0.missing.count == 0 } }

  /// Whether the outcome of an iteration is unknown, and the option `unknown:` does not skip such an iteration.
  ///
  /// Also true if this run has no element for an iteration that a person marked to be carried out again.
  var hasUnknown: Bool { state.withLock { !$0.unknown.isEmpty || !$0.missing.isEmpty } }

  /// Shows notes about the outcomes of the iterations, and about how to resume the statement.
  func note(isEnded: Bool) async {
    if isEnded { await lookUpEarlier() }
    try? await journal.flush()
    // Add the iterations of earlier runs that have an unknown outcome, and for which this run has no elements.
    let state = state.withLock { state in
      if isEnded, rule != .skip { state.unknown += journal.unseenIterations }
      if isEnded { state.missing = journal.unseenRequired }
      return state
    }
    if session.options.summarizesAsJSON {
      session.show(json: state.json)
    } else {
      session.note("each: \(state.text)")
    }
    if !state.unknown.isEmpty {
      session.note(unknown: state.unknown, in: journal)
      for note in resolvers.withLock({ Array($0.values) }).flatMap(\.failures.notes) {
        session.note("each: \(note): run the same statement with the same journal to look up these changes")
      }
      session.state.withLock { $0.hasPartialFailure = true }
    }
    if !state.missing.isEmpty {
      session.note(missing: state.missing, in: journal)
      session.state.withLock { $0.hasPartialFailure = true }
    }
    if !isEnded || !isComplete { session.noteHowToResume("each", journal) }
  }
}

/// Records the changes of one iteration, and their outcomes, in the journal file.
///
/// The recorder writes each change to the file before the run sends the change. If the `each` is inside an iteration of
/// another `each` with a journal, the change also belongs to that iteration, and the recorder of that iteration records
/// the change too.
final class JournalingChangeRecorder: IterationChangeRecorder {
  private struct RecordedChangeCounts {
    /// The number of changes that a service may have carried out.
    var sent = 0
    var lastNumber = 0
    var leftFailures = false
    /// The number of a change in the outer iteration, for each change in flight.
    var outerNumbers: [Int: Int] = [:]
  }

  private let journal: Journal
  private let identity: ChangeIdentity
  private let outer: (any IterationChangeRecorder)?
  private let state = Mutex(RecordedChangeCounts())

  /// Creates the recorder of an iteration; `outer` is the recorder of the iteration that contains the `each`.
  init(_ journal: Journal, _ identity: ChangeIdentity, outer: (any IterationChangeRecorder)?) {
    (self.journal, self.identity, self.outer) = (journal, identity, outer)
  }

  /// Whether a service may have carried out a change of this iteration.
  var hasSent: Bool { state.withLock { $0.sent > 0 } }

  /// Whether a stage of this iteration continued after failures, or left changes with an unknown outcome.
  var leftFailures: Bool { state.withLock(\.leftFailures) }

  func didLeaveFailures() {
    state.withLock { $0.leftFailures = true }
    outer?.didLeaveFailures()
  }

  func willSend(_ change: Change, _ step: IterationResumeHints) async throws(JournalError) -> Int {
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    try await journal.add(change, to: identity, step, number: number)
    if let outer {
      // After the last change of an iteration, the outer iteration may have more changes to send.
      var step = step
      step.isLast = false
      let outerNumber = try await outer.willSend(change, step)
      state.withLock { $0.outerNumbers[number] = outerNumber }
    }
    state.withLock { $0.sent += 1 }
    return number
  }

  func didSend(_ outcome: Outcome, number: Int) {
    journal.record(outcome, of: identity, number: number)
    // A message that the broker refused (nack) still counts as sent: the broker may have put it into the queue anyway.
    let wasNotSent = !outcome.wasSent && outcome.isKnownToBeDone == false
    let outerNumber = state.withLock { state in
      if wasNotSent { state.sent -= 1 }
      return state.outerNumbers.removeValue(forKey: number)
    }
    if let outerNumber { outer?.didSend(outcome, number: outerNumber) }
  }
}

extension Arguments {
  /// Opens the journal file of an `each`.
  ///
  /// Returns nil if the option `journal:` is missing, and in a run that sends nothing.
  ///
  /// `changes` names the changes of the block, such as `update posts`.
  func eachJournal(
    _ run: StatementContext, _ arguments: ElementStageArguments, changes: String
  ) throws(Fault) -> EachJournal? {
    let word = try word("unknown", of: StatementSafeguards.UnknownChangeRule.allCases.map(\.rawValue))
    try claimFiles(run)
    guard let path = try linesFile("journal"), !run.isDry(self), !run.session.options.isOffline else { return nil }
    let places = Set(run.session.state.withLock { $0.connections.map(\.link.brokerIdentity) }).sorted()
    let header = journalHeader(run, broker: places.joined(separator: ", "), key: arguments.keyText, changes: changes)
    let journal: Journal
    do throws(JournalError) { journal = try Journal(path, header) } catch { throw fault(of: error, run.session) }
    run.session.note(opened: journal)
    run.session.note(resuming: journal, left: nil)
    let rule = word.flatMap(StatementSafeguards.UnknownChangeRule.init) ?? .fail
    return EachJournal(journal, rule, arguments, run.session, isSettled: options["settle"] != nil)
  }
}
