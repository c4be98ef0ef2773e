/// The number of changes in flight, and the effect of a failure.
public struct Policy: Sendable {
  /// The most changes in flight.
  public var window: Int
  /// The number of changes that are prepared together, and whose intents share a sync.
  public var portion: Int
  /// Whether the statement continues after a failure.
  public var continuesOnError: Bool

  /// How long to wait for late replies at the end; zero for no wait.
  public var lateWait: Duration
  /// Shows a note on the number of late replies and the limit of the wait.
  public var noteLateWait: @Sendable (Int, Duration) -> Void
  /// Shows a note on the number of changes to look up.
  public var noteLookups: @Sendable (Int) -> Void = { _ in }
  /// Receives a function that returns the counts so far, before the first change is sent; nil for none.
  public var follow: (@Sendable (_ report: @escaping @Sendable () -> Report) -> Void)?

  /// Prepares more changes together, so that their intents share a sync.
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
