/// The rules for sending a statement's changes: how many are in flight, and what happens after a failure.
public struct SendingPolicy: Sendable {
  /// The largest permitted value of the option `in-flight:`.
  public static let largestWindow = 10_000

  /// The maximum number of changes in flight.
  public var window: Int
  /// The number of changes that the statement prepares together, and that a journal announces in one write.
  public var portion: Int
  /// Whether the statement continues after a failure.
  public var continuesOnError: Bool

  /// The maximum time to wait for late replies at the end of the statement; zero for no wait.
  public var lateWait: Duration
  /// A function that shows a note with the number of expected late replies and the maximum time to wait.
  public var noteLateWait: @Sendable (Int, Duration) -> Void
  /// A function that shows a note with the time until workers can no longer send changes with unknown outcomes.
  public var noteWorkerWait: @Sendable (Duration) -> Void = { _ in }
  /// A function that shows a note with the number of changes to look up.
  public var noteLookups: @Sendable (Int) -> Void = { _ in }
  /// A function that is called before the first lookup and after each lookup.
  ///
  /// Its arguments are the number of ended lookups and the number of all lookups.
  public var noteLookedUp: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  /// Whether the statement's observer is also called for successes whose replies have no contents.
  ///
  /// Only the workers of a pool omit the contents. An observer that records only failures of this statement needs no
  /// call, because such a success is always the first outcome of its change.
  public var observesOmittedReplies = true
  /// A function that takes a `create` change, and returns its element for the report of a lookup.
  ///
  /// Nil if the statement stores the elements of its `create` changes.
  public var restored: (@Sendable (Change) -> any PlannedElement)?
  /// A function that starts a display of the counts while the statement runs; nil if there is no display.
  ///
  /// The function is called before the first change. Its argument `report` returns the counts so far.
  public var follow: (@Sendable (_ report: @escaping @Sendable () -> StatementReport) -> Void)?

  /// Increases `portion`, so that the journal syncs more announcements to the disk at once.
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
