import JSONText
import Language
import Values

/// A built-in function of the language, such as `length(value)`, which computes a value from its arguments.
struct BuiltInFunction: Sendable {
  typealias FunctionBody = @Sendable ([Value], StatementContext) throws(Fault) -> Value
  typealias PureBody = @Sendable ([Value]) throws(Fault) -> Value

  /// The type of argument that a parameter accepts, for the check of a literal argument.
  enum ParameterType {
    case any, text, pattern, textOrPattern, number, places, duration, timeFormat
  }

  let name: String
  /// The signature: `replace(text, pattern, by)`.
  let signature: String
  let summary: String
  let arguments: ClosedRange<Int>
  private let parameters: [ParameterType]
  let example: CommandDeclaration.Example
  let body: FunctionBody
  /// The body of a function whose value depends only on its arguments; nil for any other function.
  private let pureBody: PureBody?

  init(
    _ signature: String, _ summary: String, takes arguments: ClosedRange<Int>, of parameters: [ParameterType] = [],
    _ code: String, _ output: String, _ body: @escaping FunctionBody
  ) {
    self.init(
      signature, summary, arguments, parameters, CommandDeclaration.Example(code: code, output: output), body, nil)
  }

  /// Creates a function whose value depends only on its arguments.
  init(
    _ signature: String, _ summary: String, takes arguments: ClosedRange<Int>, of parameters: [ParameterType] = [],
    _ code: String, _ output: String, _ body: @escaping PureBody
  ) {
    let example = CommandDeclaration.Example(code: code, output: output)
    self.init(
      signature, summary, arguments, parameters, example, { values, _ throws(Fault) in try body(values) }, body)
  }

  private init(
    _ signature: String, _ summary: String, _ arguments: ClosedRange<Int>, _ parameters: [ParameterType],
    _ example: CommandDeclaration.Example, _ body: @escaping FunctionBody, _ pureBody: PureBody?
  ) {
    name = String(signature.prefix { $0 != "(" })
    self.signature = signature
    self.summary = summary
    self.arguments = arguments
    self.parameters = parameters
    self.example = example
    self.body = body
    self.pureBody = pureBody
  }

  static func named(_ name: String) -> BuiltInFunction? { table[name] }
  private static let table = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  static let all: [BuiltInFunction] = text + collections + numbers + world

  func takes(_ count: Int) -> Bool { arguments.contains(count) }

  /// The number of arguments that the function takes, in words: `1 to 2 arguments`.
  var arity: String {
    let (least, most) = (arguments.lowerBound, arguments.upperBound)
    if least == most { return least == 1 ? "1 argument" : "\(least) arguments" }
    return "\(least) to \(most) arguments"
  }

  /// Checks the literal arguments of a call, and throws an error if every run of the call would fail with this error.
  ///
  /// In `literals`, nil stands for an argument that is not a literal. The function does not match a pattern, because a
  /// match can take a long time.
  func check(literals: [Value?]) throws(Fault) {
    let values = literals.map { $0 ?? .null }
    let isPattern = values.contains { if case .pattern = $0 { true } else { false } }
    if let pureBody, !isPattern, literals.allSatisfy({ $0 != nil }) { _ = try pureBody(values) }
    for (place, type) in parameters.enumerated() where literals.indices.contains(place) && literals[place] != nil {
      try check(values, place, type)
    }
  }

  private func check(_ values: [Value], _ place: Int, _ type: ParameterType) throws(Fault) {
    switch type {
    case .any: return
    case .text: _ = try Self.string(values, place, name)
    case .pattern: _ = try Self.pattern(values, place, name)
    case .textOrPattern:
      if case .pattern = values[place] { return }
      _ = try Self.string(values, place, name)
    case .number: _ = try Self.number(values, place, name)
    case .places: _ = try values[place].whole(name, "places")
    case .duration: _ = try Self.duration(values, place, name)
    case .timeFormat: _ = try TimeFormat(try Self.string(values, place, name))
    }
  }

  /// Returns the argument at the given index if it is a string; otherwise throws an error.
  static func string(_ values: [Value], _ index: Int, _ name: String) throws(Fault) -> String {
    guard case .string(let text) = values[index] else {
      throw Fault(
        .type, "\(name) needs a string, not \(values[index].typeWithArticle)",
        nextStep: values[index].wayToString(index == 0 ? ".field" : "x"))
    }
    return text
  }

  static func pattern(_ values: [Value], _ index: Int, _ name: String) throws(Fault) -> RegexValue {
    guard case .pattern(let pattern) = values[index] else {
      throw Fault(
        .type, "\(name) needs a pattern, not \(values[index].typeWithArticle)",
        nextStep: name == "capture" ? "capture(text, /(...)/)" : "\(name)(text, /.../)")
    }
    return pattern
  }

  static func duration(_ values: [Value], _ index: Int, _ name: String) throws(Fault) -> Duration {
    guard case .duration(let duration) = values[index] else {
      throw Fault(
        .type, "\(name) needs a duration, not \(values[index].typeWithArticle)", nextStep: "\(name)(7d)")
    }
    return duration
  }

  static func number(_ values: [Value], _ index: Int, _ name: String) throws(Fault) -> JSONNumber {
    guard case .number(let number) = values[index] else {
      throw Fault(
        .type, "\(name) needs a number, not \(values[index].typeWithArticle)",
        nextStep: values[index].wayToNumber(index == 0 ? ".field" : "x"))
    }
    return number
  }

  static func list(_ values: [Value], _ index: Int, _ name: String) throws(Fault) -> [Value] {
    switch values[index] {
    case .list(let elements): return elements
    case .page(let page): return page.items
    default:
      throw Fault(
        .type, "\(name) needs a list, not \(values[index].typeWithArticle)",
        nextStep: values[index].wayToList(index == 0 ? ".field" : "x"))
    }
  }
}

/// Suggestions for the errors about an argument of a wrong type.
///
/// Each suggestion is an expression that converts the argument to the type that the function needs. In the expression,
/// `.field` stands for the function's first argument.
extension Value {
  fileprivate func wayToString(_ text: String) -> String? {
    switch self {
    case .null: "to replace null, write (\(text) ?? \"\")"
    case .stream: "make a string: string((\(text) | collect))"
    case .pattern: nil
    default: "make a string: string(\(text))"
    }
  }

  fileprivate func wayToNumber(_ text: String) -> String? {
    switch self {
    case .null: "to replace null, write (\(text) ?? 0)"
    case .string(let own):
      TextConversionAdvice.number(own, text).map { "make a number: \($0)" } ?? "\(own.quoted) is not a number"
    case .duration: "for the number of seconds, write \(text) / 1s"
    case .list, .page: "for the number of elements, write length(\(text))"
    default: nil
    }
  }

  fileprivate func wayToList(_ text: String) -> String? {
    switch self {
    case .null: "to replace null, write (\(text) ?? [])"
    case .stream, .range: "make a list: (\(text) | collect)"
    case .string: "make a list: split(\(text), \",\")"
    case .record, .resource: "make a list: values(\(text))"
    case .bool, .number, .duration, .time: "make a list: [\(text)]"
    default: nil
    }
  }
}
