import Client
import Synchronization

/// A recorder that counts the outcomes of a statement's changes, and passes each outcome to an observer.
///
/// The observer receives the outcomes in the order of the replies.
final class StatementOutcomeRecorder: Sendable {
  private let report: Mutex<StatementReport>
  /// The index of the first new element: the number of elements that the report contained before.
  private let first: Int
  private let policy: SendingPolicy
  private let guards: StatementSafeguards
  private let lateReplies: LateReplies?
  private let watch: LateReplies.LateReplyWatch?
  private let verification: VerificationList
  private let resources: ResourcesInFlight?
  /// The indices of the elements whose unknown outcome was replaced after a late reply or a lookup.
  private let settled = Mutex(Set<Int>())
  private let observe: @Sendable (Int, any PlannedElement, Outcome) -> Void
  private let permitted = Atomic(0)

  /// The number of changes that needed a permission to destroy data, and that a service may have received.
  var permittedCount: Int { permitted.load(ordering: .relaxed) }

  init(
    _ report: StatementReport, _ policy: SendingPolicy, _ guards: StatementSafeguards, _ lateReplies: LateReplies?,
    _ resources: ResourcesInFlight?, _ observe: @escaping @Sendable (Int, any PlannedElement, Outcome) -> Void
  ) {
    self.report = Mutex(report)
    first = report.tally.count
    (self.policy, self.guards, self.lateReplies, self.observe) = (policy, guards, lateReplies, observe)
    self.resources = resources
    watch = lateReplies?.watch()
    verification = VerificationList(guards.verification, guards.resolver, restored: policy.restored)
  }

  /// Records the outcome of an element's change; returns false if no more changes may be sent.
  func record(_ carried: OutcomeWithLatency, of entry: ChangeDispatcher.PlannedChange, at index: Int) -> Bool {
    let place = first + index
    if entry.needsPermission, carried.outcome.mayHaveBeenSent { permitted.add(1, ordering: .relaxed) }
    let continuesOnError = report.withLock { report in
      if let latency = carried.latency { report.latencies.add(latency) }
      return add(carried.outcome, of: entry.element, at: place, to: &report)
    }
    observe(place, entry.element, carried.outcome)
    if let change = entry.change {
      verification.add(carried.outcome, change, entry.element, at: place)
      if case .unknown(let error) = carried.outcome { follow(error, change, entry.element, place) }
    }
    resources?.end(entry, continues: continuesOnError)
    return continuesOnError
  }

  /// Records changes that succeeded and whose replies have no contents; returns false if no more changes may be sent.
  func record(successes entries: [ChangeDispatcher.PlannedChange], _ latencies: LatencyHistogram) -> Bool {
    permitted.add(entries.count { $0.needsPermission }, ordering: .relaxed)
    let continuesOnError = report.withLock { report in
      report.latencies.add(latencies)
      guard guards.halt != nil || guards.failure != nil || report.tally.countsUpserts else {
        report.tally.add(successes: entries.count)
        return true
      }
      return entries.reduce(true) { continues, entry in
        add(.done(.omitted), of: entry.element, at: first + entry.index, to: &report) && continues
      }
    }
    if policy.observesOmittedReplies {
      for entry in entries { observe(first + entry.index, entry.element, .done(.omitted)) }
    }
    if verification.includesSuccesses {
      for entry in entries {
        guard let change = entry.change else { continue }
        verification.add(.done(.omitted), change, entry.element, at: first + entry.index)
      }
    }
    if let resources { for entry in entries { resources.end(entry, continues: continuesOnError) } }
    return continuesOnError
  }

  /// Adds an outcome to the report; returns false if no more changes may be sent.
  private func add(
    _ outcome: Outcome, of element: any PlannedElement, at place: Int, to report: inout StatementReport
  ) -> Bool {
    report.tally.add(outcome, of: element, at: place)
    let isHalted = guards.halt?.isReached(report.tally) ?? false
    if isHalted, let halt = guards.halt { report.stop = FailureLimitReached(halt: halt) }
    let stops = isHalted || outcome.isFailure && !policy.continuesOnError || guards.failure != nil
    if stops { report.isCut = true }
    return !stops
  }

  /// Watches for a late reply to a change that got no reply in time.
  ///
  /// A late reply replaces the recorded outcome.
  private func follow(_ error: ClientError, _ change: Change, _ element: any PlannedElement, _ place: Int) {
    watch?.add(error) { [self] reply in
      let outcome = Outcome(late: reply, of: change)
      if case .unknown = outcome { return settle(outcome, change, element, place) }
      guard settled.withLock({ $0.insert(place).inserted }) else { return }
      verification.remove(at: place)
      settle(outcome, change, element, place)
    }
  }

  private func settle(_ outcome: Outcome, _ change: Change, _ element: any PlannedElement, _ place: Int) {
    guards.journal?.record(outcome, of: change)
    replace(outcome, element, place)
  }

  /// Replaces the unknown outcome of an element in the report.
  private func replace(_ outcome: Outcome, _ element: any PlannedElement, _ place: Int) {
    report.withLock { $0.tally.settle(outcome, of: element, at: place) }
    observe(place, element, outcome)
  }

  /// The report with the counts so far.
  var current: StatementReport { report.withLock { $0 } }

  /// Looks up the changes whose outcomes are unknown.
  ///
  /// With `verify: "all"`, the function also looks up each create by its key.
  private func verify() async {
    guard let resolver = guards.resolver, !Task.isCancelled else { return }
    let count = verification.count
    guard count > 0 else { return }
    policy.noteLookups(count)
    policy.noteLookedUp(0, count)
    await resolver.verify(verification) { [policy] in
      policy.noteLookedUp($0, count)
    } found: { [self] item, outcome in
      if let error = item.error {
        // A late reply may have replaced the outcome during the lookup.
        guard settled.withLock({ $0.insert(item.place).inserted }) else { return }
        lateReplies?.forget(error)
        // A create that was carried out twice stays unknown in the journal, so that no run sends it again.
        guard outcome.isGood else { return replace(outcome, item.element, item.place) }
        return settle(outcome, item.change, item.element, item.place)
      }
      report.withLock { $0.tally.fail(outcome, of: item.element, at: item.place) }
      observe(item.place, item.element, outcome)
    }
  }

  /// Waits for late replies, looks up changes, and returns the final report.
  ///
  /// - Parameters:
  ///   - stop: The error that ended the statement's input; nil if there is no error.
  ///   - count: The number of elements that the dispatcher read from the input.
  ///   - duration: The time for sending the changes of these elements.
  /// - Returns: The report with all outcomes, and with the error that ended the statement.
  func ended(_ stop: (any Error)?, of count: Int, after duration: Duration) async -> StatementReport {
    report.withLock { $0.unsent += count - ($0.tally.count - first) }
    _ = await watch?.waited(within: policy.lateWait, note: policy.noteLateWait)
    await verify()
    watch?.end()
    report.withLock { report in
      report.unkept += verification.unkept
      report.unfound += verification.unfound
    }
    var ended = report.withLock { $0 }
    // The failures reached `halt:`, but late replies or lookups then showed that the changes were carried out. The
    // limit is therefore no reason to stop.
    if ended.stop is FailureLimitReached, ended.tally.isGoodNow { ended.stop = nil }
    ended.duration += duration
    ended.stop = ended.stop ?? stop ?? guards.failure
    if ended.stop == nil, let halt = guards.halt, halt.isReached(ended.tally, isEnd: true) {
      ended.stop = FailureLimitReached(halt: halt)
    }
    return ended
  }
}
