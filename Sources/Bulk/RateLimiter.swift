import Synchronization

/// A limiter of the number of changes a second, which distributes the changes evenly.
///
/// Each change waits for a time slot. At 200 changes a second, a time slot begins every 5 ms.
public final class RateLimiter: Sendable {
  private struct NextTimeSlot {
    var step: Duration
    var next: ContinuousClock.Instant?
  }

  private let state: Mutex<NextTimeSlot>

  /// Creates a limiter that allows the given number of changes a second.
  public init(perSecond rate: Int) { state = Mutex(NextTimeSlot(step: .seconds(1) / max(1, rate))) }

  /// Sets the number of changes a second.
  public func change(perSecond rate: Int) { state.withLock { $0.step = .seconds(1) / max(1, rate) } }

  /// Waits for the next time slot; returns immediately if the task is cancelled.
  func turn() async {
    let turn = state.withLock { state -> ContinuousClock.Instant in
      let turn = max(state.next ?? .now, .now)
      state.next = turn + state.step
      return turn
    }
    if turn > .now { try? await Task.sleep(until: turn, clock: .continuous) }
  }
}
