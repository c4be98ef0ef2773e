import JSONRPC
import Synchronization

/// What a client is at: how many requests are in flight, and how long the last reply took.
public final class Activity: Sendable {
  private struct State {
    var inFlight = 0
    var changesInFlight = 0
    var answers = 0
    var last: Duration?
    var times = Times()
    /// Since when there was always a request in flight.
    var waitingSince: ContinuousClock.Instant?
  }

  /// What a client has spent since it was made.
  public struct Times: Sendable {
    /// The time in which at least one request waited for its reply.
    public var waiting = Duration.zero
    /// The time that its replies took to decode.
    public var decoding = Duration.zero

    /// Creates times of nothing.
    public init() {}
  }

  private let state = Mutex(State())

  /// Requests that wait for their reply.
  public var inFlight: Int { state.withLock(\.inFlight) }

  /// Those of them that change something.
  public var changesInFlight: Int { state.withLock(\.changesInFlight) }

  /// How many replies came.
  public var answers: Int { state.withLock(\.answers) }

  /// How long the last reply took; nil before the first.
  public var lastRoundTrip: Duration? { state.withLock(\.last) }

  /// What it has spent until now.
  public var times: Times {
    state.withLock { state in
      var times = state.times
      if let since = state.waitingSince { times.waiting += .now - since }
      return times
    }
  }

  /// Adds the time since an instant to what replies took to decode.
  func decoded(since start: ContinuousClock.Instant) {
    let time = ContinuousClock.now - start
    state.withLock { $0.times.decoding += time }
  }

  func begin(_ envelope: Envelope) {
    state.withLock { state in
      if state.inFlight == 0 { state.waitingSince = envelope.begin }
      state.inFlight += 1
      if !envelope.mayRepeat { state.changesInFlight += 1 }
    }
  }

  func end(_ envelope: Envelope, isAnswered: Bool) {
    let time = ContinuousClock.now - envelope.begin
    state.withLock { state in
      state.inFlight -= 1
      if state.inFlight == 0, let since = state.waitingSince {
        state.times.waiting += .now - since
        state.waitingSince = nil
      }
      if !envelope.mayRepeat { state.changesInFlight -= 1 }
      guard isAnswered else { return }
      state.answers += 1
      state.last = time
    }
  }
}
