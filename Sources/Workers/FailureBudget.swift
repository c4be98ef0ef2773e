/// How many failures the chunks of a statement may have, so that it ends close to its limit (BulkChanges.md, "Workers").
///
/// Chunks in flight share the failures that are left. Before the first failure each gets one at least, so that every
/// worker is busy; after it, the chunks in flight may not have more failures together than are left.
struct FailureBudget: Sendable {
  /// The failures that a chunk may have; nil for no limit.
  struct Grant: Sendable, Equatable { var failures: Int? }

  /// The number of failures at which nothing more is sent; nil for no limit.
  private let limit: Int?
  /// The share of failures at which nothing more is sent; nil for no limit.
  private let share: Double?
  private(set) var successes = 0
  private(set) var failures = 0
  /// The failures that the chunks in flight may have.
  private var granted = 0
  /// The number of changes in flight before the first outcome.
  private static let start = 16
  /// How many more changes in flight each success allows.
  private static let growth = 4

  init(limit: Int?, share: Double?) { (self.limit, self.share) = (limit, share) }

  /// Whether nothing more may be sent.
  var isReached: Bool { limit.map { failures >= $0 } ?? false }

  /// The failures that are left, after a number of further changes.
  private func left(after count: Int) -> Int? {
    limit.map { $0 - failures }
      ?? share.map { max(1, Int($0 * Double(successes + failures + count)) + 1 - failures) }
  }

  /// How many more changes may be in flight: as many as failures are left, or four for each success.
  ///
  /// So a statement whose changes all fail ends at its limit, and one without failures is soon at full speed.
  func room(beside inFlight: Int) -> Int {
    guard let left = left(after: 0) else { return .max }
    return max(left, Self.start + Self.growth * successes) - inFlight
  }

  /// Grants failures to a chunk of a number of changes; nil if it must wait for the end of another one.
  ///
  /// `places` is the number of chunks that can be sent now.
  mutating func grant(_ count: Int, places: Int) -> Grant? {
    guard let left = left(after: count) else { return Grant() }
    guard left > granted || granted == 0 || failures == 0 else { return nil }
    let own = max(1, (left - granted) / max(1, places))
    granted += own
    return Grant(failures: own)
  }

  /// Counts the outcomes of a chunk, and takes its grant back.
  mutating func end(_ grant: Grant, successes: Int, failures: Int) {
    granted -= grant.failures ?? 0
    self.successes += successes
    self.failures += failures
  }
}
