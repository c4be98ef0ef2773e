/// The reason why a request got no reply or a connection could not be opened.
public struct LinkError: Error, Sendable, Equatable {
  /// The kinds of failure.
  public enum Code: Sendable, Equatable {
    /// The address can't be read: a URI with an unescaped `@`, an unknown scheme, a file that is not a database.
    case address
    /// No program listens at the address, the name is unknown, or the host can't be reached.
    case unreachable
    /// TLS failed: a certificate was refused, or one side does not use TLS.
    case tls
    /// The broker refused the user or the password.
    case authentication
    /// The vhost does not exist, or the user may not use it.
    case vhost
    /// The broker refused the operation (403 ACCESS_REFUSED).
    case accessRefused
    /// The connection was lost.
    case lost
    /// Another broker answers at the address of the lost connection.
    case otherBroker
    /// This program closed the connection.
    case closed
    /// This program stopped the client.
    case stopped
    /// The queue does not exist on the broker (`basic.return` 312).
    case noRoute
    /// The broker refused the message (`basic.nack`): its queue is full, or failed.
    case nacked
    /// No reply arrived before the deadline.
    case timeout
    /// No reply arrived before the deadline, because the broker accepts no messages (`connection.blocked`).
    case blocked
    /// The body exceeds the broker's maximum message size.
    case tooLarge
    /// The task was cancelled.
    case cancelled
    /// The broker's frames are not valid AMQP.
    case malformed
  }

  /// The kind of failure.
  public var code: Code
  /// The message for a person, one sentence without secrets: `connection refused by localhost:5672`.
  public var message: String
  /// Whether the request was sent and may have been carried out by the service.
  public var wasSent: Bool
  /// Whether the broker confirmed the request; false also after its refusal (nack), nil if it was not sent.
  public var wasConfirmed: Bool?

  /// Creates an error.
  public init(_ code: Code, _ message: String, wasSent: Bool = false, wasConfirmed: Bool? = nil) {
    self.code = code
    self.message = message
    self.wasSent = wasSent
    self.wasConfirmed = wasConfirmed
  }
}
