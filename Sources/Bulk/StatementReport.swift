/// The error that ends a statement because a rule or a limit forbids the change of an element.
public struct ChangeRefusedBeforeSendingError: Error {
  /// The reason why the change was not sent.
  public let refusal: UnsentReason
  /// The element whose change was refused.
  public let element: any PlannedElement

  init(_ refusal: UnsentReason, _ element: any PlannedElement) {
    self.refusal = refusal
    self.element = element
  }
}

/// The result of a statement's changes: the counts of outcomes, the durations, and the error that ended the statement.
public struct StatementReport: Sendable {
  /// The counts of outcomes.
  public var tally = OutcomeTally()
  /// The durations of the requests.
  public var latencies = LatencyHistogram()
  /// The time when the report was created, before the first change was sent.
  public let begin = ContinuousClock.now
  /// The time for sending the changes, without the wait for late replies.
  public var duration = Duration.zero
  /// The error that ended the statement early; nil if there is no error.
  ///
  /// For example, the statement could not read its next elements, or its failures reached `halt:`.
  public var stop: (any Error)?
  /// Whether a failure ended the statement before its last element.
  public var isCut = false
  /// The number of elements that were read, but not sent because the statement ended early.
  public var unsent = 0

  /// The number of changes with unknown outcomes that were not looked up, because at most 10,000 of them are stored.
  public internal(set) var unkept = 0
  /// The number of confirmed `create` changes that a lookup by key did not find.
  public internal(set) var unfound = 0

  /// Creates an empty report.
  public init() {}
}
