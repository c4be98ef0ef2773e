/// A list of non-negative integers as a short text, which is faster to read than an array of JSON numbers.
///
/// Each integer is written in hexadecimal. Its last digit is one of the 16 characters from `0` to `?`. Each earlier
/// digit is one of the 16 characters from `@` to `O`. For example, `F?` is 0x6F, `@0` is 0 with a leading zero, and
/// `52` is the list of 5 and 2.
struct IntegerListText {
  private static let lastDigit: UInt8 = 0x30
  private static let earlierDigit: UInt8 = 0x40

  /// The text of the integers.
  let text: String

  /// Creates the text of integers; a negative integer counts as 0.
  init(_ integers: [Int]) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(integers.count * 4)
    for integer in integers {
      let value = UInt(max(0, integer))
      var shift = (UInt.bitWidth - max(value, 1).leadingZeroBitCount - 1) / 4 * 4
      while shift > 0 {
        bytes.append(Self.earlierDigit | UInt8(truncatingIfNeeded: value >> shift & 15))
        shift -= 4
      }
      bytes.append(Self.lastDigit | UInt8(truncatingIfNeeded: value & 15))
    }
    text = String(decoding: bytes, as: UTF8.self)
  }

  /// Returns the integers of a text; nil if the text has other characters, or an integer of more than 15 digits.
  static func integers(of text: String) -> [Int]? {
    var integers: [Int] = []
    integers.reserveCapacity(text.utf8.count / 2)
    var value = 0
    for byte in text.utf8 {
      guard value < 1 << 56 else { return nil }
      value = value << 4 | Int(byte & 15)
      switch byte & 0xF0 {
      case earlierDigit: continue
      case lastDigit: integers.append(value)
      default: return nil
      }
      value = 0
    }
    return value == 0 ? integers : nil
  }
}
