/// The reason why a connection could not be opened or a request got no reply.
public struct AMQPClientError: Error, Sendable, Equatable {
  /// The kinds of failure, such as a lost connection or a missing queue.
  public enum Kind: Sendable, Equatable {
    case address, unreachable, tls, authentication, vhost, connectionLimit, accessRefused, lost, otherBroker, closed,
      stopped, noRoute, timeout, blocked
    case nacked, tooLarge, cancelled, malformed
  }

  /// The kind of failure.
  public var kind: Kind
  /// The message, one sentence without secrets.
  public var message: String
  /// Whether the client sent the request.
  ///
  /// If true, the service may have carried out the request.
  public var wasSent: Bool
  /// Whether the broker confirmed the request.
  ///
  /// False means that the broker refused the request (nack) or did not answer. Nil means that the request was not sent
  /// or needs no confirm.
  public var wasConfirmed: Bool?

  /// The error of a request that the broker refused (AMQP `basic.nack`).
  static let nacked = AMQPClientError(.nacked, "the broker refused the message (basic.nack)", wasConfirmed: false)

  /// The error of a cancelled task.
  static let interrupted = AMQPClientError(.cancelled, "interrupted")

  /// Returns the error for a body of `count` bytes, which is too large for a broker.
  static func tooLarge(_ count: Int) -> AMQPClientError {
    AMQPClientError(.tooLarge, "the message has \(count) bytes, but the broker accepts at most 128 MiB")
  }

  /// Creates an error.
  public init(_ kind: Kind, _ message: String, wasSent: Bool = false, wasConfirmed: Bool? = nil) {
    self.kind = kind
    self.message = message
    self.wasSent = wasSent
    self.wasConfirmed = wasConfirmed
  }

  /// Returns a copy of this error with the given `wasSent`.
  func sent(_ wasSent: Bool) -> AMQPClientError {
    var error = self
    error.wasSent = wasSent
    return error
  }
}
