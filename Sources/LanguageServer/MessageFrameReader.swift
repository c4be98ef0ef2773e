/// Splits input into the frames of the language server protocol.
///
/// A frame is a header with `Content-Length`, a blank line, and a body of that many bytes.
///
/// https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#baseProtocol
public struct MessageFrameReader: Sendable {
  /// The body of a frame, or the reason why a part of the input is not a frame.
  public enum Frame: Sendable, Equatable {
    case body([UInt8])
    case malformed(String)
  }

  /// The maximum size of a body, in bytes.
  private static let limit = 64 << 20
  /// The maximum size of a header, in bytes.
  private static let headerLimit = 1 << 16

  private var bytes: [UInt8] = []
  /// The number of bytes that the reader must still skip in a body that is too large.
  private var dropped = 0

  /// Creates a reader without input.
  public init() {}

  /// Adds input, and returns the frames that are now complete.
  ///
  /// After a header without a valid length, the reader expects another header.
  public mutating func add(_ piece: [UInt8]) -> [Frame] {
    bytes += piece
    var frames: [Frame] = []
    while let frame = next() { frames.append(frame) }
    return frames
  }

  private mutating func next() -> Frame? {
    if dropped > 0 {
      let count = min(dropped, bytes.count)
      bytes.removeFirst(count)
      dropped -= count
      if dropped > 0 { return nil }
    }
    guard let end = headerEnd else {
      guard bytes.count > Self.headerLimit else { return nil }
      bytes = []
      return .malformed("a header has more than \(Self.headerLimit) bytes")
    }
    guard let length = Self.length(in: bytes[..<end.text]) else {
      bytes.removeFirst(end.body)
      return .malformed("a header has no Content-Length")
    }
    guard length <= Self.limit else {
      bytes.removeFirst(end.body)
      dropped = length
      return .malformed("a body has \(length) bytes, and the limit is \(Self.limit)")
    }
    guard bytes.count - end.body >= length else { return nil }
    let body = Array(bytes[end.body..<end.body + length])
    bytes.removeFirst(end.body + length)
    return .body(body)
  }

  /// The offsets at which the header ends and the body begins; nil if the blank line is missing.
  ///
  /// A line may end in LF alone.
  private var headerEnd: (text: Int, body: Int)? {
    var index = 0
    while index < bytes.count {
      if bytes[index...].starts(with: [0x0D, 0x0A, 0x0D, 0x0A]) { return (index, index + 4) }
      if bytes[index...].starts(with: [0x0A, 0x0A]) { return (index, index + 2) }
      index += 1
    }
    return nil
  }

  private static func length(in header: ArraySlice<UInt8>) -> Int? {
    for line in header.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1)
      guard parts.count == 2, String(decoding: parts[0], as: UTF8.self).lowercased() == "content-length" else {
        continue
      }
      let digits = parts[1].filter { $0 != 0x20 && $0 != 0x09 }
      guard !digits.isEmpty, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
      return Int(String(decoding: digits, as: UTF8.self))
    }
    return nil
  }

  /// Returns a frame: a header, followed by the body.
  public static func framed(_ body: [UInt8]) -> [UInt8] { Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body }
}
