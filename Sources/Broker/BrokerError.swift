/// Why the broker gave no connection, or a request no reply.
public struct BrokerError: Error, Sendable, Equatable {
  /// The kinds of failure.
  public enum Code: Sendable, Equatable {
    case address, unreachable, tls, authentication, vhost, accessRefused, lost, closed, noRoute, timeout, blocked
    case nacked, tooLarge, cancelled, malformed
  }

  /// What kind of failure it is.
  public var code: Code
  /// One sentence, without a secret.
  public var message: String
  /// Whether the request had left, so that it may have been carried out.
  public var wasSent: Bool
  /// Whether the broker confirmed that it had the request; nil where it was not to confirm it.
  public var wasConfirmed: Bool?

  /// The error of a request that the broker did not take (AMQP `basic.nack`).
  static let nacked = BrokerError(.nacked, "the broker refused the message (basic.nack)")

  /// The error of a task that is cancelled.
  static let interrupted = BrokerError(.cancelled, "interrupted")

  /// The error of a body that no broker takes.
  static func tooLarge(_ count: Int) -> BrokerError {
    BrokerError(.tooLarge, "a body of \(count) bytes: the broker takes at most 128 MiB")
  }

  /// Creates an error.
  public init(_ code: Code, _ message: String, wasSent: Bool = false, wasConfirmed: Bool? = nil) {
    self.code = code
    self.message = message
    self.wasSent = wasSent
    self.wasConfirmed = wasConfirmed
  }

  /// The same error of a request that had left, or not.
  func sent(_ wasSent: Bool) -> BrokerError {
    var error = self
    error.wasSent = wasSent
    return error
  }
}
