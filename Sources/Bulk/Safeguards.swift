/// The journal, backup, limits and rate of a statement's changes, and the lookup of unknown changes.
public struct Safeguards: Sendable {
  /// What happens to an unknown change of an earlier run that a lookup did not find (the option `unknown:`).
  public enum UnknownChangeRule: String, Sendable, CaseIterable {
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
  public var resolver: UnknownChangeResolver?
  /// The treatment of changes that remain unknown after a lookup.
  public var unknown = UnknownChangeRule.fail
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
  /// The maximum time for which the service can hold a request (the option `settle:`).
  public var settle = Duration.zero
  /// The changes to look up at the end of the statement (the option `verify:`).
  public var verification = VerificationScope.none

  /// Records the changes that an iteration of `each` makes; nil outside a recorded iteration.
  public var iteration: (any IterationChangeRecorder)?
  /// The role of the statement's changes in an iteration of `each`.
  public var step = IterationChangeRole()

  /// Creates safeguards that neither limit nor record anything.
  public init() {}

  /// The reason why nothing more may be sent; nil if changes may be sent.
  var failure: (any Error)? { journal?.failure ?? backup?.failure ?? throttle?.failure }
}

/// The role of a change in an iteration of `each`; a lookup after a crash needs this role.
public struct IterationChangeRole: Sendable, Equatable {
  /// Whether the iteration does nothing after the change.
  public var isLast = false
  /// Whether the change was sent by a command that first reads what is left to do, such as `upsert`, so that the
  /// command can safely run again.
  public var readsFirst = false
  /// The field that contains the key of a created resource; nil if a create can't be looked up.
  public var keyField: String?

  /// Creates the role of a change after which the iteration can do more, and whose command does not read first.
  public init() {}
}

/// Records the changes that an iteration of `each` makes.
public protocol IterationChangeRecorder: Sendable {
  /// Records that a change is about to be sent; returns the change's number in the iteration when this is on the disk.
  ///
  /// - Throws: ``JournalError`` if the write fails; then the change may not be sent.
  func willSend(_ change: Change, _ step: IterationChangeRole) async throws(JournalError) -> Int

  /// Records the outcome of the change with the given number in the iteration.
  func didSend(_ outcome: Outcome, number: Int)

  /// Records that a stage of the iteration continued after failures, or left changes unknown.
  func didLeaveFailures()
}
