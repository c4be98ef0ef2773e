import Glibc
import Synchronization

/// The correlation ids of one client: its UUID and a counter, so that each id is unique.
///
/// The ids outlive the client's channel: a request that is sent again on another channel keeps its id.
public final class CorrelationIDs: Sendable {
  /// The common prefix, in UTF-8.
  let prefix: [UInt8]
  private let text: String
  private let counter = Atomic(0)

  /// Creates ids that begin with a new UUID.
  public init() {
    text = Self.uuid() + "-"
    prefix = Array(text.utf8)
  }

  /// Makes the next id.
  public func next() -> String { text + String(counter.add(1, ordering: .relaxed).newValue) }

  /// Returns the counter at the end of an id that begins with the prefix; nil for another text.
  static func serial(of id: [UInt8], after prefix: [UInt8]) -> Int? {
    guard id.count > prefix.count, id.count <= prefix.count + 18, memcmp(id, prefix, prefix.count) == 0 else {
      return nil
    }
    var serial = 0
    for byte in id[prefix.count...] {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      serial = serial * 10 + Int(byte - 0x30)
    }
    return serial
  }

  /// Returns a random UUID (RFC 9562, version 4).
  private static func uuid() -> String {
    var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return [hex[0..<4], hex[4..<6], hex[6..<8], hex[8..<10], hex[10..<16]].map { $0.joined() }.joined(separator: "-")
  }
}
