import JSONText
package import Language

/// The operators of the language, such as `+` and `in`.
package enum Operators {
  package typealias OperatorFunction = @Sendable (Value, Value) throws(Fault) -> Value

  package static func operation(_ symbol: BinaryOperator) -> OperatorFunction {
    switch symbol {
    case .add: add
    case .subtract: subtract
    case .multiply: multiply
    case .divide: divide
    case .remainder: remainder
    case .equal: { a, b throws(Fault) in .bool(try Comparison.equal(a, b)) }
    case .notEqual: { a, b throws(Fault) in .bool(try !Comparison.equal(a, b)) }
    case .less: { a, b throws(Fault) in .bool(try Comparison.order(a, b) < 0) }
    case .lessOrEqual: { a, b throws(Fault) in .bool(try Comparison.order(a, b) <= 0) }
    case .greater: { a, b throws(Fault) in .bool(try Comparison.order(a, b) > 0) }
    case .greaterOrEqual: { a, b throws(Fault) in .bool(try Comparison.order(a, b) >= 0) }
    case .in: { a, b throws(Fault) in .bool(try contains(b, a)) }
    case .matches: { a, b throws(Fault) in .bool(try matches(a, b)) }
    case .and, .or, .otherwise: { _, b throws(Fault) in b }
    }
  }

  @Sendable private static func add(_ left: Value, _ right: Value) throws(Fault) -> Value {
    switch (left, right) {
    case (.number(let a), .number(let b)): return .number(try Arithmetic.add(a, b))
    case (.string(let a), .string(let b)):
      try SizeLimits.check(text: a.utf8.count + b.utf8.count)
      return .string(a + b)
    case (.list(let a), .list(let b)):
      try SizeLimits.check(elements: a.count + b.count)
      return .list(a + b)
    case (.duration(let a), .duration(let b)): return .duration(a + b)
    case (.time(let a), .duration(let b)): return .time(try a.advanced(by: b))
    case (.record(let a), .record(let b)): return .record(a.merging(b))
    default: throw misfit("+", "join", left, right)
    }
  }

  @Sendable private static func subtract(_ left: Value, _ right: Value) throws(Fault) -> Value {
    switch (left, right) {
    case (.number(let a), .number(let b)): return .number(try Arithmetic.subtract(a, b))
    case (.duration(let a), .duration(let b)): return .duration(a - b)
    case (.time(let a), .time(let b)): return .duration(a.sinceEpoch - b.sinceEpoch)
    case (.time(let a), .duration(let b)): return .time(try a.advanced(by: .zero - b))
    default: throw misfit("-", "subtract", left, right)
    }
  }

  @Sendable private static func multiply(_ left: Value, _ right: Value) throws(Fault) -> Value {
    switch (left, right) {
    case (.number(let a), .number(let b)): return .number(try Arithmetic.multiply(a, b))
    case (.duration(let a), .number(let b)), (.number(let b), .duration(let a)):
      return .duration(try duration(seconds: Arithmetic.multiply(a.inSeconds, b)))
    default: throw misfit("*", "multiply", left, right)
    }
  }

  @Sendable private static func divide(_ left: Value, _ right: Value) throws(Fault) -> Value {
    switch (left, right) {
    case (.number(let a), .number(let b)): return .number(try Arithmetic.divide(a, b))
    case (.duration, .duration(let b)) where b == .zero: throw Arithmetic.divisionByZero
    case (.duration(let a), .duration(let b)):
      return .number(try Arithmetic.float(a / b))
    case (.duration(let a), .number(let b)):
      return .duration(try quotient(a, b))
    default: throw misfit("/", "divide", left, right)
    }
  }

  @Sendable private static func remainder(_ left: Value, _ right: Value) throws(Fault) -> Value {
    guard case (.number(let a), .number(let b)) = (left, right) else { throw misfit("%", "divide", left, right) }
    return .number(try Arithmetic.remainder(a, b))
  }

  package static func negate(_ value: Value) throws(Fault) -> Value {
    switch value {
    case .number(let number): return .number(try Arithmetic.negate(number))
    case .duration(let duration): return .duration(.zero - duration)
    default: throw Fault(.type, "the operator - takes a number or a duration, not \(value.typeWithArticle)")
    }
  }

  package static func range(_ lower: Value, _ upper: Value) throws(Fault) -> Value {
    guard case (.number(let a), .number(let b)) = (lower, upper), let from = a.integer, let to = b.integer else {
      throw Fault(.type, "a range needs two integers of at most 18 digits")
    }
    return .range(from, to)
  }

  private static func contains(_ container: Value, _ element: Value) throws(Fault) -> Bool {
    switch container {
    case .list(let elements):
      for candidate in elements where try Comparison.equal(element, candidate) { return true }
      return false
    case .page(let page): return try contains(.list(page.items), element)
    case .range(let lower, let upper):
      if element.isNull { return false }
      guard case .number(let number) = element else { throw misfit("in", "compare", element, .number(JSONNumber(0))) }
      guard try Arithmetic.compare(number, JSONNumber(lower)) >= 0 else { return false }
      // A range has only integers, so it does not contain a number such as 1.5.
      let fraction = try Arithmetic.remainder(number, JSONNumber(1))
      guard try Arithmetic.compare(fraction, JSONNumber(0)) == 0 else { return false }
      return try Arithmetic.compare(number, JSONNumber(upper)) <= 0
    case .string:
      throw Fault(
        .type, "the right side of `in` must be a list", nextStep: "for text, write contains(text, part)")
    case .record:
      throw Fault(
        .type, "the right side of `in` must be a list",
        nextStep: "to test whether a record has a key, write x in keys(record)")
    default: throw Fault(.type, "the right side of `in` must be a list, not \(container.typeWithArticle)")
    }
  }

  private static func matches(_ text: Value, _ pattern: Value) throws(Fault) -> Bool {
    guard case .pattern(let pattern) = pattern else {
      throw Fault(
        .type, "=~ needs a pattern on its right", nextStep: "write the pattern between slashes: .text =~ /draft/i")
    }
    guard case .string(let text) = text else {
      throw Fault(.type, "=~ needs a string on its left, not \(text.typeWithArticle)", nextStep: "string(x) =~ /.../")
    }
    return try pattern.matches(text)
  }

  /// Creates a duration from the text of a number and a unit, such as `4.5` and `s`.
  ///
  /// The result is nil if the unit is unknown or the duration exceeds a hundred years.
  package static func duration(_ value: String, _ unit: String) -> Duration? {
    let scale = ["ms": "0.001", "s": "1", "m": "60", "h": "3600", "d": "86400"]
    guard let factor = scale[unit].flatMap({ JSONNumber(text: $0) }), let number = JSONNumber(text: value) else {
      return nil
    }
    return try? duration(seconds: Arithmetic.multiply(number, factor))
  }

  private static func quotient(_ duration: Duration, _ number: JSONNumber) throws(Fault) -> Duration {
    guard try Arithmetic.compare(number, JSONNumber(0)) != 0 else { throw Arithmetic.divisionByZero }
    if let whole = number.integer { return (duration / whole).inNanoseconds }
    return try Self.duration(seconds: Arithmetic.divide(duration.inSeconds, number))
  }

  private static func duration(seconds: JSONNumber) throws(Fault) -> Duration {
    guard let duration = Duration(seconds: seconds) else { throw Fault(.value, "a duration can be at most 100 years") }
    return duration
  }

  private static func misfit(_ symbol: String, _ verb: String, _ left: Value, _ right: Value) -> Fault {
    if left.isNull || right.isNull {
      return Fault(.type, "the operator \(symbol) can't \(verb) null", nextStep: "to replace null, write (x ?? 0)")
    }
    return Fault(
      .type, "the operator \(symbol) can't \(verb) \(left.typeWithArticle) and \(right.typeWithArticle)",
      nextStep: left.isScalar && right.isScalar ? conversion(symbol, left, right) : nil)
  }
}

