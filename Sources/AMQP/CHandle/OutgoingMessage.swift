import CRabbitMQ

/// A message to publish.
///
/// The type is a class, so that the outbox and a waiting request share one message without a copy.
final class OutgoingMessage: Sendable {
  let channel: UInt16
  let routingKey: [UInt8]
  let correlationID: [UInt8]
  let replyTo: [UInt8]
  let body: [UInt8]
  let isMandatory: Bool
  /// Whether the broker must confirm or refuse the message.
  let isConfirmed: Bool
  /// Whether the broker drops the message at the deadline (AMQP `expiration`).
  let expires: Bool
  /// The time at which a client stops waiting for the reply; nil for no limit.
  let deadline: ContinuousClock.Instant?
  /// The client and the channel that send the request; nil if no client may send the request again.
  ///
  /// After an error, the client decides whether to send the request again. Without a client, the caller gets the error.
  let origin: SendingClientAndChannel?

  init(
    channel: UInt16, routingKey: [UInt8], correlationID: [UInt8], replyTo: [UInt8] = [], body: [UInt8],
    isMandatory: Bool = false, isConfirmed: Bool = false, expires: Bool = false,
    deadline: ContinuousClock.Instant? = nil, origin: SendingClientAndChannel? = nil
  ) {
    self.channel = channel
    self.routingKey = routingKey
    self.correlationID = correlationID
    self.replyTo = replyTo
    self.body = body
    self.isMandatory = isMandatory
    self.isConfirmed = isConfirmed
    self.expires = expires
    self.deadline = deadline
    self.origin = origin
  }

  /// The maximum size of a body in bytes.
  ///
  /// A broker closes the channel on which a larger body arrives.
  static let bodyLimit = 128 << 20

  /// Passes the message to `body` as a C structure, which is valid only until `body` returns.
  func withRaw<Result>(_ body: (retort_message) -> Result) -> Result {
    var expiration = expires ? deadline.map { String(Self.milliseconds(until: $0)) } ?? "" : ""
    return routingKey.withLent { key in
      correlationID.withLent { correlation in
        replyTo.withLent { reply in
          expiration.withUTF8 { expiration in
            self.body.withLent { bytes in
              body(
                retort_message(
                  routing_key: key, correlation_id: correlation, reply_to: reply,
                  expiration: retort_bytes(start: expiration.baseAddress, count: expiration.count), body: bytes,
                  mandatory: isMandatory ? 1 : 0))
            }
          }
        }
      }
    }
  }

  /// Returns the number of milliseconds until an instant, rounded up, at least 1.
  static func milliseconds(until instant: ContinuousClock.Instant) -> Int {
    let (seconds, attoseconds) = (instant - .now).components
    return max(1, Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
  }
}
