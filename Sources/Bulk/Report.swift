/// The end of a statement at a refused element.
public struct Refused: Error {
  /// The refusal.
  public let refusal: Refusal
  /// The element.
  public let element: any PlannedElement

  init(_ refusal: Refusal, _ element: any PlannedElement) {
    self.refusal = refusal
    self.element = element
  }
}

/// The report of a statement's changes.
public struct Report: Sendable {
  /// The tally of outcomes.
  public var tally = Tally()
  /// The durations of the requests.
  public var latencies = Latencies()
  /// The time of the first request.
  public let begin = ContinuousClock.now
  /// How long changes were sent, without the wait for late replies.
  public var duration = Duration.zero
  /// The error of the source or of a limit that ended the changes, if any.
  public var stop: (any Error)?
  /// Whether a failure ended it before its last element.
  public var isCut = false

  /// Creates an empty report.
  public init() {}
}
