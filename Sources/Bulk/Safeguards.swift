/// What stands around the changes of a statement: what was done before, what is to be written first, how fast they leave.
public struct Safeguards: Sendable {
  /// What a change does that is unknown from a run before and was not found.
  public enum UnknownRule: String, Sendable, CaseIterable {
    /// It counts as unknown, and the statement ends with 5.
    case fail
    /// It is sent all the same.
    case retry
    /// It is passed over.
    case skip
  }

  /// The journal.
  public var journal: Journal?
  /// Looks up what is unknown.
  public var resolver: UnknownResolver?
  /// What is done with what stays unknown.
  public var unknown = UnknownRule.fail
  /// When failures stop it.
  public var halt: Halt?
  /// The connection that takes no changes.
  public var readOnly: String?
  /// How many leave a second.
  public var rate: RateLimiter?

  /// Creates none.
  public init() {}
}
