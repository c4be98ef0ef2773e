package import JSONText

/// A decimal of at most 18 digits: `coefficient` divided by ten to the power of `scale`.
///
/// Most numbers that services send have at most 18 digits. For such numbers, the program calculates with machine
/// integers. This is faster than with `Decimal`, and gives the same results.
package struct ShortDecimal {
  /// All digits and the sign as an integer: -150 for `-1.50`.
  let coefficient: Int64
  /// The number of digits after the decimal point, from 0 to 18: 2 for `-1.50`.
  let scale: Int

  /// Creates the decimal of a JSON number.
  ///
  /// The result is nil if the number has more than 18 digits or an exponent.
  package init?(_ number: JSONNumber) {
    if let integer = number.integer {
      self.init(Int128(integer), scale: 0)
      return
    }
    var (coefficient, digits, scale) = (Int128(0), 0, 0)
    var (isNegative, isFraction) = (false, false)
    for byte in number.text.utf8 {
      switch byte {
      case UInt8(ascii: "-"): isNegative = true
      case UInt8(ascii: "."): isFraction = true
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        digits += 1
        guard digits <= Self.maximum else { return nil }
        coefficient = coefficient &* 10 &+ Int128(byte &- UInt8(ascii: "0"))
        if isFraction { scale += 1 }
      default: return nil
      }
    }
    self.init(isNegative ? -coefficient : coefficient, scale: scale)
  }

  /// Creates a decimal; nil if it has more than 18 digits.
  private init?(_ coefficient: Int128, scale: Int) {
    guard coefficient.magnitude < Self.powers[Self.maximum].magnitude, scale <= Self.maximum else { return nil }
    (self.coefficient, self.scale) = (Int64(coefficient), scale)
  }

  private static let maximum = 18
  /// The powers of ten from 1 to 10^18; the index is the exponent.
  private static let powers: [Int128] = (0...maximum).map { (0..<$0).reduce(1) { power, _ in power * 10 } }

  /// Returns the coefficient of the same decimal at another scale: 150 for `1.5` at scale 2.
  ///
  /// The other scale must not be smaller than `self.scale`.
  private func coefficient(at scale: Int) -> Int128 { Int128(coefficient) * Self.powers[scale - self.scale] }

  /// Returns the sum; nil if `other` is nil or the sum has more than 18 digits.
  func adding(_ other: ShortDecimal?) -> ShortDecimal? { other.flatMap { combined(with: $0, +) } }

  /// Returns the difference; nil if `other` is nil or the difference has more than 18 digits.
  func subtracting(_ other: ShortDecimal?) -> ShortDecimal? { other.flatMap { combined(with: $0, -) } }

  private func combined(with other: ShortDecimal, _ operation: (Int128, Int128) -> Int128) -> ShortDecimal? {
    let scale = max(scale, other.scale)
    return ShortDecimal(operation(coefficient(at: scale), other.coefficient(at: scale)), scale: scale)
  }

  /// Returns the product; nil if `other` is nil or the product has more than 18 digits.
  func multiplied(by other: ShortDecimal?) -> ShortDecimal? {
    guard let other else { return nil }
    return ShortDecimal(Int128(coefficient) * Int128(other.coefficient), scale: scale + other.scale)
  }

  /// Compares the decimal with another decimal.
  ///
  /// - Returns: -1 if this decimal is less than `other`, 0 if both are equal, 1 if this decimal is greater.
  func order(with other: ShortDecimal) -> Int {
    let scale = max(scale, other.scale)
    let (a, b) = (coefficient(at: scale), other.coefficient(at: scale))
    return a < b ? -1 : a > b ? 1 : 0
  }

  /// The same decimal without zeros at the end of its fraction: `1.5` for `1.50`.
  var trimmed: ShortDecimal {
    var (coefficient, scale) = (coefficient, scale)
    while scale > 0, coefficient % 10 == 0 { (coefficient, scale) = (coefficient / 10, scale - 1) }
    return ShortDecimal(Int128(coefficient), scale: scale) ?? self
  }

  /// The decimal as a JSON number with `scale` digits after the decimal point.
  var number: JSONNumber {
    if scale == 0 { return JSONNumber(Int(coefficient)) }
    let digits = String(coefficient.magnitude)
    let padded = String(repeating: "0", count: max(0, scale + 1 - digits.utf8.count)) + digits
    let sign = coefficient < 0 ? "-" : ""
    return JSONNumber(text: "\(sign)\(padded.dropLast(scale)).\(padded.suffix(scale))") ?? JSONNumber(0)
  }
}
