/// When failures stop a statement that goes on after them: `halt: 10`, or `halt: "3%"`.
public enum Halt: Sendable, Equatable {
  /// At so many failures.
  case count(Int)
  /// Where more than that share of the outcomes are failures, from 0 to 1.
  case share(Double)

  /// How many outcomes a share needs before it counts.
  static let least = 20

  /// Whether a tally is beyond it; `isEnd` counts a share however few outcomes there are.
  public func isReached(_ tally: Tally, isEnd: Bool = false) -> Bool {
    let bad = tally.failed + tally.refused + tally.unknown
    switch self {
    case .count(let count): return bad >= count
    case .share(let share):
      return bad > 0 && (isEnd || tally.count >= Self.least) && Double(bad) > share * Double(tally.count)
    }
  }
}

/// The end of a statement whose failures reached `halt:`.
public struct Halted: Error, Sendable {
  /// The limit.
  public let halt: Halt
}
