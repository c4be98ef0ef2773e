import Glibc

/// A text that is compared, ordered and hashed by its Unicode code points.
///
/// Swift's `String` treats canonically equivalent texts as equal, and treats `"\r\n"` as one character. JSON
/// distinguishes all texts with different code points. Dictionaries and sets of JSON texts therefore use this type. Its
/// functions compare UTF-8 bytes, which have the same order as the code points.
package struct CodePointComparedString: Sendable, Hashable, Comparable, ExpressibleByStringLiteral {
  /// The text as a Swift string.
  package let text: String

  package init(_ text: String) { self.text = text }
  package init(stringLiteral text: String) { self.text = text }

  package static func == (left: CodePointComparedString, right: CodePointComparedString) -> Bool {
    left.text.isSame(as: right.text)
  }
  package static func < (left: CodePointComparedString, right: CodePointComparedString) -> Bool {
    left.text.order(with: right.text) < 0
  }

  package func hash(into hasher: inout Hasher) {
    unsafe text.withBytes { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(0xFF as UInt8)
  }
}

extension String {
  /// Creates a text from UTF-8 bytes; nil for invalid UTF-8.
  package init?(utf8 bytes: UnsafeRawBufferPointer) {
    if unsafe bytes.reduce(0, |) < 0x80 {
      unsafe self.init(decoding: bytes, as: UTF8.self)
    } else {
      unsafe self.init(validating: bytes, as: UTF8.self)
    }
  }

  /// Whether the text has the same code points as `other`.
  package func isSame(as other: String) -> Bool {
    // The 16 bytes of a `String` contain a short text itself, or the address and the length of a long text. Two strings
    // with the same 16 bytes are therefore equal.
    if unsafe unsafeBitCast(self, to: (UInt64, UInt64).self) == unsafeBitCast(other, to: (UInt64, UInt64).self) {
      return true
    }
    let count = utf8.count
    guard count == other.utf8.count else { return false }
    return unsafe withBytes { a in unsafe other.withBytes { b in unsafe Self.compare(a, b, count) == 0 } }
  }

  /// Compares the text with `other` in the order of code points.
  ///
  /// - Returns: A negative number if the text comes first, zero for equal texts, and a positive number if `other` comes
  ///   first.
  package func order(with other: String) -> Int {
    let (count, otherCount) = (utf8.count, other.utf8.count)
    let order = unsafe withBytes { a in
      unsafe other.withBytes { b in unsafe Self.compare(a, b, min(count, otherCount)) }
    }
    return order != 0 ? Int(order) : count - otherCount
  }

  private static func compare(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>, _ count: Int) -> Int32 {
    guard count > 0, let a = a.baseAddress, let b = b.baseAddress else { return 0 }
    return unsafe memcmp(a, b, count)
  }

  /// Calls `body` with the UTF-8 bytes of the text.
  @inline(__always) fileprivate func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    if let result = unsafe utf8.withContiguousStorageIfAvailable(body) { return result }
    return unsafe Array(utf8).withUnsafeBufferPointer(body)
  }

  /// Whether the text begins with the code points of `part`.
  package func begins(with part: String) -> Bool { utf8.starts(with: part.utf8) }

  /// Whether the text ends with the code points of `part`.
  package func ends(with part: String) -> Bool { utf8.reversed().starts(with: part.utf8.reversed()) }

  /// Whether the text contains U+0000.
  package var containsNUL: Bool { unsafe withBytes { unsafe Self.place(of: 0, in: $0, from: 0) != nil } }

  /// Whether the text contains the code points of `part`.
  package func holds(_ part: String) -> Bool { part.isEmpty || !places(of: part, most: 1).isEmpty }

  /// Whether the text contains an ASCII character.
  package func contains(ascii byte: UInt8) -> Bool { unsafe withBytes { unsafe $0.contains(byte) } }

  /// Returns the byte offsets at which `part` occurs in the text, from left to right.
  ///
  /// The occurrences do not overlap: `"aa"` occurs once in `"aaa"`.
  ///
  /// - Parameters:
  ///   - part: The text to find. It must not be empty.
  ///   - most: The maximum number of offsets to return.
  /// - Returns: The offsets in ascending order.
  package func places(of part: String, most: Int = .max) -> [Int] {
    var places: [Int] = []
    unsafe withBytes { text in
      unsafe part.withBytes { part in
        guard let first = unsafe part.first else { return }
        var offset = 0
        while places.count < most, offset + part.count <= text.count {
          guard let place = unsafe Self.place(of: first, in: text, from: offset), place + part.count <= text.count
          else {
            return
          }
          let candidate = unsafe UnsafeBufferPointer(rebasing: text[place...])
          let isThere = unsafe Self.compare(candidate, part, part.count) == 0
          if isThere { places.append(place) }
          offset = place + (isThere ? part.count : 1)
        }
      }
    }
    return places
  }

  private static func place(of byte: UInt8, in text: UnsafeBufferPointer<UInt8>, from offset: Int) -> Int? {
    guard let start = text.baseAddress else { return nil }
    let found = unsafe memchr(start + offset, Int32(byte), text.count - offset)
    return unsafe found.map { unsafe $0 - UnsafeMutableRawPointer(mutating: start) }
  }

  /// Returns the text of a range of UTF-8 bytes.
  ///
  /// The range must not begin or end inside a code point.
  package func bytes(_ range: Range<Int>) -> String {
    unsafe withBytes { bytes in unsafe String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self) }
  }

  /// Splits the text at each occurrence of a separator: `"a,b"` becomes `["a", "b"]`.
  ///
  /// The separator must not be empty.
  package func parts(between separator: String) -> [String] {
    var start = 0
    var parts: [String] = []
    for place in places(of: separator) {
      parts.append(bytes(start..<place))
      start = place + separator.utf8.count
    }
    return parts + [bytes(start..<utf8.count)]
  }

  /// Returns the text with each occurrence of `part` replaced by `other`.
  ///
  /// `part` must not be empty.
  package func replacing(each part: String, with other: String) -> String {
    let parts = parts(between: part)
    return parts.count == 1 ? self : parts.joined(separator: other)
  }
}

extension Sequence where Element == String {
  /// Whether the sequence contains a text with the same code points as `text`.
  package func has(_ text: String) -> Bool { contains { $0.isSame(as: text) } }
}
