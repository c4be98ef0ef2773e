import Synchronization

/// A detector that notices when the process was frozen, for example by SIGSTOP or by the suspension of the machine.
///
/// A task records the time twice a second. A gap between two times means that the process was frozen. The broker may
/// meanwhile have delivered the chunk of a frozen worker to another worker.
final class ProcessFreezeDetector: Sendable {
  private struct LastTickAndFreezeCount {
    var last: ContinuousClock.Instant
    var freezes = 0
  }

  /// The shortest gap that counts as a freeze.
  ///
  /// For a worker, this is two heartbeat intervals. The broker closes a worker's connection only after a silence of at
  /// least this time.
  private let limit: Duration
  private let state: Mutex<LastTickAndFreezeCount>

  /// Creates a detector; freezes before `now` are not counted.
  init(limit: Duration, now: ContinuousClock.Instant = .now) {
    self.limit = limit
    state = Mutex(LastTickAndFreezeCount(last: now))
  }

  /// Returns the number of freezes so far.
  func freezes(now: ContinuousClock.Instant = .now) -> Int {
    state.withLock { state in
      if now - state.last > limit { state.freezes += 1 }
      state.last = max(state.last, now)
      return state.freezes
    }
  }

  /// Records the time twice a second, until the task is cancelled.
  func run() async {
    while !Task.isCancelled {
      _ = freezes()
      try? await Task.sleep(for: .milliseconds(500))
    }
  }
}
