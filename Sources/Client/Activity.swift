import JSONRPC
import Synchronization

/// What a client is at: how many requests are in flight, and how long the last reply took.
public final class Activity: Sendable {
  private struct State {
    var inFlight = 0
    var changesInFlight = 0
    var last: Duration?
  }

  private let state = Mutex(State())

  /// Requests that wait for their reply.
  public var inFlight: Int { state.withLock(\.inFlight) }

  /// Those of them that change something.
  public var changesInFlight: Int { state.withLock(\.changesInFlight) }

  /// How long the last reply took; nil before the first.
  public var lastRoundTrip: Duration? { state.withLock(\.last) }

  func begin(_ envelope: Envelope) {
    state.withLock { state in
      state.inFlight += 1
      if !envelope.mayRepeat { state.changesInFlight += 1 }
    }
  }

  func end(_ envelope: Envelope, isAnswered: Bool) {
    let time = ContinuousClock.now - envelope.begin
    state.withLock { state in
      state.inFlight -= 1
      if !envelope.mayRepeat { state.changesInFlight -= 1 }
      if isAnswered { state.last = time }
    }
  }
}
