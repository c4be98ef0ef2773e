import Synchronization

/// Limits the number of requests per second by delaying requests.
final class RequestRateLimiter: Sendable {
  private let step: Duration
  private let next = Mutex(ContinuousClock.now)

  init(perSecond rate: UInt32) { step = .seconds(1) / Int(max(1, rate)) }

  /// Waits until the service may answer the next request.
  func turn() async {
    let turn = next.withLock { next in
      let turn = max(next, .now)
      next = turn + step
      return turn
    }
    if turn > .now { try? await Task.sleep(until: turn, clock: .continuous) }
  }
}
