/// The limit of failures for a statement that continues after failures: `halt: 10`, or `halt: "3%"`.
public enum FailureLimit: Sendable, Equatable {
  /// A number of failures.
  case count(Int)
  /// A share of the outcomes, from 0 to 1.
  case share(Double)

  /// The number of outcomes that are needed before failures are compared with a share.
  static let least = 20

  /// Returns whether the failures that a tally counts reach the limit.
  ///
  /// A share is compared only from 20 outcomes on, and at the end of the statement (`isEnd`).
  public func isReached(_ tally: OutcomeTally, isEnd: Bool = false) -> Bool {
    let bad = tally.failed + tally.refused + tally.unknown
    switch self {
    case .count(let count): return bad >= count
    case .share(let share):
      // A share such as 0.07 is not exact in binary, so 7 of 100 could be a little less than the share.
      return bad > 0 && (isEnd || tally.count >= Self.least) && Double(bad) >= share * Double(tally.count) - 1e-9
    }
  }
}

/// The error that ends a statement whose failures reached `halt:`.
public struct FailureLimitReached: Error, Sendable {
  /// The limit that the failures reached.
  public let halt: FailureLimit
}
