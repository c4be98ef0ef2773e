import JSONRPC
import Synchronization

/// A request that waits for its outcome: the reply, the deadline or a cancellation, whichever comes first.
final class PendingReply: Sendable {
  typealias Outcome = Result<[UInt8], LinkError>

  private struct PendingState {
    /// Receives the outcome; nil after it was received.
    var receive: (@Sendable (Outcome) -> Void)?
    /// Waits for the deadline.
    var clock: Task<Void, any Error>?
  }

  private let state: Mutex<PendingState>

  /// Creates a request; `receive` is called once, with the first outcome.
  init(_ receive: @escaping @Sendable (Outcome) -> Void) { state = Mutex(PendingState(receive: receive)) }

  /// Whether the request has its outcome.
  var isSettled: Bool { state.withLock { $0.receive == nil } }

  /// Sets the outcome, unless it is already set.
  func settle(_ outcome: Outcome) {
    let settled = state.withLock { state in
      defer { state = PendingState() }
      return state
    }
    settled.clock?.cancel()
    settled.receive?(outcome)
  }

  /// Sets the outcome at a deadline, unless it is set before.
  func settle(_ outcome: Outcome, at deadline: ContinuousClock.Instant) {
    state.withLock { state in
      guard state.receive != nil else { return }
      state.clock = Task {
        try await Task.sleep(until: deadline, clock: .continuous)
        settle(outcome)
      }
    }
  }
}
