/// The error that ends a statement because the change of an element was refused.
public struct RefusedElementError: Error {
  /// The reason why the change was not sent.
  public let refusal: UnsentReason
  /// The element whose change was refused.
  public let element: any PlannedElement

  init(_ refusal: UnsentReason, _ element: any PlannedElement) {
    self.refusal = refusal
    self.element = element
  }
}

/// The result of a statement's changes: the counts of outcomes, the durations, and the error that ended the changes.
public struct StatementReport: Sendable {
  /// The counts of outcomes.
  public var tally = OutcomeTally()
  /// The durations of the requests.
  public var latencies = LatencyHistogram()
  /// The time when the report was created, before the first change was sent.
  public let begin = ContinuousClock.now
  /// The time in which changes were sent, without the wait for late replies.
  public var duration = Duration.zero
  /// The error that ended the changes early, such as an error while elements were read, or a reached limit; nil without
  /// such an error.
  public var stop: (any Error)?
  /// Whether a failure ended the statement before its last element.
  public var isCut = false
  /// The number of elements that were read and not sent, because the statement ended first.
  public var unsent = 0

  /// The number of unknown changes that were not looked up at the end, because there were too many to keep.
  public internal(set) var unkept = 0
  /// The number of creates that a lookup by their key did not find, although the service confirmed them.
  public internal(set) var unfound = 0

  /// Creates an empty report.
  public init() {}
}
