/// The reason why a request got no reply or a connection could not be opened.
public struct LinkError: Error, Sendable, Equatable {
  /// The kinds of failure.
  public enum Code: Sendable, Equatable {
    /// The address can't be read: a URI with an unescaped `@`, an unknown scheme, a file that is not a database.
    case address
    /// Nothing listens there, the name is unknown, or the host can't be reached.
    case unreachable
    /// TLS failed: a certificate is not accepted, or one side does not speak TLS.
    case tls
    /// The broker refused the user or the password.
    case authentication
    /// The vhost does not exist, or the user may not use it.
    case vhost
    /// The broker refused the operation (403 ACCESS_REFUSED).
    case accessRefused
    /// The connection was lost.
    case lost
    /// The client or the connection was closed by this side.
    case closed
    /// The broker has no such queue (`basic.return` 312).
    case noRoute
    /// The broker refused the message (`basic.nack`): its queue is full, or failed.
    case nacked
    /// No reply before the deadline.
    case timeout
    /// No reply before the deadline, since the broker accepts no messages (`connection.blocked`).
    case blocked
    /// The body is larger than the broker's largest message.
    case tooLarge
    /// The task was cancelled.
    case cancelled
    /// The broker's frames are not valid AMQP.
    case malformed
  }

  /// What kind of failure it is.
  public var code: Code
  /// One sentence for a person, without a secret: `connection refused by localhost:5672`.
  public var message: String
  /// Whether the request was sent, so that the service may have carried it out.
  public var wasSent: Bool
  /// Whether the broker confirmed the request; nil if unknown.
  public var wasConfirmed: Bool?

  /// Creates an error.
  public init(_ code: Code, _ message: String, wasSent: Bool = false, wasConfirmed: Bool? = nil) {
    self.code = code
    self.message = message
    self.wasSent = wasSent
    self.wasConfirmed = wasConfirmed
  }
}
