import Client
import Synchronization
import Values

/// Measures the duration of a statement, and the times of waiting and decoding in it.
struct StatementTiming {
  private let start = ContinuousClock.now
  private let before: ClientActivity.SpentTimes
  private let readingTime: Duration

  /// Starts to measure a statement.
  init(_ session: Session) {
    before = session.times
    readingTime = session.state.withLock(\.readingTime)
  }

  /// Returns the note of `set timing: true`: `took 4.5 s: waiting 4.2 s, decoding 120 ms`.
  ///
  /// The time in the pager does not count. Waiting is the time in which at least one request had no reply yet.
  func text(_ session: Session) -> String {
    let took = ContinuousClock.now - start - (session.state.withLock(\.readingTime) - readingTime)
    let times = session.times
    let (waiting, decoding) = (times.waiting - before.waiting, times.decoding - before.decoding)
    guard waiting > .zero else { return "took \(took.shown)" }
    return "took \(took.shown): waiting \(min(waiting, took).shown), decoding \(min(decoding, took).shown)"
  }
}

extension Session {
  /// The times that all clients have spent on waiting and on decoding since their creation.
  fileprivate var times: ClientActivity.SpentTimes {
    state.withLock(\.clients).reduce(into: ClientActivity.SpentTimes()) { sum, client in
      let times = client.client.activity.times
      sum.waiting += times.waiting
      sum.decoding += times.decoding
    }
  }
}
