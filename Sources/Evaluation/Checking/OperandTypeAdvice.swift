import JSONText
import Language
import Values

/// Suggests the expression that the user probably meant when an operator does not fit the types of its operands.
///
/// For example, the suggestion for `"a" + 1` is `"a" + string(1)`.
struct OperandTypeAdvice {
  private let sign: String
  private let symbol: BinaryOperator
  private let left: Expr
  private let right: Expr
  /// The source text of the left operand, in parentheses if the operand contains an operator.
  private let a: String
  /// The source text of the right operand, in parentheses if the operand contains an operator.
  private let b: String
  /// The range that the user probably meant, if an operand is a range: `1..(n - 1)` for `1..n - 1`.
  ///
  /// Nil if neither operand is a range.
  private let range: String?
  /// The fields of a literal record on the right side, written as options for the stage `with`: `a: 1 b: 2`.
  ///
  /// Nil if the right operand is not a literal record.
  private let options: String?

  init(_ symbol: BinaryOperator, _ left: Expr, _ right: Expr, _ source: SourceText) {
    (self.symbol, self.sign, self.left, self.right) = (symbol, symbol.rawValue, left, right)
    a = Self.text(left, source)
    b = Self.text(right, source)
    options = Self.options(right, source)
    range =
      switch (left.kind, right.kind) {
      case (.range(let lower, let upper), _):
        "\(source.text(lower.range))..(\(source.text(upper.range)) \(symbol.rawValue) \(b))"
      case (_, .range(let lower, let upper)):
        "(\(a) \(symbol.rawValue) \(source.text(lower.range)))..\(source.text(upper.range))"
      default: nil
      }
  }

  /// Returns the suggestion for the error of the operator with the values `x` and `y`.
  ///
  /// Returns nil to keep the error's own suggestion.
  func nextStep(_ x: Value, _ y: Value) -> String? {
    if symbol == .in { return membership(x, y) }
    if case .pattern = y, [.equal, .notEqual].contains(symbol) { return match(x) }
    if x.isNull || y.isNull { return replacingNull(x, y) }
    if let range, !symbol.isComparison, x.isNumber || y.isNumber { return range }
    if let gathered = gathered(x, y) { return gathered }
    return symbol.isComparison ? comparison(x, y) : calculation(x, y)
  }

  private static func text(_ operand: Expr, _ source: SourceText) -> String {
    let text = source.text(operand.range)
    switch operand.kind {
    case .binary, .range, .not: return "(\(text))"
    default: return text
    }
  }

  private static func options(_ record: Expr, _ source: SourceText) -> String? {
    guard case .record(let entries) = record.kind, !entries.isEmpty else { return nil }
    let options = entries.compactMap { entry in
      entry.name.flatMap { $0.isName ? "\($0): \(text(entry.value, source))" : nil }
    }
    return options.count == entries.count ? options.joined(separator: " ") : nil
  }

  private func membership(_ x: Value, _ y: Value) -> String? {
    switch y {
    case .null: "\(a) in (\(b) ?? [])"
    case .string: if case .string = x { "contains(\(b), \(a))" } else { "contains(\(b), string(\(a)))" }
    case .record, .resource: "\(a) in keys(\(b))"
    case .stream: "\(a) in (\(b) | collect)"
    case .bool, .number, .duration, .time: "\(a) in [\(b)]"
    case .client: "\(a) in (stream \(b) | map .id)"
    default: nil
    }
  }

  /// Returns the match that replaces a comparison of a value with a pattern: `a =~ /b/` for `a == /b/`.
  private func match(_ x: Value) -> String? {
    let text: String
    switch x {
    case .string: text = a
    case .null: text = "(\(a) ?? \"\")"
    case .pattern: return "string(\(a)) \(sign) string(\(b))"
    case .bool, .number, .duration, .time: text = "string(\(a))"
    default: return nil
    }
    return symbol == .equal ? "\(text) =~ \(b)" : "not (\(text) =~ \(b))"
  }

