/// Why a change is not sent.
public enum Refusal: Error, Sendable {
  /// The queue is being streamed: changes would move rows between its pages.
  case streamed(queue: String)
  /// The run may destroy no more: `--yes=N`.
  case runLimit(Int)
  /// The statement may destroy no more than was confirmed, or than `max:` says.
  case statementLimit(Int, isConfirmed: Bool)
  /// The same change was made before in this statement.
  case repeated(ChangeIdentity)
  /// A run before made the change, with other content than it has now.
  case otherContent(ChangeIdentity)
  /// The resource already has the requested values, so nothing needs to be sent.
  case same
  /// The connection takes no changes: `guard: "read-only"`.
  case guarded(connection: String)
  /// The element gives no change.
  case element(any ElementError)

  /// Whether it ends the statement whatever `on-error:` says.
  public var isUncatchable: Bool {
    switch self {
    case .streamed, .runLimit, .statementLimit, .guarded: true
    case .repeated, .otherContent, .same: false
    case .element(let error): error.endsStatement
    }
  }
}

/// An error of an element that gives no change, as the language above words it.
public protocol ElementError: Error, Sendable {
  /// Its kind, by its word.
  var kindWord: String { get }
  /// One sentence.
  var message: String { get }
  /// Whether it ends the statement whatever `on-error:` says.
  var endsStatement: Bool { get }
}
