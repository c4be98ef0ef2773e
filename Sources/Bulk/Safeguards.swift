/// The safeguards of a statement's changes: its journal, its limits, its rate.
public struct Safeguards: Sendable {
  /// The handling of a change that an earlier run left unknown and that a lookup did not find.
  public enum UnknownRule: String, Sendable, CaseIterable {
    /// The change counts as unknown, and the statement ends with status 5.
    case fail
    /// The change is sent again.
    case retry
    /// The change is skipped.
    case skip
  }

  /// The journal.
  public var journal: Journal?
  /// The resolver of unknown changes.
  public var resolver: UnknownResolver?
  /// The handling of changes that remain unknown.
  public var unknown = UnknownRule.fail
  /// The limit of failures.
  public var halt: Halt?
  /// The name of the connection if it is read-only; nil if it allows changes.
  public var readOnly: String?
  /// The limiter of the number of changes a second.
  public var rate: RateLimiter?
  /// The throttle, which delays changes while the service is busy.
  public var throttle: Throttle?
  /// The backup of the resources.
  public var backup: Backup?
  /// The number of times that a change is repeated after a temporary failure.
  public var retries = 0
  /// The maximum time for which the service may hold a request: `settle:`.
  public var settle = Duration.zero
  /// The changes to look up at the end of the statement.
  public var verification = Verification.none

  /// The record of the iteration of `each` that makes the changes; nil if there is no recorded iteration.
  public var iteration: (any IterationRecord)?

  /// Creates safeguards without effect.
  public init() {}

  /// The reason why nothing more may be sent; nil if changes may be sent.
  var failure: (any Error)? { journal?.failure ?? backup?.failure ?? throttle?.failure }
}

/// Records the changes that an iteration of `each` makes.
public protocol IterationRecord: Sendable {
  /// Records the intent of a change; returns when it is on the disk.
  ///
  /// - Throws: ``JournalError`` if the write fails; then the change may not be sent.
  func willSend(_ change: Change) async throws(JournalError)

  /// Counts the outcome of a change.
  func didSend(_ outcome: Outcome)
}
