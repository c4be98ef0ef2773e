import Bulk
import Client

/// The changes of a chunk that a worker has in flight, at most as many as the option `--in-flight` allows.
///
/// The numbers of the changes are their indices in the chunk.
final class ChangeWindow: GroupedReplyReceiver {
  /// A function that receives the number of a change, the service's reply or an error, and the reply time.
  typealias OutcomeObserver = @Sendable (Int, Result<ChangeResult, ClientError>, Duration?) -> Void

  private let limit: ConcurrencyLimit
  private let observe: OutcomeObserver

  /// Creates a window without changes; `observe` is called with the outcome of each change.
  init(_ limit: Int, observe: @escaping OutcomeObserver) {
    (self.limit, self.observe) = (ConcurrencyLimit(limit), observe)
  }

  /// Waits until another change can be in flight.
  func begin() async { await limit.enter() }

  /// Ends a change that was not sent.
  func cancel() { limit.leave() }

  /// Waits until all changes have their outcomes; no further change can begin.
  func ended() async { await limit.enterAll() }

  func end(_ number: Int, _ result: Result<ChangeResult, ClientError>, latency: Duration?) {
    observe(number, result, latency)
    limit.leave()
  }

  func end(succeeded numbers: [Int], latencies: LatencyHistogram) {
    for number in numbers { end(number, .success(.omitted), latency: latencies.percentile(1)) }
  }
}
