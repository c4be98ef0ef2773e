import Glibc

/// A cursor over JSON text that validates while it reads (RFC 8259, UTF-8 as in RFC 3629).
@safe struct JSONScanner {
  private let bytes: UnsafeRawBufferPointer
  private(set) var offset: Int
  private let end: Int

  /// The fault at the current offset.
  struct Fault: Error {
    var message: String
  }

  init(_ bytes: UnsafeRawBufferPointer, from start: Int = 0, to end: Int? = nil) {
    unsafe self.bytes = bytes
    self.offset = start
    self.end = end ?? bytes.count
  }

  /// The byte at the cursor, or 0 at the end; a NUL is never legal in JSON.
  var byte: UInt8 {
    @inline(__always) get { offset < end ? unsafe bytes[offset] : 0 }
  }

  var isAtEnd: Bool { offset >= end }

  @inline(__always) mutating func advance() { offset += 1 }

  @inline(__always) mutating func skipSpace() {
    while offset < end, case let byte = unsafe bytes[offset], byte <= 0x20,
      byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    {
      offset += 1
    }
  }

  /// The text of a string entry, decoded.
  func string(_ entry: TapeEntry) -> String {
    let text = unsafe UnsafeRawBufferPointer(rebasing: bytes[entry.offset..<entry.offset + entry.extent])
    return unsafe JSONTape.decoded(text, hasEscape: entry.hasEscape)
  }

  /// One of 64 bits for a key: equal keys have the same bit, and different keys can have the same bit too.
  @inline(__always) func keyBit(from start: Int, count: Int) -> UInt64 {
    guard count > 0 else { return 1 }
    let ends = unsafe bytes[start] &* 31 &+ bytes[start + count - 1] &* 7
    return 1 << UInt64((ends &+ UInt8(truncatingIfNeeded: count &* 13)) & 63)
  }

  /// Whether a line ends between an offset and the cursor.
  func holdsLineEnd(from start: Int) -> Bool {
    guard let base = unsafe bytes.baseAddress else { return false }
    return unsafe memchr(base + start, 0x0A, offset - start) != nil
  }

  /// Reads spaces up to the end of the line; throws for other characters.
  mutating func endLine() throws(Fault) {
    while byte == 0x20 || byte == 0x09 || byte == 0x0D { offset += 1 }
    guard isAtEnd || byte == 0x0A else { throw Fault(message: "something after the value") }
  }

  /// Reads `true`, `false` or `null`.
  mutating func word(_ word: StaticString) throws(Fault) {
    let count = word.utf8CodeUnitCount
    guard end - offset >= count else { throw Fault(message: "unfinished \(word)") }
    for index in 0..<count where unsafe bytes[offset + index] != word.utf8Start[index] {
      throw Fault(message: "expected a value")
    }
    offset += count
  }

  /// Reads a number: `-`, an integer without leading zeros, a fraction, an exponent.
  mutating func number() throws(Fault) {
    if byte == UInt8(ascii: "-") { offset += 1 }
    if byte == UInt8(ascii: "0") {
      offset += 1
    } else {
      try digits("a digit")
    }
    if byte == UInt8(ascii: ".") {
      offset += 1
      try digits("a digit after the point")
    }
    if byte | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { offset += 1 }
      try digits("a digit in the exponent")
    }
  }

  private mutating func digits(_ wanted: String) throws(Fault) {
    guard byte &- 0x30 < 10 else { throw Fault(message: "expected \(wanted)") }
    while byte &- 0x30 < 10 { offset += 1 }
  }

  /// Reads a string from after its opening quote to after the closing one; returns true if it contains an escape.
  mutating func string() throws(Fault) -> Bool {
    var hasEscape = false
    while true {
      skipPlain()
      guard offset < end else { throw Fault(message: "unclosed string") }
      let byte = unsafe bytes[offset]
      if byte == UInt8(ascii: "\"") {
        offset += 1
        return hasEscape
      }
      if byte == UInt8(ascii: "\\") {
        hasEscape = true
        try escape()
      } else if byte >= 0x80 {
        try multibyte(byte)
      } else {
        throw Fault(message: "a control character in a string must be escaped")
      }
    }
  }

  /// Whether no byte needs an escape in a string.
  static func isPlain(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var scanner = unsafe JSONScanner(bytes)
    scanner.skipPlain()
    return scanner.isAtEnd
  }

  /// Skips plain bytes, eight at a time: up to a quote, backslash, control or non-ASCII byte.
  @inline(__always) private mutating func skipPlain() {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    while end - offset >= 8 {
      let word = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let quote = word ^ (ones &* 0x22)
      let backslash = word ^ (ones &* 0x5C)
      let found =
        ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &- ones &* 0x20) & ~word | word) & highs
      guard found == 0 else {
        offset += found.trailingZeroBitCount >> 3
        return
      }
      offset += 8
    }
    while offset < end, case let byte = unsafe bytes[offset], byte >= 0x20, byte < 0x80, byte != 0x22, byte != 0x5C {
      offset += 1
    }
  }

  private mutating func escape() throws(Fault) {
    offset += 1
    let letter = byte
    offset += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return
    case UInt8(ascii: "u"):
      try unicodeEscape()
    default:
      offset -= 1
      throw Fault(message: isAtEnd ? "unclosed string" : "unknown escape")
    }
  }

  /// Reads four hex digits, and the low surrogate that a high one needs.
  private mutating func unicodeEscape() throws(Fault) {
    let first = try hex4()
    guard first & 0xF800 == 0xD800 else { return }
    guard first < 0xDC00, byte == UInt8(ascii: "\\") else { throw Fault(message: "an unpaired surrogate") }
    offset += 1
    guard byte == UInt8(ascii: "u") else { throw Fault(message: "an unpaired surrogate") }
    offset += 1
    guard try hex4() & 0xFC00 == 0xDC00 else { throw Fault(message: "an unpaired surrogate") }
  }

  private mutating func hex4() throws(Fault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Self.hexDigit(byte) else { throw Fault(message: "expected four hex digits after \\u") }
      value = value << 4 | digit
      offset += 1
    }
    return value
  }

  static func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }

  /// Reads one character of two to four bytes: no overlong form, no surrogate, nothing over U+10FFFF.
  private mutating func multibyte(_ lead: UInt8) throws(Fault) {
    let (count, range): (Int, ClosedRange<UInt8>) =
      switch lead {
      case 0xC2...0xDF: (1, 0x80...0xBF)
      case 0xE0: (2, 0xA0...0xBF)
      case 0xED: (2, 0x80...0x9F)
      case 0xE1...0xEF: (2, 0x80...0xBF)
      case 0xF0: (3, 0x90...0xBF)
      case 0xF1...0xF3: (3, 0x80...0xBF)
      case 0xF4: (3, 0x80...0x8F)
      default: (0, 0x80...0xBF)
      }
    guard count > 0, end - offset > count, unsafe range.contains(bytes[offset + 1]) else {
      throw Fault(message: "not UTF-8")
    }
    for index in 1...count where unsafe bytes[offset + index] & 0xC0 != 0x80 {
      throw Fault(message: "not UTF-8")
    }
    offset += count + 1
  }
}
