package import BigInt
package import JSONText

/// A decimal of any size: `coefficient` times ten to the power of `exponent`.
package struct Decimal {
  package var coefficient: BigInt
  package var exponent: Int

  /// Creates the exact decimal of a JSON number.
  ///
  /// The result is nil if the number has too many digits or too large an exponent.
  package init?(_ number: JSONNumber) {
    if let integer = number.integer {
      coefficient = BigInt(integer)
      exponent = 0
      return
    }
    var digits = ""
    var fraction = 0
    var power = 0
    var isFraction = false
    var rest = Substring(number.text)
    while let character = rest.popFirst() {
      switch character {
      case ".": isFraction = true
      case "e", "E":
        guard let value = Int(rest), abs(value) < 1 << 40 else { return nil }
        power = value
        rest = ""
      default:
        digits.append(character)
        if isFraction { fraction += 1 }
      }
    }
    guard digits.utf8.count <= Self.digitLimit, let value = BigInt(digits) else { return nil }
    coefficient = value
    exponent = power - fraction
  }

  package init(coefficient: BigInt, exponent: Int) {
    self.coefficient = coefficient
    self.exponent = exponent
  }

  /// The maximum number of digits of a decimal.
  ///
  /// An addition fails if the exponents of its operands differ by this number or more. So `1e999999999 + 1` fails
  /// instead of filling the memory.
  package static let digitLimit = 100_000

  /// The exponent of the smallest power of ten that exceeds the absolute value: 3 for 999.
  ///
  /// Comparing two decimals with different magnitudes is fast: a comparison of their magnitudes is enough.
  package var magnitude: Int { coefficient.magnitude.description.utf8.count + exponent }

  /// Converts two decimals to the same exponent, the smaller of their two exponents.
  ///
  /// - Returns: Both coefficients and the exponent; nil if a coefficient would have too many digits.
  package static func aligned(_ left: Decimal, _ right: Decimal) -> (BigInt, BigInt, exponent: Int)? {
    if left.exponent == right.exponent { return (left.coefficient, right.coefficient, left.exponent) }
    let exponent = min(left.exponent, right.exponent)
    guard max(left.exponent, right.exponent) - exponent < digitLimit else { return nil }
    return (left.scaled(to: exponent), right.scaled(to: exponent), exponent)
  }

  private func scaled(to exponent: Int) -> BigInt {
    coefficient * BigInt(10).power(self.exponent - exponent)
  }

  /// The decimal as a JSON number without an exponent; nil if it has too many digits.
  package var number: JSONNumber? {
    guard exponent < 0 else {
      guard exponent < Self.digitLimit else { return nil }
      return JSONNumber(text: (coefficient * BigInt(10).power(exponent)).description)
    }
    let digits = coefficient.magnitude.description
    let padded = String(repeating: "0", count: max(0, 1 - exponent - digits.count)) + digits
    let point = padded.index(padded.endIndex, offsetBy: exponent)
    return JSONNumber(text: (coefficient.sign == .minus ? "-" : "") + padded[..<point] + "." + padded[point...])
  }
}
