import JSONText
import Language
import Values

extension BuiltInStage {
  static let count = BuiltInStage(
    CommandDeclaration(
      name: "count", summary: "Counts the elements.", result: "number",
      examples: [.init(code: "1..7 | count", output: "7")])
  ) { _ in
    .reduce { frame, stream throws(Fault) in
      frame.run.session.noteNextPage(stream.hasNextPage)
      var count = 0
      while let page = try await stream.next() {
        count += page.count
      }
      return .number(JSONNumber(count))
    }
  }

  static let sum = BuiltInStage(
    declaration(
      "sum",
      "Returns the sum of the elements, or of the values of .FIELD. The values must be numbers or durations.",
      "1..4 | sum", "10"
    )
  ) { call in
    folding(call, "sum", empty: .number(JSONNumber(0))) { total, value throws(Fault) in
      guard let total else { return value }
      guard total.typeName == value.typeName else { throw RunningMean.mixed("sum", total, value) }
      return try Operators.operation(.add)(total, value)
    }
  }

  static let min = extreme(
    "min",
    """
    Returns the smallest element, or the smallest value of .FIELD. The values must be numbers, durations, times, \
    strings or booleans.
    """,
    "[3, 1, 2] | min", "1", -1)
  static let max = extreme(
    "max",
    """
    Returns the largest element, or the largest value of .FIELD. The values must be numbers, durations, times, \
    strings or booleans.
    """,
    "[3, 1, 2] | max", "3", 1)

  /// Creates the stage `min` or `max`, which returns the smallest or the largest value.
  private static func extreme(
    _ name: String, _ summary: String, _ example: String, _ output: String, _ sign: Int
  ) -> BuiltInStage {
    BuiltInStage(declaration(name, summary, example, output)) { call in
      folding(call, name, empty: .null) { most, value throws(Fault) in
        guard let most else {
          _ = try Comparison.order(value, value)
          return value
        }
        return try Comparison.order(value, most).signum() == sign ? value : most
      }
    }
  }

  static let avg = BuiltInStage(
    declaration(
      "avg",
      """
      Returns the mean of the elements, or of the values of .FIELD. The values must be numbers, durations or \
      times.
      """,
      "[1, 2, 6] | avg", "3")
  ) { call in
    let (code, text) = (operand(call), call.operandText)
    return .reduce { frame, stream throws(Fault) in
      var mean = RunningMean(operand: text)
      try await eachValue(code, "avg", &frame, &stream) { value throws(Fault) in try mean.add(value) }
      return try mean.value()
    }
  }

  private static func folding(
    _ call: UncompiledStageCall, _ name: String, empty: Value,
    _ join: @escaping @Sendable (Value?, Value) throws(Fault) -> Value
  ) -> CompiledStage {
    let (code, text) = (operand(call), call.operandText)
    return .reduce { frame, stream throws(Fault) in
      var result: Value?
      try await eachValue(code, name, &frame, &stream) { value throws(Fault) in
        result = try join(result, try value.summable(name, text))
      }
      return result ?? empty
    }
  }

  private static func declaration(
    _ name: String, _ summary: String, _ example: String, _ output: String
  ) -> CommandDeclaration {
    CommandDeclaration(
      name: name, summary: summary, parameters: [.init(name: ".FIELD", shape: .path, isOptional: true)],
      result: "value", examples: [.init(code: example, output: output)], names: .read)
  }

  private static func operand(_ call: UncompiledStageCall) -> CompiledExpression {
    call.positional.isEmpty ? .sync { frame throws(Fault) in frame.element } : call.key(0)
  }

  private static func eachValue(
    _ code: CompiledExpression, _ stage: String, _ frame: inout ExecutionFrame, _ stream: inout ElementStream,
    _ body: (Value) throws(Fault) -> Void
  ) async throws(Fault) {
    while let page = try await stream.page() {
      for (index, element) in page.elements.enumerated() {
        frame.take(page, index)
        do throws(Fault) { try body(try await code.run(&frame)) } catch {
          throw error.within("in the stage `\(stage)`, at the element \(element.label)")
        }
      }
    }
  }
}

