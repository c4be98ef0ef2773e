import Client
import Synchronization

/// The changes that a carrier has taken and that have no outcome yet; their number is limited.
///
/// Each change has a number below the limit; after the outcome of the change, another change can get the number.
final class ChangesInFlight: ChangeReplyReceiver {
  typealias PlannedChange = ChangeDispatcher.PlannedChange
  /// Receives a change, its reply or error, and the service's reply time.
  typealias OutcomeObserver = @Sendable (PlannedChange, Result<ChangeReply, ClientError>, Duration?) -> Void

  private struct State {
    /// The changes by number; nil for a free number.
    var changes: [PlannedChange?] = []
    var freeNumbers: [Int] = []
    var waiters: [CheckedContinuation<Void, Never>] = []

    var count: Int { changes.count - freeNumbers.count }

    /// Adds a change and returns its number; returns nil at the limit.
    mutating func add(_ change: PlannedChange, limit: Int) -> Int? {
      if let number = freeNumbers.popLast() {
        changes[number] = change
        return number
      }
      guard changes.count < limit else { return nil }
      changes.append(change)
      return changes.count - 1
    }
  }

  private let state = Mutex(State())
  private let limit: Int
  private let observe: OutcomeObserver

  /// Creates an empty set; `observe` is called once for each change, in the order of replies.
  init(limit: Int, observe: @escaping OutcomeObserver) {
    self.limit = max(1, limit)
    self.observe = observe
  }

  /// Adds a change, and returns its number; waits while the limit is reached.
  @inline(__always) func begin(_ change: PlannedChange) async -> Int {
    while true {
      if let number = state.withLock({ $0.add(change, limit: limit) }) { return number }
      await wait { $0 < self.limit }
    }
  }

  /// Removes a change, and passes its outcome to the observer.
  func end(_ number: Int, _ result: Result<ChangeReply, ClientError>, latency: Duration?) {
    guard let change = state.withLock({ $0.changes[number] }) else { return }
    observe(change, result, latency)
    remove(number)
  }

  /// Removes a change whose outcome is recorded.
  func remove(_ number: Int) {
    let waiters = state.withLock { state in
      state.changes[number] = nil
      state.freeNumbers.append(number)
      guard !state.waiters.isEmpty else { return state.waiters }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Waits until all changes have their outcomes.
  func ended() async { await wait { $0 == 0 } }

  /// Waits until the number of changes fulfils a condition.
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
