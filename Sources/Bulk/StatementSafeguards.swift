/// The safeguards that the options of a statement request for its changes.
///
/// Examples are the journal, the backup, the limits, and the lookup of changes that got no reply.
public struct StatementSafeguards: Sendable {
  /// What to do with a change of an earlier run whose outcome a lookup could not determine (option `unknown:`).
  public enum UnknownChangeRule: String, Sendable, CaseIterable {
    /// The change counts as unknown, and the statement ends with status 5.
    case fail
    /// The statement sends the change again.
    case retry
    /// The statement skips the change.
    case skip
  }

  /// The journal; nil if the option `journal:` is missing.
  public var journal: Journal?
  /// The object that looks up changes with unknown outcomes; nil if the statement looks up no changes.
  public var resolver: UnknownChangeResolver?
  /// What to do with changes of earlier runs whose outcomes are still unknown after a lookup.
  public var unknown = UnknownChangeRule.fail
  /// The limit of failures; nil if the option `halt:` is missing.
  public var halt: FailureLimit?
  /// The name of the connection if the connection is read-only; nil if the connection allows changes.
  public var readOnly: String?
  /// The limit on the number of changes a second; nil if the option `rate:` is missing.
  public var rate: RateLimiter?
  /// The throttle that delays changes while the service is busy; nil if the option `throttle:` is missing.
  public var throttle: ServiceLoadThrottle?
  /// The backup that stores resources before they are changed; nil if the option `backup:` is missing.
  public var backup: Backup?
  /// The maximum number of times that a change is sent again after a temporary failure (option `retry:`).
  public var retries = 0
  /// The longest time that a request can wait in the service before it is carried out (option `settle:`).
  public var settle = Duration.zero
  /// The changes that the statement looks up at its end (option `verify:`).
  public var verification = VerificationScope.none

  /// The recorder of the changes in the current iteration of `each`; nil if there is no journal for the iterations.
  public var iteration: (any IterationChangeRecorder)?
  /// The role of the statement's changes in an iteration of `each`.
  public var step = IterationResumeHints()

  /// Creates safeguards that limit nothing and record nothing.
  public init() {}

  /// Whether an option delays changes or sends them again, such as `rate:`, `throttle:`, `backup:` or `retry:`.
  var delaysOrRepeatsChanges: Bool { rate != nil || throttle != nil || backup != nil || retries > 0 }

  /// The error after which no more changes may be sent; nil if changes may be sent.
  var failure: (any Error)? { journal?.failure ?? backup?.failure ?? throttle?.failure }
}

/// The role of a change in an iteration of `each`.
///
/// After a crash, the role helps to decide whether the iteration is done or can run again.
public struct IterationResumeHints: Sendable, Equatable {
  /// Whether the iteration does nothing after the change.
  public var isLast = false
  /// Whether the command first reads which changes are still necessary, as `upsert` does.
  ///
  /// A command that reads first can safely run again.
  public var readsFirst = false
  /// The field by which a lookup finds a created resource, such as `email`; nil if there is no such field.
  public var keyField: String?
  /// The name of this machine, which the journal does not record in the `meta` of a change.
  public var ownHost = ""
  /// The longest time that a carrier can keep the change before its request is sent (`ChangeCarrier.longestDelay`).
  var delay = Duration.zero

  /// Creates the default role: the change is not the last action of its iteration, and its command does not read first.
  public init() {}
}

/// A recorder of the changes that an iteration of `each` makes.
public protocol IterationChangeRecorder: Sendable {
  /// Records that a change is about to be sent, and returns the number of the change in the iteration.
  ///
  /// The method returns when the record is on the disk.
  ///
  /// - Throws: ``JournalError`` if the write fails; the change may then not be sent.
  func willSend(_ change: Change, _ step: IterationResumeHints) async throws(JournalError) -> Int

  /// Records the outcome of the change with the given number in the iteration.
  func didSend(_ outcome: Outcome, number: Int)

  /// Records that a stage of the iteration continued after failures, or has changes with unknown outcomes.
  func didLeaveFailures()
}