extension Value {
  /// Returns this value unchanged; throws an error if a stage such as `sum` or `max` does not accept the value.
  fileprivate func summable(_ stage: String, _ operand: String) throws(Fault) -> Value {
    switch (self, stage) {
    case (.number, _), (.duration, _), (.time, "min"), (.time, "max"), (.string, "min"), (.string, "max"),
      (.bool, "min"), (.bool, "max"):
      return self
    default: throw RunningMean.misfit(self, stage, operand)
    }
  }
}

/// The mean of numbers, durations or times, as the stage `avg` computes it.
private struct RunningMean {
  private var numbers = JSONNumber(0)
  private var durations = Duration.zero
  private var kind: Value?
  private var count = 0
  private let operand: String

  init(operand: String) { self.operand = operand }

  mutating func add(_ value: Value) throws(Fault) {
    switch value {
    case .number, .duration, .time:
      if let kind, kind.typeName != value.typeName { throw Self.mixed("avg", kind, value) }
    default: throw Self.misfit(value, "avg", operand)
    }
    switch value {
    case .number(let number): numbers = try Arithmetic.add(numbers, number)
    case .duration(let duration): durations += duration
    case .time(let time): durations += time.sinceEpoch
    default: break
    }
    kind = kind ?? value
    count += 1
  }

  func value() throws(Fault) -> Value {
    switch kind {
    case .number?: .number(try Arithmetic.divide(numbers, JSONNumber(count)))
    case .duration?: .duration((durations / count).inNanoseconds)
    case .time?: .time(try Instant(sinceEpoch: durations / count))
    default: .null
    }
  }

  /// Creates the error for a value that the stage does not accept.
  static func misfit(_ value: Value, _ stage: String, _ operand: String) -> Fault {
    let wanted =
      switch stage {
      case "sum": "numbers or durations"
      case "avg": "numbers, durations or times"
      default: "numbers, durations, times, strings or booleans"
      }
    return Fault(
      .type, "\(stage) needs \(wanted), not \(value.typeWithArticle)", nextStep: step(value, stage, operand))
  }

  /// Creates the error of a stage, such as `sum`, that got values of two different types.
  static func mixed(_ stage: String, _ first: Value, _ second: Value) -> Fault {
    Fault(
      .type, "\(stage) needs values of one type, not \(first.typeWithArticle) and \(second.typeWithArticle)",
      nextStep: "convert durations to numbers of seconds: it / 1s")
  }

  private static func step(_ value: Value, _ stage: String, _ operand: String) -> String? {
    switch value {
    case .null: return "remove nulls: | where \(operand) != null"
    case .string(let text):
      let time = stage == "avg" ? TextConversionAdvice.time(text, operand) : nil
      guard let reading = TextConversionAdvice.number(text, operand) ?? time else {
        return "\(text.quoted) is not a number: remove such elements first, with `where`"
      }
      return "convert the text: \(stage) \(reading)"
    case .time: return "times can't be added; to add their ages: sum age(\(operand))"
    case .bool: return "count the elements that are true: | where \(operand) | count"
    case .list, .page: return "take their lengths: \(stage) length(\(operand))"
    case .record, .resource:
      let field = Self.numericField(of: value)
      return field.map { "name a field: \(stage) \(operand == "it" ? "" : operand).\($0)" }
    default: return nil
    }
  }

  /// Returns the name of the first field whose value is a number; nil if no value is a number.
  private static func numericField(of value: Value) -> String? {
    let names =
      if case .resource(let resource) = value { resource.fieldNames } else {
        if case .record(let record) = value { record.names } else { [String]() }
      }
    return names.prefix(100).first { name in
      if case .number? = try? ValueAccess.field(of: value, FieldName(name), isOptional: true) {
        name.isName
      } else {
        false
      }
    }
  }
}
