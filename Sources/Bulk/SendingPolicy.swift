/// The rules by which a statement sends its changes: how many are in flight, and what happens after a failure.
public struct SendingPolicy: Sendable {
  /// The largest value of `in-flight:`.
  public static let largestWindow = 10_000

  /// The maximum number of changes in flight.
  public var window: Int
  /// The number of changes that are prepared together, and that a journal announces in one write.
  public var portion: Int
  /// Whether the statement continues after a failure.
  public var continuesOnError: Bool

  /// The maximum time to wait for late replies at the end; zero for no wait.
  public var lateWait: Duration
  /// Shows a note with the number of expected late replies and the limit of the wait.
  public var noteLateWait: @Sendable (Int, Duration) -> Void
  /// Shows a note with the number of changes to look up.
  public var noteLookups: @Sendable (Int) -> Void = { _ in }
  /// Creates the element of a create again from its change, so that the outcome of a lookup can be reported.
  ///
  /// The value is nil if the elements of creates are kept.
  public var restored: (@Sendable (Change) -> any PlannedElement)?
  /// Called before the first change is sent, with a function that returns the current counts; nil if the counts are not
  /// shown while the statement runs.
  public var follow: (@Sendable (_ report: @escaping @Sendable () -> StatementReport) -> Void)?

  /// Increases `portion`, so that a journal announces more changes in one write.
  public mutating func sharesSyncs() { portion = max(2 * window, 64) }

  /// Creates a policy.
  public init(
    window: Int, continuesOnError: Bool, lateWait: Duration = .zero,
    noteLateWait: @escaping @Sendable (Int, Duration) -> Void = { _, _ in }
  ) {
    self.window = window
    portion = window
    self.continuesOnError = continuesOnError
    self.lateWait = lateWait
    self.noteLateWait = noteLateWait
  }
}
