/// The journal, backup, limits and rate of a statement's changes, and the lookup of unknown changes.
public struct Safeguards: Sendable {
  /// The treatment of a change that an earlier run left unknown and that a lookup did not find: `unknown:`.
  public enum UnknownRule: String, Sendable, CaseIterable {
    /// The change counts as unknown, and the statement ends with status 5.
    case fail
    /// The change is sent again.
    case retry
    /// The change is skipped.
    case skip
  }

  /// The journal; nil without `journal:`.
  public var journal: Journal?
  /// Looks up unknown changes; nil if the statement looks up none.
  public var resolver: UnknownResolver?
  /// The treatment of changes that remain unknown after a lookup.
  public var unknown = UnknownRule.fail
  /// The limit of failures; nil without `halt:`.
  public var halt: FailureLimit?
  /// The name of the connection if it is read-only; nil if it allows changes.
  public var readOnly: String?
  /// The limiter of the number of changes a second; nil without `rate:`.
  public var rate: RateLimiter?
  /// Delays changes while the service is busy; nil without `throttle:`.
  public var throttle: Throttle?
  /// The backup of the resources before their changes; nil without `backup:`.
  public var backup: Backup?
  /// The number of times that a change is repeated after a temporary failure.
  public var retries = 0
  /// The maximum time for which the service may hold a request: `settle:`.
  public var settle = Duration.zero
  /// The changes to look up at the end of the statement: `verify:`.
  public var verification = Verification.none

  /// Records the changes that an iteration of `each` makes; nil outside a recorded iteration.
  public var iteration: (any IterationRecord)?
  /// Whether the iteration does nothing after the change.
  public var endsIteration = false

  /// Creates safeguards that neither limit nor record anything.
  public init() {}

  /// The reason why nothing more may be sent; nil if changes may be sent.
  var failure: (any Error)? { journal?.failure ?? backup?.failure ?? throttle?.failure }
}

/// Records the changes that an iteration of `each` makes.
public protocol IterationRecord: Sendable {
  /// Records that a change is about to be sent; returns when this is on the disk.
  ///
  /// - Throws: ``JournalError`` if the write fails; then the change may not be sent.
  func willSend(_ change: Change, isLast: Bool) async throws(JournalError)

  /// Counts the outcome of a change.
  func didSend(_ outcome: Outcome)
}
