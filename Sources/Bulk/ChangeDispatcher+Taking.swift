import Client
import Synchronization

extension ChangeDispatcher {
  /// The carrier, if it can take changes without a task for each; nil if a change needs an earlier request or can be
  /// repeated.
  var groupCarrier: (any GroupCarrier)? {
    guard guards.backup == nil, guards.throttle == nil, guards.retries == 0, guards.iteration == nil else { return nil }
    return carrier as? any GroupCarrier
  }

  /// Passes the changes of the entries that `next` returns to the carrier in order, and records their outcomes; returns
  /// the error that `next` threw, if any.
  func send(
    _ policy: SendingPolicy, by carrier: any GroupCarrier, _ recorder: OutcomeRecorder,
    _ next: () async throws -> [PlannedChange]?
  ) async -> (any Error)? {
    let continues = Atomic(true)
    let record = { @Sendable (carried: CarriedOutcome, entry: PlannedChange) in
      if recorder.record(carried, of: entry, at: entry.index) { return }
      continues.store(false, ordering: .relaxed)
      carrier.end()
    }
    let inFlight = ChangesInFlight(limit: policy.window) { entry, result, latency in
      record(CarriedOutcome(outcome: ended(entry, result), latency: latency), entry)
    }
    return await withTaskCancellationHandler {
      // One task passes the changes on, while this one reads the next elements.
      let error = await ConcurrentWork(limit: 1, executor: carrier.executor).run {
        () async throws -> [[PlannedChange]]? in
        try await next().map { [$0] }
      } work: { (_: Int, entries: [PlannedChange]) in
        await withDiscardingTaskGroup { lookups in
          for entry in entries {
            guard continues.load(ordering: .relaxed), !Task.isCancelled else { break }
            guard let change = entry.changeToSend else {
              await recordUnsent(entry, inFlight, &lookups) { carried in
                let ends = carried.outcome.isFailure && !policy.continuesOnError
                guard ends else { return record(carried, entry) }
                guard continues.exchange(false, ordering: .relaxed) else { return }
                // The changes of earlier elements end before the carrier does.
                await inFlight.ended()
                record(carried, entry)
              }
              continue
            }
            await account.run.control.turn()
            await guards.rate?.turn()
            let number = await inFlight.begin(entry)
            // While this task waited, another change may have ended the statement.
            guard continues.load(ordering: .relaxed), !Task.isCancelled else { return inFlight.remove(number) }
            carrier.take(change, number: number, for: inFlight)
          }
        }
        return continues.load(ordering: .relaxed)
      }
      await inFlight.ended()
      return error
    } onCancel: {
      carrier.end()
    }
  }

  /// Records the outcome of an entry that is not sent, or that is looked up before it is sent.
  ///
  /// Several entries are looked up concurrently, in tasks of the group.
  private func recordUnsent(
    _ entry: PlannedChange, _ inFlight: ChangesInFlight, _ lookups: inout DiscardingTaskGroup,
    _ record: @escaping @Sendable (CarriedOutcome) async -> Void
  ) async {
    guard case .unknown? = entry.known else { return await record(await outcome(of: entry)) }
    let number = await inFlight.begin(entry)
    lookups.addTask {
      let carried = await outcome(of: entry)
      inFlight.remove(number)
      await record(carried)
    }
  }

  /// Creates the outcome of a change from its reply or error, records it in the journal, and returns it.
  private func ended(_ entry: PlannedChange, _ result: Result<ChangeReply, ClientError>) -> Outcome {
    guard case .success(let change) = entry.change else { return .same }
    let outcome: Outcome
    switch result {
    case .success(let reply): outcome = .done(reply)
    case .failure(let error): outcome = Outcome(error, of: change)
    }
    if let identity = entry.identity { guards.journal?.record(outcome, of: change, identity) }
    return outcome
  }
}

extension ChangeDispatcher.PlannedChange {
  /// The change, if it is sent without a lookup; nil if nothing is sent or the journal contains the change.
  fileprivate var changeToSend: Change? {
    guard isIntended, case .success(let change) = change else { return nil }
    return change
  }
}
