import BigInt
package import JSONText
package import Values

extension Chart {
  /// The maximum number of bars of a histogram.
  private static let mostBins: BigInt = 12

  /// Returns a chart that shows how many numbers fall into each of several ranges of equal size.
  ///
  /// The size of a range is 1, 2 or 5 times a power of ten. The bounds of the ranges are exact decimals.
  ///
  /// - Parameters:
  ///   - numbers: The numbers to count.
  ///   - unit: The unit of the numbers, such as `ms`, which the chart shows after each bound.
  /// - Returns: The chart of the counts.
  /// - Throws: A `value` error for numbers that are too large to calculate.
  package static func histogram(of numbers: [JSONNumber], unit: String = "") throws(Fault) -> Chart {
    var (least, most) = (numbers.first ?? JSONNumber(0), numbers.first ?? JSONNumber(0))
    for number in numbers {
      if try Arithmetic.compare(number, least) < 0 { least = number }
      if try Arithmetic.compare(number, most) > 0 { most = number }
    }
    let step = try step(for: Arithmetic.subtract(most, least), isWhole: numbers.allSatisfy { $0.integer != nil })
    let first = try index(of: least, step)
    var counts = Array(repeating: 0, count: numbers.isEmpty ? 0 : try Int(index(of: most, step) - first) + 1)
    for number in numbers { counts[try Int(index(of: number, step) - first)] += 1 }
    return Chart(
      counts.enumerated().map { index, count in
        let lower = first + BigInt(index)
        return Bar("\(text(lower, step))\(unit) to \(text(lower + 1, step))\(unit)", count: count)
      })
  }

  /// Returns the index of the range that contains a number; range 0 begins at 0.
  private static func index(of number: JSONNumber, _ step: Decimal) throws(Fault) -> BigInt {
    guard let number = Decimal(number), let (dividend, divisor, _) = Decimal.aligned(number, step) else {
      throw Fault(.value, "the numbers are too large for a chart")
    }
    let (quotient, rest) = dividend.quotientAndRemainder(dividingBy: divisor)
    return rest.signum() < 0 ? quotient - 1 : quotient
  }

  /// Returns the smallest range size with which the chart has at most `mostBins` bars.
  ///
  /// `range` is the difference of the largest and the smallest number. For integers, the size is at least 1.
  private static func step(for range: JSONNumber, isWhole: Bool) throws(Fault) -> Decimal {
    guard let range = Decimal(range), range.coefficient.signum() > 0 else {
      return Decimal(coefficient: 1, exponent: 0)
    }
    let least = range.magnitude - 3
    for exponent in (isWhole ? max(0, least) : least)...max(0, range.magnitude) {
      for factor in [1, 2, 5] as [BigInt] {
        let step = Decimal(coefficient: factor, exponent: exponent)
        guard let (size, length, _) = Decimal.aligned(step, range) else {
          throw Fault(.value, "the numbers are too large for a chart")
        }
        if size * (mostBins - 1) >= length { return step }
      }
    }
    return Decimal(coefficient: 1, exponent: range.magnitude)
  }

  /// Returns the text of a bound, with an exponent if the number is long.
  private static func text(_ steps: BigInt, _ step: Decimal) -> String {
    let value = Decimal(coefficient: steps * step.coefficient, exponent: step.exponent)
    guard step.exponent > -9, value.magnitude < 16, let number = value.number else {
      return value.coefficient == 0 ? "0" : "\(value.coefficient)e\(value.exponent)"
    }
    return number.text
  }
}
