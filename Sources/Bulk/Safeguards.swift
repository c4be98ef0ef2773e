/// What stands around the changes of a statement: what was done before, what is to be written first, how fast they leave.
public struct Safeguards: Sendable {
  /// What a change does that is unknown from a run before and was not found.
  public enum UnknownRule: String, Sendable, CaseIterable {
    /// It counts as unknown, and the statement ends with 5.
    case fail
    /// It is sent all the same.
    case retry
    /// It is passed over.
    case skip
  }

  /// The journal.
  public var journal: Journal?
  /// Looks up what is unknown.
  public var resolver: UnknownResolver?
  /// What is done with what stays unknown.
  public var unknown = UnknownRule.fail
  /// When failures stop it.
  public var halt: Halt?
  /// The connection that takes no changes.
  public var readOnly: String?
  /// How many leave a second.
  public var rate: RateLimiter?
  /// Holds them back while the service is busy.
  public var throttle: Throttle?
  /// Keeps the resources as they were.
  public var backup: Backup?
  /// How often a change is sent again that failed in passing.
  public var retries = 0
  /// How long the service may hold a request: `settle:`.
  public var settle = Duration.zero
  /// What is looked up at the end.
  public var verification = Verification.none

  /// Records the changes of an iteration.
  public var iteration: (any IterationRecord)?

  /// Creates none.
  public init() {}

  /// Why nothing more may be sent; nil while it may.
  var failure: (any Error)? { journal?.failure ?? backup?.failure ?? throttle?.failure }
}

/// Records the changes that an iteration of `each` makes.
public protocol IterationRecord: Sendable {
  /// Records that a change is about to be sent; returns when that is on the disk.
  ///
  /// - Throws: ``JournalError`` if that can't be written; then it may not be sent.
  func willSend(_ change: Change) async throws(JournalError)

  /// Counts how a change ended.
  func didSend(_ outcome: Outcome)
}
