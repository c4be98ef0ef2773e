/// A JSON number that keeps its digits: `1.10` stays `1.10`, and `9007199254740993` stays exact.
///
/// Two numbers are equal if their texts are equal. Therefore `1` and `1.0` differ.
public struct JSONNumber: Sendable, Hashable, CustomStringConvertible {
  /// The digits of a number: an integer if possible, and otherwise the text.
  ///
  /// The case `integer` is for the usual form of an integer with at most 18 digits, such as `-12`. The case `literal`
  /// is for any other text, such as `1.0` or `-0`.
  enum Digits: Sendable, Hashable {
    case integer(Int64)
    case literal(String)
  }

  let digits: Digits

  /// Creates a number from an integer.
  public init(_ integer: Int) {
    digits = integer.magnitude < 1_000_000_000_000_000_000 ? .integer(Int64(integer)) : .literal(String(integer))
  }

  /// Creates a number from its JSON text; nil for any other text (RFC 8259 section 6).
  public init?(text: String) {
    var copy = text
    let number = copy.withUTF8 { utf8 -> JSONNumber? in
      let bytes = UnsafeRawBufferPointer(utf8)
      let scanner = unsafe JSONScanner(bytes)
      guard let end = try? scanner.number(0), scanner.isEnd(end) else { return nil }
      return unsafe JSONNumber(scanned: bytes)
    }
    guard let number else { return nil }
    self = number
  }

  /// Creates a number from bytes that a parser has validated.
  init(scanned bytes: UnsafeRawBufferPointer) {
    if let integer = unsafe Self.integer(bytes) {
      digits = .integer(integer)
    } else {
      digits = unsafe .literal(String(decoding: bytes, as: UTF8.self))
    }
  }

  /// The digits as the parser read them, such as `1.10`, `-0` or `1E400`.
  public var text: String {
    switch digits {
    case .integer(let integer): String(integer)
    case .literal(let text): text
    }
  }

  /// The value of an integer such as `-12`; nil for more than 18 digits, and for other forms such as `1.0` or `1e3`.
  public var integer: Int? {
    guard case .integer(let integer) = digits else { return nil }
    return Int(integer)
  }

  /// The same digits as ``text``.
  public var description: String { text }

  /// Returns the value of bytes in the usual form of an integer, such as `-12`.
  ///
  /// Returns nil for any other form, such as `-0` or `1.0`, and for more than 18 digits.
  private static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    guard var index = bytes.indices.first else { return nil }
    let isNegative = unsafe bytes[index] == UInt8(ascii: "-")
    if isNegative { index += 1 }
    guard bytes.count - index <= 18, unsafe !(isNegative && bytes[index] == UInt8(ascii: "0")) else { return nil }
    var value: Int64 = 0
    while index < bytes.count {
      let digit = unsafe bytes[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int64(digit)
      index += 1
    }
    return isNegative ? -value : value
  }
}
