extension FixedWidthInteger {
  /// Creates the integer from its digits; nil for any other text, such as `-5`.
  ///
  /// - Parameters:
  ///   - text: ASCII digits, and letters if the base is above ten.
  ///   - radix: The base, from 2 to 36.
  package init?(digits text: some StringProtocol, radix: Int = 10) {
    guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else { return nil }
    self.init(text, radix: radix)
  }
}

extension Double {
  /// Creates the number from digits and at most one decimal point; nil for any other text, such as `1e3` or `nan`.
  package init?(digits text: some StringProtocol) {
    guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 || $0 == UInt8(ascii: ".") }) else { return nil }
    self.init(text)
  }
}

extension StringProtocol {
  /// The bytes of the text, in which each escape is decoded: `%5B` becomes `[` (RFC 3986 section 2.1).
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
