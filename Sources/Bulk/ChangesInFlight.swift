import Client
import Synchronization

/// The changes in flight: a carrier has accepted them, and they have no outcome yet.
///
/// At most `limit` changes are in flight at the same time; the limit can change while changes are in flight. A number
/// identifies each change in flight. When the outcome of the change is known, another change can get its number.
final class ChangesInFlight: GroupedReplyReceiver {
  typealias PlannedChange = ChangeDispatcher.PlannedChange
  /// A function that receives a change, its reply or error, and the service's reply time.
  typealias OutcomeObserver = @Sendable (PlannedChange, Result<ChangeResult, ClientError>, Duration?) -> Void
  /// A function that receives changes that succeeded, and the service's reply times.
  typealias SuccessObserver = @Sendable ([PlannedChange], LatencyHistogram) -> Void

  private struct NumberedChangesAndWaiters {
    /// The changes, with their numbers as indices; nil at a free number.
    var changes: [PlannedChange?] = []
    var freeNumbers: [Int] = []
    var waiters: [CheckedContinuation<Void, Never>] = []

    var count: Int { changes.count - freeNumbers.count }

    /// Adds a change and returns its number; returns nil if the limit is reached.
    mutating func add(_ change: PlannedChange, limit: Int) -> Int? {
      guard count < limit else { return nil }
      if let number = freeNumbers.popLast() {
        changes[number] = change
        return number
      }
      changes.append(change)
      return changes.count - 1
    }
  }

  private let state = Mutex(NumberedChangesAndWaiters())
  private let limit: @Sendable () -> Int
  private let observe: OutcomeObserver
  private let observeSuccesses: SuccessObserver

  /// Creates an empty set of changes.
  ///
  /// For each change, the set calls either `observe` or `successes`, in the order of the replies.
  init(
    limit: @escaping @Sendable () -> Int, observe: @escaping OutcomeObserver, successes: @escaping SuccessObserver
  ) {
    self.limit = { max(1, limit()) }
    self.observe = observe
    observeSuccesses = successes
  }

  /// Adds a change, and returns its number; first waits while the limit is reached.
  @inline(__always) func begin(_ change: PlannedChange) async -> Int {
    while true {
      let limit = limit()
      if let number = state.withLock({ $0.add(change, limit: limit) }) { return number }
      await wait { $0 < limit }
    }
  }

  /// Waits until another change is allowed, and adds as many of the changes as the limit then allows.
  ///
  /// The function adds the first changes, at least one, and returns their numbers in the same order.
  func begin(_ changes: ArraySlice<PlannedChange>) async -> [Int] {
    while true {
      let limit = limit()
      let numbers = state.withLock { state in
        var numbers: [Int] = []
        numbers.reserveCapacity(min(changes.count, max(0, limit - state.count)))
        for change in changes {
          guard let number = state.add(change, limit: limit) else { break }
          numbers.append(number)
        }
        return numbers
      }
      if !numbers.isEmpty { return numbers }
      await wait { $0 < limit }
    }
  }

  /// Removes a change, and passes its outcome to the observer.
  func end(_ number: Int, _ result: Result<ChangeResult, ClientError>, latency: Duration?) {
    guard let change = state.withLock({ $0.changes[number] }) else { return }
    observe(change, result, latency)
    remove(number)
  }

  /// Removes changes that succeeded, and passes them to the observer of successes.
  func end(succeeded numbers: [Int], latencies: LatencyHistogram) {
    observeSuccesses(state.withLock { state in numbers.compactMap { state.changes[$0] } }, latencies)
    remove(numbers)
  }

  /// Removes a change without calling an observer.
  func remove(_ number: Int) { remove(CollectionOfOne(number)) }

  /// Removes changes without calling an observer.
  func remove(_ numbers: some Collection<Int>) {
    let waiters = state.withLock { state in
      for number in numbers {
        state.changes[number] = nil
        state.freeNumbers.append(number)
      }
      guard !state.waiters.isEmpty else { return state.waiters }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Waits until all changes have their outcomes.
  func ended() async { await wait { $0 == 0 } }

  /// Waits until `isReached` returns true for the number of changes.
  private func wait(_ isReached: @Sendable (Int) -> Bool) async {
    while !state.withLock({ isReached($0.count) }) {
      await withCheckedContinuation { continuation in
        let mustWait = state.withLock { state in
          if isReached(state.count) { return false }
          state.waiters.append(continuation)
          return true
        }
        if !mustWait { continuation.resume() }
      }
    }
  }
}
