import BigInt
package import JSONText

/// Calculates with numbers.
///
/// Sums, differences, products and comparisons are exact. A division with a remainder, such as `1 / 3`, gives a binary
/// float.
package enum Arithmetic {
  package static func add(_ left: JSONNumber, _ right: JSONNumber) throws(Fault) -> JSONNumber {
    if let a = left.integer, let b = right.integer {
      let (sum, overflow) = a.addingReportingOverflow(b)
      if !overflow { return JSONNumber(sum) }
    }
    if let sum = ShortDecimal(left).flatMap({ $0.adding(ShortDecimal(right)) }) { return sum.number }
    return try exact(left, right) { $0 + $1 }
  }

  package static func subtract(_ left: JSONNumber, _ right: JSONNumber) throws(Fault) -> JSONNumber {
    if let a = left.integer, let b = right.integer {
      let (difference, overflow) = a.subtractingReportingOverflow(b)
      if !overflow { return JSONNumber(difference) }
    }
    if let difference = ShortDecimal(left).flatMap({ $0.subtracting(ShortDecimal(right)) }) { return difference.number }
    return try exact(left, right) { $0 - $1 }
  }

  package static func multiply(_ left: JSONNumber, _ right: JSONNumber) throws(Fault) -> JSONNumber {
    if let a = left.integer, let b = right.integer {
      let (product, overflow) = a.multipliedReportingOverflow(by: b)
      if !overflow { return JSONNumber(product) }
    }
    if let product = ShortDecimal(left).flatMap({ $0.multiplied(by: ShortDecimal(right)) }) { return product.number }
    let (a, b) = (try decimal(left), try decimal(right))
    let (exponent, overflow) = a.exponent.addingReportingOverflow(b.exponent)
    let product = Decimal(coefficient: a.coefficient * b.coefficient, exponent: exponent)
    guard !overflow, let number = product.number else { throw tooLarge }
    return number
  }

  /// Returns the quotient: an integer if the division has no remainder, otherwise a binary float.
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

  /// Compares two numbers, and returns their order as a number.
  ///
  /// - Returns: A negative number if `left` is less than `right`, zero if both are equal, otherwise a positive number.
  /// - Throws: A `value` error if the numbers are too large to compare.
  package static func compare(_ left: JSONNumber, _ right: JSONNumber) throws(Fault) -> Int {
    if let a = left.integer, let b = right.integer { return a < b ? -1 : a > b ? 1 : 0 }
    if let a = ShortDecimal(left), let b = ShortDecimal(right) { return a.order(with: b) }
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

  /// Converts a binary float to the number with the fewest digits that converts back to the same float.
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