  /// Returns the operation with `??` after the operand that is null.
  ///
  /// If the operation also fails with the other value in place of null, the suggestion names the types that the
  /// operator takes.
  private func replacingNull(_ x: Value, _ y: Value) -> String? {
    if symbol == .matches {
      return x.isNull
        ? "to replace null, write (\(a) ?? \"\") =~ \(b)" : "to replace null, write \(a) =~ (\(b) ?? /.../)"
    }
    let isRight = !x.isNull
    let (fallback, value): (String, Value) =
      switch x.isNull ? y : x {
      case .string: ("\"\"", .string(""))
      case .list: ("[]", .list([]))
      case .record, .resource: ("{}", .record(Record([])))
      case .duration: isRight && symbol == .divide ? ("1s", .duration(.seconds(1))) : ("0s", .duration(.zero))
      case .time(let time): isRight && !symbol.isComparison ? ("0s", .duration(.zero)) : ("now()", .time(time))
      default:
        isRight && [.divide, .remainder].contains(symbol)
          ? ("1", .number(JSONNumber(1))) : ("0", .number(JSONNumber(0)))
      }
    if !symbol.isComparison, (try? Operators.operation(symbol)(isRight ? x : value, isRight ? value : y)) == nil {
      let other = isRight ? x : y
      return "the other operand is \(other.typeWithArticle), and \(sign) takes no \(other.typeName)"
    }
    let text = isRight ? "\(a) \(sign) (\(b) ?? \(fallback))" : "(\(a) ?? \(fallback)) \(sign) \(b)"
    if case .time = y, symbol == .add { return "to replace null, write \(b) + (\(a) ?? 0s)" }
    return "to replace null, write \(text)"
  }

  /// Returns the operation with a list in place of each range, stream or page: `(a | collect) == b`.
  ///
  /// Returns nil if no operand is a range, a stream or a page.
  private func gathered(_ x: Value, _ y: Value) -> String? {
    func text(_ operand: String, _ value: Value) -> String? {
      switch value {
      case .range, .stream: "(\(operand.isEnclosed ? String(operand.dropFirst().dropLast()) : operand) | collect)"
      case .page: "\(operand).items"
      default: nil
      }
    }
    let (first, second) = (text(a, x), text(b, y))
    func isList(_ value: Value) -> Bool { if case .list = value { true } else { false } }
    let areLists = (first != nil || isList(x)) && (second != nil || isList(y))
    guard symbol.isComparison || symbol == .add && areLists else {
      return first == nil || second != nil ? nil : "for each element, write \(a) | map it \(sign) \(b)"
    }
    return first == nil && second == nil ? nil : "\(first ?? a) \(sign) \(second ?? b)"
  }

