/// The end of a statement at an element that may not be sent.
public struct Refused: Error {
  /// Why.
  public let refusal: Refusal
  /// The element.
  public let element: any PlannedElement

  init(_ refusal: Refusal, _ element: any PlannedElement) {
    self.refusal = refusal
    self.element = element
  }
}

/// What is known of the changes of a statement.
public struct Report: Sendable {
  /// How they ended.
  public var tally = Tally()
  /// How long their replies took.
  public var latencies = Latencies()
  /// When the first of them left.
  public let begin = ContinuousClock.now
  /// Why there are no more, where that is an error of the source or of a limit.
  public var stop: (any Error)?
  /// Whether a failure ended it before its last element.
  public var isCut = false

  /// Creates an empty report.
  public init() {}
}
