/// A budget that decides how many failures each chunk of a statement may have (BulkChanges.md, "Workers").
///
/// The budget makes the statement end close to its limit of failures. It divides the failures that are still allowed
/// among the chunks in flight. Until the first failure, it grants each chunk at least one failure, so that no worker
/// waits. After the first failure, a new chunk must wait if the chunks in flight could use up the allowed failures.
struct ChunkFailureBudget: Sendable {
  /// The number of failures that the budget grants to one chunk; nil for no limit.
  ///
  /// For example, a statement has `halt: 10` and two chunks in flight. Each chunk then gets a grant of 5 failures.
  /// After 5 failures, the chunk's worker sends no more changes of the chunk.
  struct FailureGrant: Sendable, Equatable { var failures: Int? }

  /// The number of failures after which the carrier sends no more changes; nil for no limit.
  private let limit: Int?
  /// The share of failures, from 0 to 1, after which the carrier sends no more changes; nil for no limit.
  private let share: Double?
  private(set) var successes = 0
  private(set) var failures = 0
  /// The number of failures that the chunks in flight may have together.
  private var granted = 0
  /// The number of changes that may be in flight before the first success.
  private static let start = 16
  /// The number by which each success raises the number of changes that may be in flight.
  private static let growth = 4

  init(limit: Int?, share: Double?) { (self.limit, self.share) = (limit, share) }

  /// Whether the failures have reached the limit, so that nothing more may be sent.
  var isReached: Bool { limit.map { failures >= $0 } ?? false }

  /// Returns the number of further failures that the limit allows; nil for no limit.
  ///
  /// `count` is the number of changes that the carrier is about to send. If the limit is a share of the changes, these
  /// changes increase the number of allowed failures.
  private func left(after count: Int) -> Int? {
    limit.map { $0 - failures }
      ?? share.map { max(1, Int($0 * Double(successes + failures + count)) + 1 - failures) }
  }

  /// Returns the number of changes that may be sent in addition to the changes in flight.
  ///
  /// At first, 16 changes may be in flight. Each success adds 4 to this limit. The limit is never lower than the number
  /// of failures that are still allowed. A statement whose changes all fail thus ends near its limit of failures. A
  /// statement without failures soon reaches full speed.
  func room(beside inFlight: Int) -> Int {
    guard let left = left(after: 0) else { return .max }
    return max(left, Self.start + Self.growth * successes) - inFlight
  }

  /// Grants a number of failures to a chunk of `count` changes; nil if the chunk must wait until another chunk ends.
  ///
  /// `places` is the number of chunks that can be sent now.
  mutating func grant(_ count: Int, places: Int) -> FailureGrant? {
    guard let left = left(after: count) else { return FailureGrant() }
    guard left > granted || granted == 0 || failures == 0 else { return nil }
    let own = max(1, (left - granted) / max(1, places))
    granted += own
    return FailureGrant(failures: own)
  }

  /// Counts the outcomes of a finished chunk, and subtracts the failures that the budget had granted to the chunk.
  mutating func end(_ grant: FailureGrant, successes: Int, failures: Int) {
    granted -= grant.failures ?? 0
    self.successes += successes
    self.failures += failures
  }
}
