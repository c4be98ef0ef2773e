import CRabbitMQ
import Glibc

/// A buffer that collects the frames of small messages for one call of `send`.
///
/// Without the buffer, `amqp_basic_publish` would call `send` three times for each message.
struct OutgoingFrameBuffer {
  private var bytes = [UInt8](repeating: 0, count: 1 << 16)
  private var count = 0
  /// The maximum size of a frame in bytes; 0 for no limit.
  private let frameMax: Int

  /// Whether the buffer contains no frame.
  var isEmpty: Bool { count == 0 }

  init(frameMax: Int) { self.frameMax = frameMax }

  /// Adds a message.
  ///
  /// Returns false if the message does not fit.
  mutating func add(_ message: OutgoingMessage) -> Bool {
    let frameMax = frameMax
    return message.withRaw { raw in
      var raw = raw
      return add { retort_write_publish($0.baseAddress, $0.count, frameMax, message.channel, &raw) }
    }
  }

  /// Adds the acknowledgement of a delivery.
  ///
  /// Returns false if the acknowledgement does not fit.
  mutating func add(acknowledging tag: UInt64, on channel: UInt16) -> Bool {
    add { retort_write_ack($0.baseAddress, $0.count, channel, tag) }
  }

  private mutating func add(_ write: (UnsafeMutableBufferPointer<UInt8>) -> Int) -> Bool {
    let written = bytes.withUnsafeMutableBufferPointer { write(UnsafeMutableBufferPointer(rebasing: $0[count...])) }
    count += written
    return written > 0
  }

  /// Sends the added frames and empties the buffer.
  ///
  /// - Throws: `lost` if the socket is broken.
  mutating func send(_ descriptor: Int32) throws(AMQPClientError) {
    defer { count = 0 }
    guard bytes.withUnsafeBufferPointer({ retort_send(descriptor, $0.baseAddress, count) }) == 0 else {
      throw .broken(String(cString: strerror(errno)))
    }
  }
}
