/// How many changes are in flight, and what a failure does.
public struct Policy: Sendable {
  /// How many are in flight at most.
  public var window: Int
  /// Whether a failure does not stop the statement.
  public var continuesOnError: Bool

  /// How long to wait at the end for late replies; zero does not wait.
  public var lateWait: Duration
  /// Says that so many late replies are awaited, and how long at most.
  public var noteLateWait: @Sendable (Int, Duration) -> Void
  /// Says that so many changes are looked up.
  public var noteLookups: @Sendable (Int) -> Void = { _ in }
  /// Shows how far a statement is, a few times a second; nil shows nothing.
  public var progress: (@Sendable (Report) -> Void)?

  /// Creates a policy.
  public init(
    window: Int, continuesOnError: Bool, lateWait: Duration = .zero,
    noteLateWait: @escaping @Sendable (Int, Duration) -> Void = { _, _ in }
  ) {
    self.window = window
    self.continuesOnError = continuesOnError
    self.lateWait = lateWait
    self.noteLateWait = noteLateWait
  }
}
