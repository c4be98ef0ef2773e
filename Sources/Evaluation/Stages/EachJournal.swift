import Bulk
import Client
import JSONRPC
import Language
import Synchronization
import Values

/// The journal of an `each`, which records whole iterations.
///
/// Iterations that an earlier run finished are skipped. The option `unknown:` decides about those whose outcome is
/// unknown.
final class EachJournal: Sendable {
  /// The decision to run or to skip an iteration.
  enum Decision { case run, skip }

  private struct State {
    var ok = 0
    var before = 0
    var skipped = 0
    var unknown: [ChangeIdentity] = []
    var failed = 0
  }

  let journal: Journal
  /// What to do with iterations that an earlier run left unknown.
  let rule: Safeguards.UnknownRule
  private let arguments: PerElementArguments
  private let state = Mutex(State())
  private let keys = Mutex(Set<PerElementArguments.KeyHash>())

  init(_ journal: Journal, _ rule: Safeguards.UnknownRule, _ arguments: PerElementArguments) {
    (self.journal, self.rule, self.arguments) = (journal, rule, arguments)
  }

  /// Returns a client for each queue to which unknown iterations have sent changes.
  func clients(of session: Session) -> [ClientValue] {
    let clients = session.state.withLock(\.clients)
    return journal.queues.sorted().compactMap { queue in clients.first { $0.queue == queue } }
  }

  /// Returns the identity of the iteration for a frame's element: the value of `key:`.
  ///
  /// Throws if an earlier iteration had the same identity.
  func identity(_ frame: inout Frame) async throws(Fault) -> ChangeIdentity {
    var own: Set<PerElementArguments.KeyHash> = []
    guard let key = try await arguments.key(&own, &frame) else {
      throw Fault(.value, "each with a journal needs key:", nextStep: "key: .id")
    }
    if let hash = own.first, !keys.withLock({ $0.insert(hash).inserted }) { throw arguments.repeated(key) }
    return ChangeIdentity(iteration: key)
  }

  /// Decides whether to run an iteration; records its start if it runs.
  func begin(_ identity: ChangeIdentity, _ once: (JournalError) -> Fault) async throws(Fault) -> Decision {
    journal.see(identity)
    switch journal.known(identity) {
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

  /// Records the end of an iteration.
  func end(_ identity: ChangeIdentity, hasSent: Bool, isDone: Bool) {
    journal.settle(identity, isDone ? "ok" : hasSent ? "unknown" : "again", id: nil)
    state.withLock { state in if isDone { state.ok += 1 } else { state.failed += 1 } }
  }

  /// Whether no iteration failed, was skipped as unknown, or remains unknown.
  var isComplete: Bool { state.withLock { $0.failed + $0.skipped + $0.unknown.count == 0 } }

  /// Shows notes on the outcomes of the iterations, and on how to resume.
  func note(_ session: Session, isEnded: Bool) async {
    try? await journal.flush()
    // An iteration that the input of this run lacks remains unknown too.
    let state = state.withLock { state in
      if isEnded, rule != .skip { state.unknown += journal.unseenIterations }
      return state
    }
    var parts = ["\(state.ok) ok"]
    if state.before > 0 { parts.append("\(state.before) done before") }
    if state.skipped > 0 { parts.append("\(state.skipped) unknown and skipped") }
    if state.failed > 0 { parts.append("\(state.failed) failed") }
    if !state.unknown.isEmpty { parts.append("\(state.unknown.count) unknown") }
    session.note("each: \(parts.joined(separator: ", "))")
    if !state.unknown.isEmpty {
      session.note(unknown: state.unknown, in: journal)
      session.state.withLock { $0.hasPartialFailure = true }
    }
    if !isEnded || !isComplete { session.noteHowToResume("each") }
  }
}

/// Records the changes of one iteration in the journal, each before it is sent.
final class IterationChanges: IterationRecord {
  private let journal: Journal
  private let identity: ChangeIdentity
  private let sent = Mutex(0)

  init(_ journal: Journal, _ identity: ChangeIdentity) { (self.journal, self.identity) = (journal, identity) }

  /// Whether a service may have carried out a change of this iteration.
  var hasSent: Bool { sent.withLock { $0 > 0 } }

  func willSend(_ change: Change) async throws(JournalError) {
    try await journal.add(change, to: identity)
    sent.withLock { $0 += 1 }
  }

  func didSend(_ outcome: Outcome) { if !outcome.wasSent { sent.withLock { $0 -= 1 } } }
}

extension Arguments {
  /// Opens the journal of an `each`; returns nil without `journal:`, and in runs that send nothing.
  func eachJournal(_ run: Run, _ arguments: PerElementArguments) throws(Fault) -> EachJournal? {
    let word = try word("unknown", of: Safeguards.UnknownRule.allCases.map(\.rawValue))
    try refuseWithoutJournal("settle", "unknown")
    try refuseUnusedSettling()
    guard let path = try string("journal"), !run.isDry(self), !run.session.options.isOffline else { return nil }
    guard arguments.hasKey else {
      throw Fault(
        .value, "each with a journal needs key:, which identifies its elements", at: [Fault.Mark(range)], in: source,
        nextStep: "key: .id")
    }
    let places = Set(run.session.state.withLock { $0.connections.map(\.link.brokerIdentity) }).sorted()
    let header = journalHeader(run, broker: places.joined(separator: ", "), key: arguments.keyField)
    let journal: Journal
    do throws(JournalError) { journal = try Journal(path, header) } catch { throw fault(of: error) }
    run.session.note(opened: journal)
    run.session.note(resuming: journal, left: nil)
    return EachJournal(journal, word.flatMap(Safeguards.UnknownRule.init) ?? .fail, arguments)
  }

  /// Refuses `settle:` in an `each` that does not repeat unknown iterations.
  private func refuseUnusedSettling() throws(Fault) {
    guard let settle = options["settle"] else { return }
    guard case .duration = settle.value else { throw misfit("settle", settle, "a duration") }
    guard case .string("retry")? = options["unknown"]?.value else {
      throw fault(
        settle, .value,
        "settle: sets the wait before unknown iterations are repeated, but this each repeats none",
        nextStep:
          "repeat them with unknown: \"retry\", or settle each: retort journal FILE settle KEY done, or ... settle KEY again"
      )
    }
  }
}
