import Client
import Synchronization

extension ChangeDispatcher {
  /// Consecutive entries of a statement, which one task passes to the carrier.
  struct PlannedChangeGroup: Sendable {
    let entries: ArraySlice<PlannedChange>
    /// The index of the first entry in the statement.
    let first: Int
  }

  /// The carrier, if it can take the changes in groups; nil if a change needs an earlier request or can be repeated.
  var groupCarrier: (any GroupCarrier)? {
    guard guards.backup == nil, guards.throttle == nil, guards.retries == 0, guards.iteration == nil else { return nil }
    return carrier as? any GroupCarrier
  }

  /// The maximum number of entries in a group: a quarter of the window, so that other groups are in flight when a group
  /// ends.
  static func groupLimit(window: Int) -> Int { max(1, min(200, window / 4)) }

  /// Divides entries into groups; `first` is the index of the first entry in the statement.
  static func groups(of entries: [PlannedChange], first: Int, limit: Int) -> [PlannedChangeGroup] {
    stride(from: 0, to: entries.count, by: limit).map {
      PlannedChangeGroup(entries: entries[$0..<min($0 + limit, entries.count)], first: first + $0)
    }
  }

  /// Passes the changes of a group to the carrier in order, and records the outcomes; returns false if no more changes
  /// may be sent.
  func send(_ group: PlannedChangeGroup, by carrier: any GroupCarrier, _ recorder: OutcomeRecorder) async -> Bool {
    let (entries, first) = (group.entries, group.first - group.entries.startIndex)
    let continues = Atomic(true)
    let record = { @Sendable (result: CarriedOutcome, position: Int) in
      if recorder.record(result, of: entries[position], at: first + position) { return }
      continues.store(false, ordering: .relaxed)
      carrier.end()
    }
    var position = entries.startIndex
    while position < entries.endIndex, continues.load(ordering: .relaxed) {
      if entries[position].changeToSend == nil {
        record(await outcome(of: entries[position]), position)
        position += 1
      } else {
        position += await send(entries[position...].prefix { $0.changeToSend != nil }, by: carrier, record)
      }
    }
    return continues.load(ordering: .relaxed)
  }

  /// Passes changes to the carrier, waits for their outcomes, and returns their number.
  private func send(
    _ entries: ArraySlice<PlannedChange>, by carrier: any GroupCarrier,
    _ record: @escaping @Sendable (CarriedOutcome, Int) -> Void
  ) async -> Int {
    let first = entries.startIndex
    let carried = CarriedGroup { number, result, latency in
      let entry = entries[first + number]
      guard let change = entry.changeToSend else { return }
      record(CarriedOutcome(outcome: ended(entry, change, result), latency: latency), first + number)
    }
    await withTaskCancellationHandler {
      for entry in entries {
        guard let change = entry.changeToSend else { continue }
        await account.run.control.turn()
        await guards.rate?.turn()
        carrier.take(change, for: carried)
      }
      await carried.wait()
    } onCancel: {
      carrier.end()
    }
    return entries.count
  }

  /// Creates the outcome of a change from its reply or error, records it in the journal, and returns it.
  private func ended(_ entry: PlannedChange, _ change: Change, _ result: Result<ChangeReply, ClientError>) -> Outcome {
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
