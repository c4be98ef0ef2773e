import CRabbitMQ

/// A message that waits to be published; one object, since it passes through many hands.
final class OutgoingMessage: Sendable {
  let channel: UInt16
  let routingKey: [UInt8]
  let correlationID: [UInt8]
  let replyTo: [UInt8]
  let body: [UInt8]
  let isMandatory: Bool
  /// Whether the broker has to say that it took the message, or that it did not.
  let isConfirmed: Bool
  /// When the message itself dies.
  let expiration: ContinuousClock.Instant?
  /// When a client stops waiting for it.
  let deadline: ContinuousClock.Instant?

  init(
    channel: UInt16, routingKey: [UInt8], correlationID: [UInt8], replyTo: [UInt8] = [], body: [UInt8],
    isMandatory: Bool = false, isConfirmed: Bool = false, expiration: ContinuousClock.Instant? = nil,
    deadline: ContinuousClock.Instant? = nil
  ) {
    self.channel = channel
    self.routingKey = routingKey
    self.correlationID = correlationID
    self.replyTo = replyTo
    self.body = body
    self.isMandatory = isMandatory
    self.isConfirmed = isConfirmed
    self.expiration = expiration
    self.deadline = deadline
  }

  /// The largest body a broker takes; one byte more ends the channel.
  static let bodyLimit = 128 << 20

  /// Lends the message to a C function.
  func withRaw<Result>(_ body: (retort_message) -> Result) -> Result {
    let expires: [UInt8] = expiration.map { Array("\(Self.milliseconds(until: $0))".utf8) } ?? []
    return routingKey.withLent { key in
      correlationID.withLent { correlation in
        replyTo.withLent { reply in
          expires.withLent { expiration in
            self.body.withLent { bytes in
              body(
                retort_message(
                  routing_key: key, correlation_id: correlation, reply_to: reply, expiration: expiration, body: bytes,
                  mandatory: isMandatory ? 1 : 0))
            }
          }
        }
      }
    }
  }

  /// Whole milliseconds up to an instant, at least 1.
  static func milliseconds(until instant: ContinuousClock.Instant) -> Int {
    let left = instant - .now
    return max(1, Int((left / .milliseconds(1)).rounded(.up)))
  }
}
