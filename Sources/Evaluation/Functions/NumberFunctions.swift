import BigInt
import JSONText
import Language
import Values

extension BuiltInFunction {
  static let numbers: [BuiltInFunction] = [
    BuiltInFunction(
      "int(value)",
      "Converts a text such as \"42\", or a number without a fraction, to an integer. Any other value is an error.",
      takes: 1...1,
      #"int("42")"#, "42"
    ) {
      values throws(Fault) in
      let number = try parsed(values[0], "int")
      guard let decimal = Decimal(number), decimal.exponent >= 0 || number.text.contains(".") else {
        throw notInteger(values[0])
      }
      guard try Arithmetic.compare(number, whole(number)) == 0 else { throw notInteger(values[0]) }
      return .number(try whole(number))
    },
    BuiltInFunction(
      "number(value)",
      """
      Converts a text such as "1.10" to a number with the same digits. A number stays unchanged.
      """, takes: 1...1, #"number("1.10")"#, "1.10"
    ) {
      values throws(Fault) in
      .number(try parsed(values[0], "number"))
    },
    rounding(
      "round", .nearest,
      """
      The number, rounded to the given number of decimal places (default: 0, maximum: 1000). Halves are rounded away \
      from 0.
      """,
      "round(2.5)", "3"),
    rounding(
      "floor", .down, "The number, rounded down to the given number of decimal places (default: 0, maximum: 1000).",
      "floor(-2.5)", "-3"),
    rounding(
      "ceil", .up, "The number, rounded up to the given number of decimal places (default: 0, maximum: 1000).",
      "ceil(2.1)", "3"),
    BuiltInFunction("abs(number)", "The absolute value of a number or a duration.", takes: 1...1, "abs(-3)", "3") {
      values throws(Fault) in
      if case .duration(let duration) = values[0] { return .duration(duration < .zero ? .zero - duration : duration) }
      let number = try Self.number(values, 0, "abs")
      return .number(number.text.hasPrefix("-") ? try Arithmetic.negate(number) : number)
    },
  ]

  /// The direction in which a function rounds.
  private enum RoundingMode {
    /// Rounds to the nearest number; rounds a half away from 0.
    case nearest
    case down, up

    /// Returns whether the function rounds a number away from 0.
    ///
    /// `rest` is the part of the number's digits that rounding removes. `unit` is one step of the last digit that
    /// remains. For example, `rest` is 5 and `unit` is 10 if the function rounds 2.5 to an integer.
    func roundsAwayFromZero(_ rest: BigInt, of unit: BigInt) -> Bool {
      switch self {
      case .nearest: rest.magnitude * 2 >= unit.magnitude
      case .down: rest.signum() < 0
      case .up: rest.signum() > 0
      }
    }
  }

  private static func rounding(
    _ name: String, _ rounding: RoundingMode, _ summary: String, _ code: String, _ output: String
  ) -> BuiltInFunction {
    BuiltInFunction("\(name)(number, places)", summary, takes: 1...2, of: [.number, .places], code, output) {
      values throws(Fault) in
      let number = try Self.number(values, 0, name)
      let places = values.count > 1 ? try values[1].whole(name, "places") : 0
      guard places <= 1000 else { throw Fault(.value, "\(name) keeps at most 1000 decimal places") }
      return .number(try rounded(number, places, rounding))
    }
  }

  private static func parsed(_ value: Value, _ name: String) throws(Fault) -> JSONNumber {
    switch value {
    case .number(let number): return number
    case .string(let text):
      if let number = JSONNumber(text: text) { return number }
      throw Fault(
        .value, "\(name): \(text.quoted) is not a number",
        nextStep: TextConversionAdvice.numeral(text, ".field").map { "convert the text: \(name)(\($0))" })
    default:
      throw Fault(
        .type, "\(name) needs a string or a number, not \(value.typeWithArticle)",
        nextStep: value.isNull
          ? "to omit the elements with null: | where .field != null; or, to count null as 0: \(name)(.field ?? 0)" : nil
      )
    }
  }

  private static func whole(_ number: JSONNumber) throws(Fault) -> JSONNumber { try rounded(number, 0, .nearest) }

  private static func notInteger(_ value: Value) -> Fault {
    Fault(.value, "int: \(value.label) is not an integer", nextStep: "for the nearest integer, write round(number(x))")
  }

  private static func rounded(
    _ number: JSONNumber, _ places: Int, _ rounding: RoundingMode
  ) throws(Fault) -> JSONNumber {
    guard let decimal = Decimal(number), -decimal.exponent < Decimal.digitLimit else {
      throw Fault(.value, "the number is too long to round")
    }
    guard -decimal.exponent > places else {
      guard let number = decimal.number else { throw Fault(.value, "the number is too large to round") }
      return number
    }
    let unit = BigInt(10).power(-decimal.exponent - places)
    let (quotient, rest) = decimal.coefficient.quotientAndRemainder(dividingBy: unit)
    let step = BigInt(decimal.coefficient.sign == .minus ? -1 : 1)
    let isAway = rounding.roundsAwayFromZero(rest, of: unit)
    let result = Decimal(coefficient: isAway ? quotient + step : quotient, exponent: -places)
    guard let number = result.number else { throw Fault(.value, "the number is too large to round") }
    return number
  }
}
