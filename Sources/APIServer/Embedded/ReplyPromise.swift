import JSONRPC
import Synchronization

/// A request that waits for its outcome.
///
/// The outcome is the reply, or an error after the deadline or a cancellation. Only the first outcome counts.
final class ReplyPromise: Sendable {
  typealias Outcome = Result<[UInt8], LinkError>

  private struct PendingState {
    /// The function that receives the outcome; nil after its call.
    var receive: (@Sendable (Outcome) -> Void)?
    /// The task that waits for the deadline; nil if there is no deadline.
    var clock: Task<Void, any Error>?
  }

  private let state: Mutex<PendingState>

  /// Creates a request without an outcome.
  ///
  /// `receive` is called once, with the first outcome.
  init(_ receive: @escaping @Sendable (Outcome) -> Void) { state = Mutex(PendingState(receive: receive)) }

  /// Whether the request already has its outcome.
  var isSettled: Bool { state.withLock { $0.receive == nil } }

  /// Sets the outcome of the request; has no effect if the request already has an outcome.
  func settle(_ outcome: Outcome) {
    let settled = state.withLock { state in
      defer { state = PendingState() }
      return state
    }
    settled.clock?.cancel()
    settled.receive?(outcome)
  }

  /// Sets the outcome at the deadline; has no effect if the request then already has an outcome.
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
