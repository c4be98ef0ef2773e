import Glibc
import Synchronization

/// A source of unique correlation ids for one client.
///
/// Each id consists of the client's UUID, a hyphen and a counter. A request that the client sends a second time has the
/// same id both times.
public final class CorrelationIDs: Sendable {
  /// The prefix of all ids in UTF-8: the UUID and a hyphen.
  let prefix: [UInt8]
  private let counter = Atomic(0)

  /// Creates a source of ids that begin with a new UUID.
  public init() {
    prefix = Array((Self.uuid() + "-").utf8)
  }

  /// Returns the next id.
  public func next() -> String {
    var serial = counter.add(1, ordering: .relaxed).newValue
    var length = prefix.count + 1
    var rest = serial / 10
    while rest > 0 { (length, rest) = (length + 1, rest / 10) }
    return unsafe String(unsafeUninitializedCapacity: length) { [length] text in
      _ = unsafe text.update(fromContentsOf: prefix)
      for index in stride(from: length - 1, through: prefix.count, by: -1) {
        unsafe text[index] = 0x30 + UInt8(serial % 10)
        serial /= 10
      }
      return length
    }
  }

  /// Returns the counter at the end of an id that begins with the prefix; nil for any other text.
  static func serial(of id: [UInt8], after prefix: [UInt8]) -> Int? {
    id.withUnsafeBufferPointer { serial(of: $0, after: prefix) }
  }

  /// Returns the counter at the end of an id that begins with the prefix; nil for any other text.
  ///
  /// The counter consists of digits only, and does not begin with a zero.
  static func serial(of id: UnsafeBufferPointer<UInt8>, after prefix: [UInt8]) -> Int? {
    guard id.count > prefix.count, id.count <= prefix.count + 18, let start = id.baseAddress,
      memcmp(start, prefix, prefix.count) == 0, id[prefix.count] != 0x30
    else { return nil }
    var (serial, index) = (0, prefix.count)
    while index < id.count {
      let byte = id[index]
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      serial = serial * 10 + Int(byte - 0x30)
      index += 1
    }
    return serial
  }

  /// Returns the id that consists of a prefix and a counter.
  static func id(_ serial: Int, after prefix: [UInt8]) -> [UInt8] { prefix + Array("\(serial)".utf8) }

  /// Returns a random UUID (RFC 9562, version 4).
  private static func uuid() -> String {
    var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return [hex[0..<4], hex[4..<6], hex[6..<8], hex[8..<10], hex[10..<16]].map { $0.joined() }.joined(separator: "-")
  }
}
