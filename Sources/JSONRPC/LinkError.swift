/// The reason why a request got no reply, or why a connection could not be opened.
public struct LinkError: Error, Sendable, Equatable {
  /// The kinds of failure, such as a lost connection or a missing queue.
  public enum Kind: Sendable, Equatable {
    /// The program can't read the address: an unescaped `@` in a URI, an unknown scheme, a file that is not a database.
    case address
    /// No program listens at the address, the name is unknown, or the host can't be reached.
    case unreachable
    /// TLS failed: one side refused a certificate, or one side does not use TLS.
    case tls
    /// The broker refused the user or the password.
    case authentication
    /// The vhost does not exist.
    case vhost
    /// The broker accepts no further connection of the user, to the vhost, or to the node.
    case connectionLimit
    /// The broker refused the operation (403 ACCESS_REFUSED), or the user may not use the vhost (530 NOT_ALLOWED).
    case accessRefused
    /// The connection was lost while it was in use.
    case lost
    /// After a loss of the connection, another broker answers at the same address.
    case otherBroker
    /// This program closed the connection.
    case closed
    /// This program stopped the client.
    case stopped
    /// The queue does not exist on the broker (`basic.return` with code 312).
    case noRoute
    /// The broker refused the message (`basic.nack`), because its queue is full or has failed.
    case nacked
    /// No reply arrived before the deadline.
    case timeout
    /// No reply arrived before the deadline, because the broker accepts no messages for now (`connection.blocked`).
    case blocked
    /// The body is larger than the broker's maximum message size.
    case tooLarge
    /// The task was cancelled.
    case cancelled
    /// The broker's data is not valid AMQP.
    case malformed
  }

  /// The kind of failure.
  public var kind: Kind
  /// The message for the user, one sentence without secrets, such as `connection refused by localhost:5672`.
  public var message: String
  /// Whether the request was sent.
  ///
  /// If true, the service may have carried out the request.
  public var wasSent: Bool
  /// Whether the broker confirmed the request.
  ///
  /// False means that the broker refused the request (nack) or did not answer. Nil means that the request was not sent,
  /// or needs no confirmation.
  public var wasConfirmed: Bool?

  /// Creates an error.
  public init(_ kind: Kind, _ message: String, wasSent: Bool = false, wasConfirmed: Bool? = nil) {
    self.kind = kind
    self.message = message
    self.wasSent = wasSent
    self.wasConfirmed = wasConfirmed
  }
}
