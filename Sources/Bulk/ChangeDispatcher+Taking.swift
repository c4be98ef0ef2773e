import Client
import Synchronization

extension ChangeDispatcher {
  /// The carrier as a ``CallbackCarrier``; nil for a carrier of another kind, and if each change needs a separate task.
  ///
  /// Each change needs a task if the statement has `backup:`, `throttle:` or `retry:`, or is in an `each` with a
  /// journal.
  var callbackCarrier: (any CallbackCarrier)? {
    guard guards.backup == nil, guards.throttle == nil, guards.retries == 0, guards.iteration == nil else { return nil }
    return carrier as? any CallbackCarrier
  }

  /// Passes changes to the carrier in order, and records their outcomes.
  ///
  /// `next` returns the next planned changes; nil after the last change.
  ///
  /// - Returns: The error that `next` threw, if any.
  func send(
    _ policy: SendingPolicy, by carrier: any CallbackCarrier, _ recorder: StatementOutcomeRecorder,
    _ next: () async throws -> [PlannedChange]?
  ) async -> (any Error)? {
    let passing = StatementChangeFeeder(self, policy, carrier, recorder)
    let inFlight = ChangesInFlight {
      min(policy.window, carrier.window ?? .max)
    } observe: { entry, result, latency in
      passing.record(OutcomeWithLatency(outcome: ended(entry, result), latency: latency), entry)
    } successes: { entries, latencies in
      if guards.journal != nil { for entry in entries { _ = ended(entry, .success(.omitted)) } }
      passing.record(successes: entries, latencies)
    }
    return await withTaskCancellationHandler {
      // A second task passes changes to the carrier while the current task reads the next elements.
      let error = await ConcurrentWork(limit: 1, executor: carrier.executor).run {
        () async throws -> [[PlannedChange]]? in
        try await next().map { [$0] }
      } work: { (_: Int, entries: [PlannedChange]) in
        await passing.pass(entries, inFlight)
        return passing.continues
      }
      await inFlight.ended()
      return error
    } onCancel: {
      carrier.end()
    }
  }

  /// Determines the outcome of a change from the reply or the error, and records it in the journal.
  private func ended(_ entry: PlannedChange, _ result: Result<ChangeResult, ClientError>) -> Outcome {
    guard let change = entry.change else { return .same }
    let outcome: Outcome
    switch result {
    case .success(let reply): outcome = .done(reply)
    case .failure(let error): outcome = Outcome(error, of: change)
    }
    if let identity = entry.identity { guards.journal?.record(outcome, of: change, identity) }
    return outcome
  }
}

/// A sender that passes the changes of a statement to a ``CallbackCarrier`` until a failure ends the statement.
private final class StatementChangeFeeder: Sendable {
  typealias PlannedChange = ChangeDispatcher.PlannedChange

  private let dispatcher: ChangeDispatcher
  private let policy: SendingPolicy
  private let carrier: any CallbackCarrier
  private let recorder: StatementOutcomeRecorder
  private let mayContinue = Atomic(true)

  init(
    _ dispatcher: ChangeDispatcher, _ policy: SendingPolicy, _ carrier: any CallbackCarrier,
    _ recorder: StatementOutcomeRecorder
  ) {
    (self.dispatcher, self.policy, self.carrier, self.recorder) = (dispatcher, policy, carrier, recorder)
  }

  /// Whether more changes may be sent.
  var continues: Bool { mayContinue.load(ordering: .relaxed) }

  /// Records the outcome of a planned change.
  ///
  /// If the outcome ends the statement, the carrier drops the changes that are not sent yet.
  func record(_ carried: OutcomeWithLatency, _ entry: PlannedChange) {
    if !recorder.record(carried, of: entry, at: entry.index) { stop() }
  }

  /// Records that planned changes succeeded.
  func record(successes entries: [PlannedChange], _ latencies: LatencyHistogram) {
    if !recorder.record(successes: entries, latencies) { stop() }
  }

  private func stop() {
    mayContinue.store(false, ordering: .relaxed)
    carrier.end()
  }

  /// Passes planned changes to the carrier in order.
  ///
  /// A change whose outcome is unknown since an earlier run is looked up in a separate task. Several lookups run
  /// concurrently.
  func pass(_ entries: [PlannedChange], _ inFlight: ChangesInFlight) async {
    await withDiscardingTaskGroup { lookups in
      var rest = entries[...]
      while let entry = rest.first, continues, !Task.isCancelled {
        let group = rest.prefix { $0.changeToSend != nil }
        rest = rest.dropFirst(max(1, group.count))
        if !group.isEmpty {
          await pass(group, inFlight)
        } else if case .unknown? = entry.known {
          let number = await inFlight.begin(entry)
          lookups.addTask {
            let carried = await self.dispatcher.outcome(of: entry)
            inFlight.remove(number)
            await self.recordUnsent(carried, entry, inFlight)
          }
        } else {
          await recordUnsent(await dispatcher.outcome(of: entry), entry, inFlight)
        }
      }
    }
  }

  /// Passes changes that can be sent immediately.
  ///
  /// A pool gets as many changes as possible at the same time. Without a pool, each change is passed separately. The
  /// same applies if `rate:` or `retort ctl` delays the changes.
  private func pass(_ entries: ArraySlice<PlannedChange>, _ inFlight: ChangesInFlight) async {
    var rest = entries
    while let entry = rest.first, continues, !Task.isCancelled {
      guard dispatcher.isPooled, dispatcher.guards.rate == nil, !dispatcher.account.run.control.isInUse else {
        await pass(entry, inFlight)
        rest.removeFirst()
        continue
      }
      let numbers = await inFlight.begin(rest)
      let group = rest.prefix(numbers.count)
      rest = rest.dropFirst(numbers.count)
      // While this task waited, the outcome of another change may have ended the statement.
      guard continues, !Task.isCancelled else { return inFlight.remove(numbers) }
      carrier.take(zip(group, numbers).compactMap { entry, number in entry.change.map { ($0, number) } }, for: inFlight)
    }
  }

  private func pass(_ entry: PlannedChange, _ inFlight: ChangesInFlight) async {
    guard let change = entry.change else { return }
    let number = await inFlight.begin(entry)
    await dispatcher.guards.rate?.turn()
    await dispatcher.account.run.control.turn()
    guard continues, !Task.isCancelled else { return inFlight.remove(number) }
    carrier.take(change, number: number, for: inFlight)
  }

  /// Records the outcome of a planned change that was not passed to the carrier.
  ///
  /// If the outcome ends the statement, the function first waits for the outcomes of the changes in flight. If another
  /// failure has already ended the statement, the function records the outcome only if a service may have received the
  /// change. A lookup can result in such an outcome, because the change is then sent again.
  private func recordUnsent(_ carried: OutcomeWithLatency, _ entry: PlannedChange, _ inFlight: ChangesInFlight) async {
    guard carried.outcome.isFailure, !policy.continuesOnError else { return record(carried, entry) }
    if mayContinue.exchange(false, ordering: .relaxed) {
      await inFlight.ended()
    } else if !carried.outcome.mayHaveBeenSent {
      return
    }
    record(carried, entry)
  }
}

extension ChangeDispatcher.PlannedChange {
  /// The change, if it can be sent immediately; otherwise nil.
  ///
  /// Nil if no change is planned, or if the journal records the change as done or as unknown.
  fileprivate var changeToSend: Change? {
    isIntended ? change : nil
  }
}
