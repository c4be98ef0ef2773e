import BigInt
import JSONText
import TestBench
import Testing
@testable import Values

/// Tests that calculations with short decimals (64 bits) have the same results as calculations with decimals of any
/// size.
@Suite struct ShortDecimalTests {
  /// Returns a random number in one of the forms of JSON numbers without an exponent.
  private static func number(_ random: inout SeededNumbers) -> JSONNumber? {
    let digits = (0..<random.below(12)).map { _ in "\(random.below(10))" }.joined()
    let fraction = (0..<random.below(9)).map { _ in "\(random.below(10))" }.joined()
    let whole = String(digits.drop { $0 == "0" })
    let sign = random.below(2) == 0 ? "-" : ""
    return JSONNumber(text: sign + (whole.isEmpty ? "0" : whole) + (fraction.isEmpty ? "" : "." + fraction))
  }

  @Test func resultsEqualThoseOfDecimals() throws {
    var random = SeededNumbers(seed: 20)
    var short = 0
    for _ in 0..<5000 {
      let (a, b) = (try #require(Self.number(&random)), try #require(Self.number(&random)))
      let (x, y) = (try #require(Decimal(a)), try #require(Decimal(b)))
      let (left, right, exponent) = try #require(Decimal.aligned(x, y))
      let sum = try #require(Decimal(coefficient: left + right, exponent: exponent).number)
      let difference = try #require(Decimal(coefficient: left - right, exponent: exponent).number)
      let product = Decimal(coefficient: x.coefficient * y.coefficient, exponent: x.exponent + y.exponent).number
      #expect(try Arithmetic.add(a, b).text == sum.text)
      #expect(try Arithmetic.subtract(a, b).text == difference.text)
      #expect(try Arithmetic.multiply(a, b).text == product?.text)
      #expect(try Arithmetic.compare(a, b).signum() == (left < right ? -1 : left > right ? 1 : 0))
      let (one, other) = (try Comparison.key(of: .number(a)), try Comparison.key(of: .number(b)))
      #expect((one == other) == (left == right))
      if ShortDecimal(a) != nil { short += 1 }
    }
    #expect(short > 2000)
  }

  @Test(arguments: [
    ("0", "-0.00"), ("1", "1.000"), ("-12.5", "-12.500"), ("1500", "1500.0"), ("1500", "1.5e3"),
    ("123456789012345678", "123456789012345678.0"), ("0.000000000000000001", "1e-18"),
  ]) func equalNumbersHaveOneKey(_ a: String, _ b: String) throws {
    let (one, other) = (try #require(JSONNumber(text: a)), try #require(JSONNumber(text: b)))
    #expect(try Comparison.key(of: .number(one)) == Comparison.key(of: .number(other)))
    #expect(try Arithmetic.compare(one, other) == 0)
  }

  @Test(arguments: ["1234567890123456789", "1.234567890123456789", "1e3", "1.5E-3"])
  func longNumbersAndExponentsAreNotShort(_ text: String) throws {
    #expect(ShortDecimal(try #require(JSONNumber(text: text))) == nil)
  }
}
