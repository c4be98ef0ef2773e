import JSONRPC
import Synchronization

/// Counts the requests and replies of a client, and measures the times for waiting and for decoding.
public final class RequestCountsAndTimes: Sendable {
  private struct CountsAndTimes {
    var inFlight = 0
    var changesInFlight = 0
    var answers = 0
    var last: Duration?
    var times = SpentTimes()
    /// The start of the current period with requests in flight; nil if no request is in flight.
    var waitingSince: ContinuousClock.Instant?
  }

  /// The times that a client has spent on waiting for replies and on decoding them.
  public struct SpentTimes: Sendable {
    /// The total time during which at least one request waited for its reply.
    public var waiting = Duration.zero
    /// The total time that the client spent on decoding replies.
    public var decoding = Duration.zero

    /// Creates zero times.
    public init() {}
  }

  private let state = Mutex(CountsAndTimes())

  /// The number of requests that wait for a reply.
  public var inFlight: Int { state.withLock(\.inFlight) }

  /// The number of changes that wait for a reply.
  public var changesInFlight: Int { state.withLock(\.changesInFlight) }

  /// The number of replies received.
  public var answers: Int { state.withLock(\.answers) }

  /// The duration of the last round trip, from request to reply; nil before the first reply.
  public var lastRoundTrip: Duration? { state.withLock(\.last) }

  /// The times spent until now.
  public var times: SpentTimes {
    state.withLock { state in
      var times = state.times
      if let since = state.waitingSince { times.waiting += .now - since }
      return times
    }
  }

  /// Adds the time since `start` to the decoding time.
  func decoded(since start: ContinuousClock.Instant) {
    let time = ContinuousClock.now - start
    state.withLock { $0.times.decoding += time }
  }

  func begin(_ envelope: TransportRequest) {
    state.withLock { state in
      if state.inFlight == 0 { state.waitingSince = envelope.begin }
      state.inFlight += 1
      if !envelope.mayRepeat { state.changesInFlight += 1 }
    }
  }

  func end(_ envelope: TransportRequest, at end: ContinuousClock.Instant, isAnswered: Bool) {
    let time = end - envelope.begin
    state.withLock { state in
      state.inFlight -= 1
      if state.inFlight == 0, let since = state.waitingSince {
        state.times.waiting += end - since
        state.waitingSince = nil
      }
      if !envelope.mayRepeat { state.changesInFlight -= 1 }
      guard isAnswered else { return }
      state.answers += 1
      state.last = time
    }
  }
}
