import CRabbitMQ

/// A message that waits to be published.
struct OutgoingMessage: Sendable {
  var channel: UInt16
  var routingKey: [UInt8]
  var correlationID: [UInt8]
  var replyTo: [UInt8] = []
  var body: [UInt8]
  var isMandatory = false
  /// When the message itself dies.
  var expiration: ContinuousClock.Instant?
  /// When a client stops waiting for it.
  var deadline: ContinuousClock.Instant?

  /// The largest body a broker takes; one byte more ends the channel.
  static let bodyLimit = 128 << 20

  /// Lends the message to a C function.
  func withRaw(_ body: (retort_message) -> Int32) -> Int32 {
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
