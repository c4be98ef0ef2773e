import CRabbitMQ

/// A received AMQP frame.
///
/// librabbitmq owns the frame's bytes. The properties that return bytes or text return copies.
struct Frame: ~Copyable {
  private let raw: retort_frame

  init(_ raw: retort_frame) { self.raw = raw }

  var kind: retort_frame_kind { raw.kind }
  var channel: UInt16 { raw.channel }
  /// A delivery tag, a body size, or a message count, depending on `kind`.
  var number: UInt64 { raw.number }
  /// Whether a confirm or nack applies to all delivery tags up to `number`.
  var isMultiple: Bool { raw.multiple != 0 }
  /// Whether the broker may have delivered the message before.
  var isRedelivered: Bool { raw.redelivered != 0 }
  var consumers: Int { Int(raw.consumers) }
  var code: UInt16 { raw.code }
  /// The bytes of the frame's text, such as the name of a queue or the tag of a consumer.
  var name: [UInt8] { Self.copy(raw.text) }
  /// The frame's text as a string, such as the reason in `channel.close`.
  var text: String { String(decoding: name, as: UTF8.self) }
  var correlationID: [UInt8] { Self.copy(raw.correlation_id) }
  /// Returns the number that follows `prefix` in the correlation id; nil for an id with another prefix.
  func serial(after prefix: [UInt8]) -> Int? {
    CorrelationIDs.serial(
      of: UnsafeBufferPointer(start: raw.correlation_id.start, count: raw.correlation_id.count), after: prefix)
  }
  var replyTo: [UInt8] { Self.copy(raw.reply_to) }

  /// Appends the bytes of this body frame to `body`, which contains the bytes of the earlier frames.
  ///
  /// `size` is the number of bytes in all body frames of the message.
  func appendBody(to body: inout [UInt8], of size: Int) {
    let bytes = UnsafeBufferPointer(start: raw.body.start, count: raw.body.count)
    if body.isEmpty {
      if bytes.count >= size { return body = Array(bytes) }
      body.reserveCapacity(min(size, 1 << 20))
    }
    body.append(contentsOf: bytes)
  }

  private static func copy(_ bytes: retort_bytes) -> [UInt8] {
    Array(UnsafeBufferPointer(start: bytes.start, count: bytes.count))
  }
}
