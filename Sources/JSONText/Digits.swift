extension FixedWidthInteger {
  /// Reads decimal digits, or those of another base; nil for any other text, such as a number with a sign.
  ///
  /// - Parameters:
  ///   - text: The text, only of ASCII digits and, in a base above ten, letters.
  ///   - radix: The base, from 2 to 36.
  package init?(digits text: some StringProtocol, radix: Int = 10) {
    guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else { return nil }
    self.init(text, radix: radix)
  }
}

extension Double {
  /// Reads digits with or without a decimal point; nil for any other text, such as `1e3`, `nan` or `0x1p3`.
  package init?(digits text: some StringProtocol) {
    guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 || $0 == UInt8(ascii: ".") }) else { return nil }
    self.init(text)
  }
}

extension StringProtocol {
  /// The bytes of the text with each escape, such as `%5B`, decoded (RFC 3986 section 2.1).
  ///
  /// A `%` without two hexadecimal digits stays as it is.
  package var percentDecoded: [UInt8] {
    var bytes: [UInt8] = []
    var rest = Array(utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2)
      if byte == UInt8(ascii: "%"), digits.count == 2,
        let escaped = UInt8(digits: String(decoding: digits, as: UTF8.self), radix: 16)
      {
        bytes.append(escaped)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }
}