extension Operators {
  /// Returns the suggestion to convert an operand: to a number if it is a text, and to a text for the operator `+`.
  fileprivate static func conversion(_ symbol: String, _ left: Value, _ right: Value) -> String? {
    func isConvertible(_ value: Value) -> Bool {
      switch value {
      case .number, .string: true
      default: false
      }
    }
    if isConvertible(left), isConvertible(right) {
      return "convert one of the values: int(x), number(x) or string(x), or put it into text: \"\\(x)\""
    }
    return symbol == "+" ? "put the values into text: \"\\(x) \\(y)\"" : nil
  }
}

extension Value {
  /// Whether the value is a boolean, a number, a string, a duration or a time.
  ///
  /// Functions such as `int` and `string` convert these types to each other.
  package var isScalar: Bool {
    switch self {
    case .bool, .number, .string, .duration, .time: true
    default: false
    }
  }

  /// Returns the value of a condition as a boolean.
  ///
  /// - Parameter word: The word before the condition, such as `if` or `append:`, for the error message.
  /// - Returns: The boolean.
  /// - Throws: A `type` error for a value of any other type.
  package func condition(_ word: String) throws(Fault) -> Bool {
    guard case .bool(let value) = self else {
      let subject =
        switch word {
        case "and", "or", "not": "the operator `\(word)` needs"
        case _ where word.hasSuffix(":"): "the option \(word) needs"
        default: "the condition after `\(word)` must be"
        }
      throw Fault(
        .type, "\(subject) a boolean, not \(typeWithArticle)",
        nextStep: "write a comparison: x == y, x != null, x > 0")
    }
    return value
  }
}
