import Language
import Values

/// A compiled condition, divided into parts at its `and` and `or` operators.
///
/// If the condition is false, a command such as `assert` shows the operands of the false parts.
indirect enum AssertCondition: Sendable {
  case comparison(ComparisonCondition)
  /// A part that is not a comparison, and therefore has no operands to show.
  case plain(CompiledExpression, word: String, SourceRange)
  case all([AssertCondition])
  case any([AssertCondition])

  /// A comparison with an operator such as `==`, `in` or `=~`, possibly after `not`.
  struct ComparisonCondition: Sendable {
    var left: CompiledExpression
    var right: CompiledExpression
    var operation: Operators.OperatorFunction
    var symbol: SourceRange
    var range: SourceRange
    var isNegated: Bool
  }

  /// The values of both operands of a false comparison.
  struct ComparedOperands: Sendable {
    var left: Value
    var right: Value
    /// The source range of the comparison.
    var range: SourceRange
  }

  /// Evaluates the condition.
  ///
  /// If the condition is false, the function adds the operands of the false comparisons to `sides`.
  func run(_ frame: inout ExecutionFrame, _ source: SourceText, _ sides: inout [ComparedOperands]) async throws(Fault)
    -> Bool
  {
    switch self {
    case .comparison(let part): return try await part.run(&frame, source, &sides)
    case .plain(let code, let word, let range):
      let value = try await code.run(&frame)
      do throws(Fault) { return try value.condition(word) } catch { throw error.placed(at: range, in: source) }
    case .all(let parts):
      for part in parts {
        guard try await part.run(&frame, source, &sides) else { return false }
      }
      return true
    case .any(let parts):
      let before = sides.count
      for part in parts {
        guard try await part.run(&frame, source, &sides) else { continue }
        sides.removeLast(sides.count - before)
        return true
      }
      return false
    }
  }
}

extension AssertCondition.ComparisonCondition {
  fileprivate func run(
    _ frame: inout ExecutionFrame, _ source: SourceText, _ sides: inout [AssertCondition.ComparedOperands]
  ) async throws(Fault) -> Bool {
    let (a, b) = (try await left.run(&frame), try await right.run(&frame))
    let value: Value
    do throws(Fault) { value = try operation(a, b) } catch { throw error.placed(at: symbol, in: source) }
    guard case .bool(let isTrue) = value, isTrue == isNegated else { return true }
    sides.append(AssertCondition.ComparedOperands(left: a, right: b, range: range))
    return false
  }
}

extension Compiler {
  /// Compiles a condition and divides it into parts; returns nil if no part is a comparison.
  func condition(_ expression: Expr) -> AssertCondition? {
    switch expression.kind {
    case .binary(.and, _, let left, let right):
      guard left.hasComparison || right.hasComparison else { return nil }
      return .all([part(left, "and"), part(right, "and")])
    case .binary(.or, _, let left, let right):
      guard left.hasComparison || right.hasComparison else { return nil }
      return .any([part(left, "or"), part(right, "or")])
    case .not(let operand): return operand.ungrouped.isComparison ? comparing(operand.ungrouped, isNegated: true) : nil
    case .group: return expression.ungrouped == expression ? nil : condition(expression.ungrouped)
    default: return expression.isComparison ? comparing(expression, isNegated: false) : nil
    }
  }

  private func part(_ expression: Expr, _ word: String) -> AssertCondition {
    condition(expression) ?? .plain(code(expression), word: word, expression.range)
  }

  private func comparing(_ expression: Expr, isNegated: Bool) -> AssertCondition? {
    guard case .binary(let symbol, let range, let left, let right) = expression.kind else { return nil }
    let (a, b) = operands(symbol, left, right, range)
    return .comparison(
      AssertCondition.ComparisonCondition(
        left: a, right: b, operation: operation(symbol, left, right), symbol: range, range: expression.range,
        isNegated: isNegated))
  }
}

extension Expr {
  /// The expression without parentheses around it.
  fileprivate var ungrouped: Expr {
    guard case .group(.pipeline(let pipeline)) = kind, pipeline.stages.isEmpty,
      case .expression(let inner) = pipeline.head
    else { return self }
    return inner.ungrouped
  }

  /// Whether the expression is a comparison, `in` or `=~`.
  fileprivate var isComparison: Bool {
    if case .binary(let symbol, _, _, _) = kind {
      symbol.isComparison || symbol == .in || symbol == .matches
    } else {
      false
    }
  }

  /// Whether a part of the condition is a comparison, whose operands a command can show.
  fileprivate var hasComparison: Bool {
    let inner = ungrouped
    switch inner.kind {
    case .binary(.and, _, let left, let right), .binary(.or, _, let left, let right):
      return left.hasComparison || right.hasComparison
    case .not(let operand): return operand.ungrouped.isComparison
    default: return inner.isComparison
    }
  }
}
