import JSONRPC
import Synchronization

/// The outcome for which a sender waits: the reply, the deadline or a cancellation, whichever comes first.
final class PendingReply: Sendable {
  private enum Phase {
    case open
    case waiting(CheckedContinuation<Outcome, Never>)
    case settled(Outcome)
  }

  typealias Outcome = Result<[UInt8], LinkError>

  private let state = Mutex(Phase.open)

  /// Whether the outcome is set.
  var isSettled: Bool {
    state.withLock { state in
      if case .settled = state { true } else { false }
    }
  }

  /// Sets the outcome, unless it is already set.
  func settle(_ outcome: Outcome) {
    let waiting = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
      switch state {
      case .settled: return nil
      case .open:
        state = .settled(outcome)
        return nil
      case .waiting(let continuation):
        state = .settled(outcome)
        return continuation
      }
    }
    waiting?.resume(returning: outcome)
  }

  /// Waits for the outcome; if the task is cancelled, the outcome becomes `whenCancelled`, unless that is nil.
  func outcome(whenCancelled: LinkError?) async -> Outcome {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let outcome = state.withLock { state -> Outcome? in
          if case .settled(let outcome) = state { return outcome }
          state = .waiting(continuation)
          return nil
        }
        if let outcome { continuation.resume(returning: outcome) }
      }
    } onCancel: {
      if let whenCancelled { settle(.failure(whenCancelled)) }
    }
  }
}
