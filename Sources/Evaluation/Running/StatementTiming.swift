import Client
import Synchronization
import Values

/// Measures how long a statement runs, waits for replies, and decodes replies.
struct StatementTiming {
  private let start = ContinuousClock.now
  private let before: RequestCountsAndTimes.SpentTimes
  private let readingTime: Duration

  /// Starts the measurement of a statement.
  init(_ session: Session) {
    before = session.times
    readingTime = session.state.withLock(\.readingTime)
  }

  /// Returns the note that `set timing: true` shows: `took 4.5 s: waiting 4.2 s, decoding 120 ms`.
  ///
  /// The duration does not include the time in which the user reads in the pager. A statement is waiting while at least
  /// one of its requests has no reply.
  func text(_ session: Session) -> String {
    let took = ContinuousClock.now - start - (session.state.withLock(\.readingTime) - readingTime)
    let times = session.times
    let (waiting, decoding) = (times.waiting - before.waiting, times.decoding - before.decoding)
    guard waiting > .zero else { return "took \(took.shown)" }
    return "took \(took.shown): waiting \(min(waiting, took).shown), decoding \(min(decoding, took).shown)"
  }
}

extension Session {
  /// The total times that all clients have waited for replies and decoded replies since their creation.
  fileprivate var times: RequestCountsAndTimes.SpentTimes {
    state.withLock(\.clients).reduce(into: RequestCountsAndTimes.SpentTimes()) { sum, client in
      let times = client.client.activity.times
      sum.waiting += times.waiting
      sum.decoding += times.decoding
    }
  }
}