  private func comparison(_ x: Value, _ y: Value) -> String? {
    switch (x, y) {
    case (.string(let text), .time):
      TextConversionAdvice.time(text, a).map { "\($0) \(sign) \(b)" } ?? TextConversionAdvice.notTime(text)
    case (.time, .string(let text)):
      TextConversionAdvice.time(text, b).map { "\(a) \(sign) \($0)" } ?? TextConversionAdvice.notTime(text)
    case (.time, .duration): "age(\(a)) \(sign) \(b)"
    case (.duration, .time): "\(a) \(sign) age(\(b))"
    case (.number, .string(let text)):
      JSONNumber(text: text) == nil ? "string(\(a)) \(sign) \(b)" : "\(a) \(sign) number(\(b))"
    case (.string(let text), .number):
      JSONNumber(text: text) == nil ? "\(a) \(sign) string(\(b))" : "number(\(a)) \(sign) \(b)"
    case (.duration, .number): "\(a) \(sign) \(Self.seconds(b, right))"
    case (.number, .duration): "\(Self.seconds(a, left)) \(sign) \(b)"
    case (.list, .list): "to compare the lengths: length(\(a)) \(sign) length(\(b))"
    case (.resource, .string): "\(a).id \(sign) \(b)"
    case (.string, .resource): "\(a) \(sign) \(b).id"
    case (.resource, .number): "\(a).id \(sign) string(\(b))"
    case (.bool, .string("true")), (.bool, .string("false")): "\(a) \(sign) \(b.filter { $0 != "\"" })"
    default: nil
    }
  }

  private func calculation(_ x: Value, _ y: Value) -> String? {
    switch (symbol, x, y) {
    case (.add, .time, .number), (.subtract, .time, .number), (.add, .duration, .number),
      (.subtract, .duration, .number):
      "\(a) \(sign) \(Self.seconds(b, right))"
    case (.add, .number, .duration), (.subtract, .number, .duration): "\(Self.seconds(a, left)) \(sign) \(b)"
    case (.add, .duration, .time), (.subtract, .duration, .time): "\(b) \(sign) \(a)"
    case (.add, .time, .time): "for the duration between the times, write \(a) - \(b)"
    case (.add, .string, .time): "\(a) + string(\(b))"
    case (.add, .time, .string(let text)):
      Self.duration(text).map { "\(a) + \($0)" } ?? "string(\(a)) + \(b)"
    case (.multiply, .duration, .duration): "\(a) * (\(b) / 1s)"
    case (.remainder, .duration, .duration): "(\(a) / 1s) % (\(b) / 1s)"
    case (.remainder, .duration, .number): "(\(a) / 1s) % \(b)"
    case (.remainder, .number, .duration), (.divide, .number, .duration): "\(a) \(sign) (\(b) / 1s)"
    case (.add, .list, _): "\(a) + [\(b)]"
    case (.add, _, .list): "[\(a)] + \(b)"
    case (.add, .resource, .record): joined("\(a).attributes + \(b)")
    case (.add, .record, .resource): "\(a) + \(b).attributes"
    case (.add, .resource, .resource): "\(a).attributes + \(b).attributes"
    case (.add, .string, .number), (.add, .string, .bool), (.add, .string, .duration): "\(a) + string(\(b))"
    case (.add, .number, .string), (.add, .bool, .string), (.add, .duration, .string): "string(\(a)) + \(b)"
    case (.subtract, .time, .string(let text)):
      Self.duration(text).map { "\(a) - \($0)" } ?? "write a duration: \(a) - 1d"
    case (.subtract, .string(let one), .string(let other)):
      if let first = TextConversionAdvice.number(one, a), let second = TextConversionAdvice.number(other, b) {
        "\(first) - \(second)"
      } else {
        "to remove a part of a text: replace(\(a), \(b), \"\")"
      }
    case (.subtract, .string(let text), .number), (.multiply, .string(let text), .number),
      (.divide, .string(let text), .number), (.remainder, .string(let text), .number):
      TextConversionAdvice.number(text, a).map { "\($0) \(sign) \(b)" } ?? "\(text.quoted) is not a number"
    case (.subtract, .number, .string(let text)), (.multiply, .number, .string(let text)),
      (.divide, .number, .string(let text)), (.remainder, .number, .string(let text)):
      TextConversionAdvice.number(text, b).map { "\(a) \(sign) \($0)" } ?? "\(text.quoted) is not a number"
    case (.matches, .string, .string(let text)) where !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber }:
      "\(a) =~ /\(text)/"
    default: nil
    }
  }

  /// Returns a stage `with` if the script adds a literal record to `it`: `| with a: 1` for `it + {a: 1}`.
  ///
  /// Otherwise returns `fallback`.
  private func joined(_ fallback: String) -> String {
    if left.kind == .it, let options { return "| with \(options)" }
    return fallback
  }

  /// Returns the duration that a text describes, such as `1d` for the text `1 day`; nil for another text.
  private static func duration(_ text: String) -> String? {
    if CommandDeclaration.ArgumentType.isDuration(text) { return text }
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 2, let unit = ForeignWords.unit(words[1]) else { return nil }
    return CommandDeclaration.ArgumentType.isDuration(words[0] + unit) ? words[0] + unit : nil
  }

  /// Returns the source text of a duration with the given number of seconds: `5s` for `5`, `n * 1s` for `n`.
  private static func seconds(_ text: String, _ operand: Expr) -> String {
    if case .number = operand.kind { "\(text)s" } else { "\(text) * 1s" }
  }
}

extension Value {
  fileprivate var isNumber: Bool { if case .number = self { true } else { false } }
}

extension String {
  /// Whether one pair of parentheses encloses the whole text.
  fileprivate var isEnclosed: Bool {
    guard hasPrefix("("), hasSuffix(")") else { return false }
    var depth = 0
    return dropLast().allSatisfy { character in
      depth += character == "(" ? 1 : character == ")" ? -1 : 0
      return depth > 0
    }
  }
}
