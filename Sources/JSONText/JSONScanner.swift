import Glibc

/// A scanner that validates the parts of JSON text (RFC 8259, UTF-8 as in RFC 3629).
///
/// Each function that reads a token gets the offset of the token's first byte. The function returns the offset of the
/// byte after the token.
@safe struct JSONScanner {
  private let bytes: UnsafeRawBufferPointer
  private let end: Int

  /// A fault of the text, and the offset of the fault.
  struct Fault: Error {
    var message: String
    var offset: Int

    init(_ message: String, at offset: Int) { (self.message, self.offset) = (message, offset) }
  }

  init(_ bytes: UnsafeRawBufferPointer) {
    unsafe self.bytes = bytes
    end = bytes.count
  }

  /// Returns the byte at an offset; 0 after the end of the text.
  ///
  /// No JSON text contains a byte 0.
  @inline(__always) func byte(_ offset: Int) -> UInt8 { offset < end ? unsafe bytes[offset] : 0 }

  @inline(__always) func isEnd(_ offset: Int) -> Bool { offset >= end }

  /// Returns the offset of the first byte that is not white space.
  @inline(__always) func skipSpace(_ start: Int) -> Int {
    var offset = start
    while offset < end, case let byte = unsafe bytes[offset], byte <= 0x20,
      byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    {
      offset += 1
    }
    return offset
  }

  /// Returns the decoded text of the string that a tape entry describes.
  func string(of entry: TapeEntry) -> String {
    unsafe JSONTape.decoded(text(of: entry), hasEscape: entry.hasEscape)
  }

  /// Whether the strings that two tape entries describe have the same bytes.
  ///
  /// The function does not decode escapes.
  func isSame(_ a: TapeEntry, _ b: TapeEntry) -> Bool {
    guard a.extent == b.extent, let base = unsafe bytes.baseAddress else { return false }
    return unsafe memcmp(base + a.offset, base + b.offset, a.extent) == 0
  }

