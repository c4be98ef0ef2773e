public import Client

/// The reason why a change is not sent.
public enum UnsentReason: Error, Sendable {
  /// A stream is reading the queue's resources page by page, and the change could move resources between pages.
  case streamed(queue: String)
  /// The run has already destroyed as many resources as `--yes=N` allows; the value is N.
  case runLimit(Int)
  /// The statement has already destroyed as many resources as the user or `max:` allows; the value is this limit.
  case statementLimit(Int, isConfirmed: Bool)
  /// The statement already has a change with this identity.
  case repeated(ChangeIdentity)
  /// An earlier run carried out the change with other content.
  case otherContent(ChangeIdentity)
  /// The resource already has the requested values, so nothing needs to be sent.
  case same
  /// The connection is read-only: `guard: "read-only"`.
  case guarded(connection: String)
  /// The element has no valid change, or a journal or a backup has failed (`JournalError`).
  case element(any ChangePreventingError)
  /// A read before the change has failed; the change counts as failed.
  case unprepared(ClientError)

  /// Whether the reason ends the statement regardless of `on-error:`.
  public var isUncatchable: Bool {
    switch self {
    case .streamed, .runLimit, .statementLimit, .guarded: true
    case .repeated, .otherContent, .same, .unprepared: false
    case .element(let error): error.endsStatement
    }
  }
}

/// An error that prevents the change of an element.
///
/// Like an error of the language, it has a kind and a message.
public protocol ChangePreventingError: Error, Sendable {
  /// The kind of the error in the language, such as `file`.
  var kindWord: String { get }
  /// The message, one sentence.
  var message: String { get }
  /// Whether the error ends the statement regardless of `on-error:`.
  var endsStatement: Bool { get }
}
