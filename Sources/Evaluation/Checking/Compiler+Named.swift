import Language
import Values

/// Compiles the stage `as`, which names the element of a pipeline, and reports mistakes with elements and their names.
extension Compiler {
  /// Defines the name that the stage `as` gives to the element, for use in later stages.
  func name(element expression: Expr) {
    guard case .name(let name) = expression.kind else { return }
    let slot = scope.define(name, expression.range)
    _ = scope.read(name)
    context.named.append(slot)
  }

  /// Makes the names from `as` unreadable after a stage that combines the elements.
  func endNames(at stage: String) {
    scope.end(context.named, at: stage)
    context.named = []
  }

  /// Reports the use of a name from `as` after a stage that combines the elements.
  func refuseEnded(_ name: String, _ variable: CompileTimeScope.DeclaredVariable, _ range: SourceRange) {
    guard let stage = variable.ended else { return }
    report(
      "the name \(name) has no value after the stage `\(stage)`, which combines the elements", range,
      nextStep: "name the new element: | \(stage) ... | as \(name)")
  }

  /// Reports an expression of an inner pipeline that contains both `.field` and `it.field`.
  ///
  /// Both expressions read the element of the inner pipeline. The user probably wanted one of them to read the outer
  /// element.
  func refuseTwoWays(_ expression: Expr) {
    var (bare, dotted): (Expr?, Expr?)
    expression.visit { part in
      switch part.kind {
      case .elementField: bare = bare ?? part
      case .field(let base, _, _, _) where base.kind == .it: dotted = dotted ?? part
      default: break
      }
    }
    guard let bare, let dotted else { return }
    let (field, other) = (source.text(bare.range), source.text(dotted.range))
    report(
      "\(field) and \(other) both read the element of the inner pipeline", dotted.range,
      nextStep: "name the outer element first: ... | as a | ... a\(other.dropFirst(2))")
  }

  /// Reports a comparison of a value with itself, such as `.id == .id`.
  func refuseSameSides(_ symbol: BinaryOperator, _ left: Expr, _ right: Expr) {
    guard symbol.isComparison, let form = left.normalForm, form == right.normalForm, form.readsSomething else { return }
    let isTrue = [.equal, .lessOrEqual, .greaterOrEqual].contains(symbol)
    let outer = context.hasOuterElement ? namingElement(right) : nil
    report(
      "both sides of \(symbol.rawValue) are the same", left.range.through(right.range),
      nextStep: outer.map {
        "name the outer element first: ... | as a | ... \(source.text(left.range)) \(symbol.rawValue) \($0)"
      } ?? "the comparison is always \(isTrue): compare with another value")
  }

  /// Returns the text of an expression with `a` as the name of the element: `a.id` for `.id` or `it.id`.
  ///
  /// Returns nil if the expression does not begin with `it` or with a dot.
  private func namingElement(_ expression: Expr) -> String? {
    let text = source.text(expression.range)
    switch text.first {
    case ".": return "a" + text
    case "i" where text.hasPrefix("it.") || text == "it": return "a" + text.dropFirst(2)
    default: return nil
    }
  }
}

extension BinaryOperator {
  /// Whether the operator compares two values.
  var isComparison: Bool {
    [.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual].contains(self)
  }
}

/// A text that represents an expression, to compare it with other expressions.
///
/// Two expressions with equal normal forms have equal values.
private struct ExpressionNormalForm: Equatable {
  var text: String
  /// Whether the expression reads a variable or the element.
  var readsSomething = false

  /// Creates the normal form of an expression from a word for its kind and from the normal forms of its parts.
  ///
  /// Returns nil if a part has no normal form.
  init?(_ word: String, _ parts: [ExpressionNormalForm?] = [], readsSomething: Bool = false) {
    text = word
    self.readsSomething = readsSomething
    for part in parts {
      guard let part else { return nil }
      text += "(\(part.text.utf8.count):\(part.text))"
      self.readsSomething = self.readsSomething || part.readsSomething
    }
  }
}

extension Expr {
  /// The normal form of the expression; nil if the expression has no normal form.
  ///
  /// There is no normal form if two evaluations can return different values. This is the case for a command, a `def`,
  /// or a function such as `now()`. Patterns, records and texts with interpolations also have no normal form.
  fileprivate var normalForm: ExpressionNormalForm? {
    switch kind {
    case .number(let digits): ExpressionNormalForm("number \(digits)")
    case .duration(let count, let unit): ExpressionNormalForm("duration \(count)\(unit)")
    case .bool(let value): ExpressionNormalForm("\(value)")
    case .null: ExpressionNormalForm("null")
    case .string(let parts): Self.normalForm(parts)
    case .it: ExpressionNormalForm("it", readsSomething: true)
    case .name(let name): ExpressionNormalForm("name \(name)", readsSomething: true)
    // `.name` and `?.name` have the same normal form. If neither expression fails, their values are equal.
    case .elementField(let name, _, _):
      Self.normalForm(field: name, of: ExpressionNormalForm("it", readsSomething: true))
    case .field(let base, let name, _, _): Self.normalForm(field: name, of: base.normalForm)
    case .index(let base, let index, _): ExpressionNormalForm("index", [base.normalForm, index.normalForm])
    case .cut(let base, let lower, let upper):
      ExpressionNormalForm("cut", [base.normalForm, lower.normalForm, upper.normalForm])
    case .binary(let symbol, _, let left, let right):
      ExpressionNormalForm(symbol.rawValue, [left.normalForm, right.normalForm])
    case .not(let operand): ExpressionNormalForm("not", [operand.normalForm])
    case .negate(let operand): ExpressionNormalForm("negate", [operand.normalForm])
    case .range(let lower, let upper): ExpressionNormalForm("range", [lower.normalForm, upper.normalForm])
    case .list(let elements): ExpressionNormalForm("list", elements.map(\.normalForm))
    case .call(let name, _, let arguments): Self.normalForm(name, arguments)
    case .group(.pipeline(let pipeline)): Self.normalForm(pipeline)
    case .regex, .record, .group: nil
    }
  }

  /// Returns the normal form of `base.name`.
  ///
  /// The normal form of `base["name"]` is the same, because both expressions read the same field.
  private static func normalForm(field name: String, of base: ExpressionNormalForm?) -> ExpressionNormalForm? {
    ExpressionNormalForm("index", [base, ExpressionNormalForm("string \(name)")])
  }

  /// The functions that can return different values for the same arguments.
  private static let changing: Set<String> = ["now", "ago", "age", "uuid"]

  private static func normalForm(_ name: String, _ arguments: [Argument]) -> ExpressionNormalForm? {
    guard BuiltInFunction.named(name) != nil, !changing.contains(name) else { return nil }
    return ExpressionNormalForm("call \(name)", arguments.map(\.expression.normalForm))
  }

  private static func normalForm(_ parts: [StringPart]) -> ExpressionNormalForm? {
    guard parts.count == 1, case .literal(let text) = parts[0] else { return nil }
    return ExpressionNormalForm("string \(text)")
  }

  private static func normalForm(_ pipeline: Pipeline) -> ExpressionNormalForm? {
    guard pipeline.stages.isEmpty else { return nil }
    switch pipeline.head {
    case .expression(let expression): return expression.normalForm
    case .name(let name, _): return ExpressionNormalForm("name \(name)", readsSomething: true)
    case .command: return nil
    }
  }
}
