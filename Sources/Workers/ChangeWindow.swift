import Bulk
import Client
import Synchronization

/// The changes of a chunk that a worker has in flight, at most as many as the option `--in-flight` allows.
///
/// The numbers of the changes are their indices in the chunk.
final class ChangeWindow: ChangeGroupReceiver {
  /// A function that receives the number of a change, the service's reply or an error, and the reply time.
  typealias OutcomeObserver = @Sendable (Int, Result<ChangeResult, ClientError>, Duration?) -> Void

  private struct State {
    var count = 0
    /// The task that waits until at most `limit` changes are in flight; nil if no task waits.
    var waiter: (limit: Int, continuation: CheckedContinuation<Void, Never>)?
  }

  private let limit: Int
  private let observe: OutcomeObserver
  private let state = Mutex(State())

  /// Creates a window without changes; `observe` is called with the outcome of each change.
  init(_ limit: Int, observe: @escaping OutcomeObserver) { (self.limit, self.observe) = (max(1, limit), observe) }

  /// Waits until another change can be in flight, and counts the change.
  func begin() async {
    await wait(until: limit - 1)
    state.withLock { $0.count += 1 }
  }

  /// Uncounts a change that was not sent.
  func cancel() { remove() }

  /// Waits until all changes have their outcomes.
  func ended() async { await wait(until: 0) }

  func end(_ number: Int, _ result: Result<ChangeResult, ClientError>, latency: Duration?) {
    observe(number, result, latency)
    remove()
  }

  func end(succeeded numbers: [Int], latencies: LatencyHistogram) {
    for number in numbers { end(number, .success(.omitted), latency: latencies.percentile(1)) }
  }

  private func remove() {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      state.count -= 1
      guard let waiter = state.waiter, state.count <= waiter.limit else { return nil }
      state.waiter = nil
      return waiter.continuation
    }
    waiter?.resume()
  }

  /// Waits until at most `limit` changes are in flight.
  ///
  /// Only one task at a time may wait.
  private func wait(until limit: Int) async {
    guard state.withLock({ $0.count > limit }) else { return }
    await withCheckedContinuation { continuation in
      let mustWait = state.withLock { state in
        guard state.count > limit else { return false }
        state.waiter = (limit, continuation)
        return true
      }
      if !mustWait { continuation.resume() }
    }
  }
}
