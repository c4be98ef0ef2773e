package import BigInt
package import JSONText

/// A decimal of any size: `coefficient` times ten to the power of `exponent`.
package struct Decimal {
  package var coefficient: BigInt
  package var exponent: Int

  /// Creates the exact decimal of a JSON number; nil if the number has too many digits or too large an exponent.
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
  /// Two decimals are converted to one exponent only if their exponents differ by less than this number.
  package static let digitLimit = 100_000

  /// The exponent of the smallest power of ten that exceeds the absolute value.
  ///
  /// Decimals with different magnitudes are compared by it alone, without converting them to one exponent.
  package var magnitude: Int { coefficient.magnitude.description.utf8.count + exponent }

  /// Converts two decimals to the smaller of their exponents; returns both coefficients and that exponent.
  ///
  /// Returns nil if the conversion takes too many digits.
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

/// Calculates with numbers: sums, differences, products and comparisons are exact; a division with a remainder gives a
/// binary float.
package enum Arithmetic {
  package static func add(_ left: JSONNumber, _ right: JSONNumber) throws(Fault) -> JSONNumber {
    if let a = left.integer, let b = right.integer {
      let (sum, overflow) = a.addingReportingOverflow(b)
      if !overflow { return JSONNumber(sum) }
    }
    return try exact(left, right) { $0 + $1 }
  }

  package static func subtract(_ left: JSONNumber, _ right: JSONNumber) throws(Fault) -> JSONNumber {
    if let a = left.integer, let b = right.integer {
      let (difference, overflow) = a.subtractingReportingOverflow(b)
      if !overflow { return JSONNumber(difference) }
    }
    return try exact(left, right) { $0 - $1 }
  }

  package static func multiply(_ left: JSONNumber, _ right: JSONNumber) throws(Fault) -> JSONNumber {
    if let a = left.integer, let b = right.integer {
      let (product, overflow) = a.multipliedReportingOverflow(by: b)
      if !overflow { return JSONNumber(product) }
    }
    let (a, b) = (try decimal(left), try decimal(right))
    let (exponent, overflow) = a.exponent.addingReportingOverflow(b.exponent)
    let product = Decimal(coefficient: a.coefficient * b.coefficient, exponent: exponent)
    guard !overflow, let number = product.number else { throw tooLarge }
    return number
  }

  /// Divides: returns an integer if the division has no remainder, otherwise a binary float.
  package static func divide(_ left: JSONNumber, _ right: JSONNumber) throws(Fault) -> JSONNumber {
    guard try compare(right, JSONNumber(0)) != 0 else { throw divisionByZero }
    if let a = left.integer, let b = right.integer, b != -1, a % b == 0 { return JSONNumber(a / b) }
    let (a, b) = (try decimal(left), try decimal(right))
    if let (x, y, _) = Decimal.aligned(a, b) {
      let (quotient, rest) = x.quotientAndRemainder(dividingBy: y)
      if rest == 0, let number = Decimal(coefficient: quotient, exponent: 0).number { return number }
    }
    return try float(double(left) / double(right))
  }

  /// Returns the remainder of a division, with the sign of the dividend.
  package static func remainder(_ left: JSONNumber, _ right: JSONNumber) throws(Fault) -> JSONNumber {
    guard try compare(right, JSONNumber(0)) != 0 else { throw divisionByZero }
    if let a = left.integer, let b = right.integer, b != -1 { return JSONNumber(a % b) }
    return try exact(left, right) { $0.quotientAndRemainder(dividingBy: $1).remainder }
  }

  package static func negate(_ number: JSONNumber) throws(Fault) -> JSONNumber {
    try subtract(JSONNumber(0), number)
  }

  /// Compares two numbers: negative if `left` is less than `right`, zero if they are equal, positive if it is greater.
  package static func compare(_ left: JSONNumber, _ right: JSONNumber) throws(Fault) -> Int {
    if let a = left.integer, let b = right.integer { return a < b ? -1 : a > b ? 1 : 0 }
    let (a, b) = (try decimal(left), try decimal(right))
    let (signA, signB) = (a.coefficient.signum(), b.coefficient.signum())
    if signA != signB { return signA < signB ? -1 : 1 }
    if signA == 0 { return 0 }
    if a.magnitude != b.magnitude { return (a.magnitude < b.magnitude ? -1 : 1) * Int(signA) }
    guard let (x, y, _) = Decimal.aligned(a, b) else { throw tooLarge }
    return x < y ? -1 : x > y ? 1 : 0
  }

  /// Converts a number to the nearest binary float.
  package static func double(_ number: JSONNumber) throws(Fault) -> Double {
    if let integer = number.integer { return Double(integer) }
    guard let value = Double(number.text) else { throw tooLarge }
    return value
  }

  /// Converts a binary float to a number with the fewest digits that identify it.
  package static func float(_ value: Double) throws(Fault) -> JSONNumber {
    guard value.isFinite else { throw tooLarge }
    if value == value.rounded(), abs(value) < 1e15 { return JSONNumber(Int(value)) }
    guard let number = JSONNumber(text: "\(value)") else { throw tooLarge }
    return number
  }

  static let divisionByZero = Fault(.value, "division by zero")

  private static let tooLarge = Fault(.value, "the numbers are too large to calculate")

  private static func decimal(_ number: JSONNumber) throws(Fault) -> Decimal {
    guard let decimal = Decimal(number) else { throw tooLarge }
    return decimal
  }

  private static func exact(
    _ left: JSONNumber, _ right: JSONNumber, _ body: (BigInt, BigInt) -> BigInt
  ) throws(Fault) -> JSONNumber {
    guard let (a, b, exponent) = Decimal.aligned(try decimal(left), try decimal(right)),
      let number = Decimal(coefficient: body(a, b), exponent: exponent).number
    else { throw tooLarge }
    return number
  }
}
