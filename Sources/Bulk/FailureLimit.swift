/// The limit of failures at which a statement stops: `halt: 10`, or `halt: "3%"`.
public enum FailureLimit: Sendable, Equatable {
  /// A number of failures.
  case count(Int)
  /// The share of failures among all outcomes: 0.03 for `halt: "3%"`.
  case share(Double)

  /// The minimum number of outcomes before failures are compared with a share.
  static let least = 20

  /// Returns whether the failures in a tally (the counts of outcomes) reach the limit.
  ///
  /// Failures that an earlier run caused do not count. Otherwise a resumed run would stop before it sends a change.
  /// A share is checked only after 20 outcomes, so that one early failure does not stop the statement. At the end of
  /// the statement (`isEnd`), it is checked after any number of outcomes.
  public func isReached(_ tally: OutcomeTally, isEnd: Bool = false) -> Bool {
    let bad = tally.failed + tally.refused + tally.unknown - tally.fromBefore
    let count = tally.count - tally.fromBefore
    switch self {
    case .count(let limit): return bad >= limit
    case .share(let share):
      // The comparison allows a small rounding error: as a `Double`, 0.07 * 100 is a little more than 7.
      return bad > 0 && (isEnd || count >= Self.least) && Double(bad) >= share * Double(count) - 1e-9
    }
  }
}

/// The error that ends a statement whose failures reached `halt:`.
public struct FailureLimitReached: Error, Sendable {
  /// The limit that the failures reached.
  public let halt: FailureLimit
}