  private func text(of entry: TapeEntry) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: bytes[entry.offset..<entry.offset + entry.extent])
  }

  /// Returns a number in which one of 64 bits is set, chosen by the bytes of a key.
  ///
  /// Equal keys have the same bit. So a key differs from all earlier keys of its object if none of them has its bit.
  @inline(__always) func keyBit(from start: Int, count: Int) -> UInt64 {
    guard count > 0 else { return 1 }
    let ends = unsafe bytes[start] &* 31 &+ bytes[start + count - 1] &* 7
    return 1 << UInt64((ends &+ UInt8(truncatingIfNeeded: count &* 13)) & 63)
  }

  /// Whether a range of bytes contains a line end.
  func containsLineEnd(_ range: Range<Int>) -> Bool {
    guard let base = unsafe bytes.baseAddress else { return false }
    return unsafe memchr(base + range.lowerBound, 0x0A, range.count) != nil
  }

  /// Skips spaces up to the end of the line.
  ///
  /// - Throws: A fault if the line contains anything else.
  func restOfLine(_ start: Int) throws(Fault) -> Int {
    var offset = start
    while case let byte = byte(offset), byte == 0x20 || byte == 0x09 || byte == 0x0D { offset += 1 }
    guard isEnd(offset) || byte(offset) == 0x0A else { throw Fault("unexpected text after the value", at: offset) }
    return offset
  }

  /// Reads `true`, `false` or `null`.
  func word(_ word: StaticString, _ start: Int) throws(Fault) -> Int {
    let count = word.utf8CodeUnitCount
    guard end - start >= count else { throw Fault("expected \(word)", at: start) }
    for index in 0..<count where unsafe bytes[start + index] != word.utf8Start[index] {
      throw Fault("expected a value", at: start)
    }
    return start + count
  }

  /// Reads a number, such as `-1.5e3`.
  ///
  /// A number has an optional `-`, an integer without leading zeros, an optional fraction and an optional exponent.
  @inline(__always) func number(_ start: Int) throws(Fault) -> Int {
    var offset = start
    if byte(offset) == UInt8(ascii: "-") { offset += 1 }
    offset = try byte(offset) == UInt8(ascii: "0") ? offset + 1 : digits(offset, "a digit")
    if byte(offset) == UInt8(ascii: ".") { offset = try digits(offset + 1, "a digit after the point") }
    if byte(offset) | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if byte(offset) == UInt8(ascii: "+") || byte(offset) == UInt8(ascii: "-") { offset += 1 }
      offset = try digits(offset, "a digit in the exponent")
    }
    return offset
  }

  @inline(__always) private func digits(_ start: Int, _ wanted: StaticString) throws(Fault) -> Int {
    guard byte(start) &- 0x30 < 10 else { throw Fault("expected \(wanted)", at: start) }
    var offset = start + 1
    while byte(offset) &- 0x30 < 10 { offset += 1 }
    return offset
  }

  /// Reads a string, from the byte after its opening quote.
  ///
  /// - Returns: The offset after the closing quote, and whether the string contains an escape.
  @inline(__always) func string(_ start: Int) throws(Fault) -> (end: Int, hasEscape: Bool) {
    let offset = skipPlain(start)
    return try byte(offset) == UInt8(ascii: "\"") ? (offset + 1, false) : specialString(offset)
  }

  /// Reads the rest of a string, from the first byte that is not a plain byte.
  ///
  /// Backslashes, control characters and the bytes of non-ASCII characters are not plain.
  private func specialString(_ start: Int) throws(Fault) -> (end: Int, hasEscape: Bool) {
    var (offset, hasEscape) = (start, false)
    while offset < end {
      switch unsafe bytes[offset] {
      case UInt8(ascii: "\""): return (offset + 1, hasEscape)
      case UInt8(ascii: "\\"):
        hasEscape = true
        offset = try escape(offset + 1)
      case 0x80...: offset = try multibyte(offset)
      default: throw Fault("a control character in a string must be escaped", at: offset)
      }
      offset = skipPlain(offset)
    }
    throw Fault("unclosed string", at: offset)
  }

  /// Whether all bytes are plain.
  ///
  /// A plain byte is an ASCII character that needs no escape in a string.
  static func isPlain(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let scanner = unsafe JSONScanner(bytes)
    return scanner.isEnd(scanner.skipPlain(0))
  }

  /// Returns the offset of the first byte that is not plain: a quote, a backslash, a control or a non-ASCII byte.
  ///
  /// The function examines eight bytes at a time.
  @inline(__always) private func skipPlain(_ start: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    var offset = start
    while end - offset >= 8 {
      let word = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let quote = word ^ (ones &* 0x22)
      let backslash = word ^ (ones &* 0x5C)
      let found =
        ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &- ones &* 0x20) & ~word | word) & highs
      guard found == 0 else { return offset + found.trailingZeroBitCount >> 3 }
      offset += 8
    }
    while offset < end, case let byte = unsafe bytes[offset], byte >= 0x20, byte < 0x80, byte != 0x22, byte != 0x5C {
      offset += 1
    }
    return offset
  }

  /// Reads an escape, from the byte after its backslash.
  private func escape(_ start: Int) throws(Fault) -> Int {
    switch byte(start) {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return start + 1
    case UInt8(ascii: "u"): return try unicodeEscape(start + 1)
    default: throw Fault(isEnd(start) ? "unclosed string" : "unknown escape", at: start)
    }
  }

  /// Reads the four hex digits of `\u`.
  ///
  /// After a high surrogate, also reads the escape of the low surrogate.
  private func unicodeEscape(_ start: Int) throws(Fault) -> Int {
    let (first, offset) = try hex4(start)
    guard first & 0xF800 == 0xD800 else { return offset }
    guard first < 0xDC00, byte(offset) == UInt8(ascii: "\\") else {
      throw Fault("an unpaired surrogate", at: offset)
    }
    guard byte(offset + 1) == UInt8(ascii: "u") else { throw Fault("an unpaired surrogate", at: offset + 1) }
    let (second, end) = try hex4(offset + 2)
    guard second & 0xFC00 == 0xDC00 else { throw Fault("an unpaired surrogate", at: end) }
    return end
  }

  private func hex4(_ start: Int) throws(Fault) -> (value: UInt32, end: Int) {
    var value: UInt32 = 0
    for offset in start..<start + 4 {
      guard let digit = Self.hexDigit(byte(offset)) else {
        throw Fault("expected four hex digits after \\u", at: offset)
      }
      value = value << 4 | digit
    }
    return (value, start + 4)
  }

  static func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }

  /// Reads one character of two to four bytes.
  ///
  /// Overlong forms, surrogates and characters above U+10FFFF are faults.
  private func multibyte(_ start: Int) throws(Fault) -> Int {
    let (count, second): (Int, ClosedRange<UInt8>) =
      switch unsafe bytes[start] {
      case 0xC2...0xDF: (1, 0x80...0xBF)
      case 0xE0: (2, 0xA0...0xBF)
      case 0xED: (2, 0x80...0x9F)
      case 0xE1...0xEF: (2, 0x80...0xBF)
      case 0xF0: (3, 0x90...0xBF)
      case 0xF1...0xF3: (3, 0x80...0xBF)
      case 0xF4: (3, 0x80...0x8F)
      default: (0, 0x80...0xBF)
      }
    guard count > 0, end - start > count, unsafe second.contains(bytes[start + 1]) else {
      throw Fault("not UTF-8", at: start)
    }
    for index in 1...count where unsafe bytes[start + index] & 0xC0 != 0x80 { throw Fault("not UTF-8", at: start) }
    return start + count + 1
  }
}
