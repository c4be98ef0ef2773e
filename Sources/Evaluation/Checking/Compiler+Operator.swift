import Language
import Values

extension Compiler {
  /// Performs a computation with literal values during the check, and reports the error that the computation throws.
  ///
  /// Without the check, every run of the script would fail with this error.
  func refuse(_ range: SourceRange, _ compute: () throws(Fault) -> Void) {
    guard !context.isRescued else { return }
    do throws(Fault) { try compute() } catch {
      guard error.kind == .type || error.kind == .value else { return }
      report(error.message, range, nextStep: error.nextStep)
    }
  }

  /// Returns an expression that throws an error if the value of `code` is not a boolean.
  ///
  /// If `code` is a literal of another type, the function reports the error before the run.
  func condition(_ code: CompiledExpression, _ word: String, _ range: SourceRange) -> CompiledExpression {
    if let known = code.known { refuse(range) { () throws(Fault) in _ = try known.condition(word) } }
    return CompiledExpression.of(code) { value throws(Fault) in .bool(try value.condition(word)) }.placed(range, source)
  }

  /// Compiles both operands of an operator.
  ///
  /// If both operands are constants, the function also computes the result. If the computation fails, the function
  /// reports its error.
  func operands(
    _ symbol: BinaryOperator, _ left: Expr, _ right: Expr, _ range: SourceRange
  ) -> (left: CompiledExpression, right: CompiledExpression) {
    refuseSameSides(symbol, left, right)
    let (a, b) = (code(left), code(right))
    guard ![.and, .or, .otherwise].contains(symbol), !context.isRescued, let x = a.known, let y = b.known,
      !triesPattern(symbol, x)
    else { return (a, b) }
    refuse(range) { () throws(Fault) in _ = try operation(symbol, left, right)(x, y) }
    return (a, b)
  }

  /// Returns the function that computes an operator.
  ///
  /// If the types of the operands do not fit together, the error suggests an expression that the user probably meant.
  func operation(_ symbol: BinaryOperator, _ left: Expr, _ right: Expr) -> Operators.OperatorFunction {
    let operation = Operators.operation(symbol)
    let advice = OperandTypeAdvice(symbol, left, right, source)
    return { x, y throws(Fault) in
      do throws(Fault) { return try operation(x, y) } catch {
        guard error.kind == .type, let step = advice.nextStep(x, y) else { throw error }
        throw error.advising(step)
      }
    }
  }

  /// Returns whether the right operand of `or` is a text, as in the wrong condition `.state == "a" or "b"`.
  private func isAlternative(_ left: Expr, _ right: CompiledExpression) -> Bool {
    guard case .string? = right.known, case .binary(.equal, _, _, _) = left.kind else { return false }
    return !context.isRescued
  }

  /// Compiles an operator with its two operands.
  func binary(_ symbol: BinaryOperator, _ range: SourceRange, _ left: Expr, _ right: Expr) -> CompiledExpression {
    let (a, b) = operands(symbol, left, right, range)
    switch symbol {
    case .and:
      return CompiledExpression.lazily(
        condition(a, "and", left.range), condition(b, "and", right.range)
      ) { value throws(Fault) in try value.condition("and") ? nil : .bool(false) }
    case .or where isAlternative(left, b):
      let operand = if case .binary(_, _, let operand, let first) = left.kind { [operand, first] } else { [left] }
      let texts = (operand + [right]).map { source.text($0.range) }
      report(
        "the right side of `or` must be a boolean, not a string", right.range,
        nextStep: "\(texts[0]) in [\(texts.dropFirst().joined(separator: ", "))]")
      return broken
    case .or:
      return CompiledExpression.lazily(
        condition(a, "or", left.range), condition(b, "or", right.range)
      ) { value throws(Fault) in try value.condition("or") ? .bool(true) : nil }
    case .otherwise:
      return CompiledExpression.lazily(a, b) { value throws(Fault) in value.isNull ? nil : value }
    default:
      return CompiledExpression.of(a, b, operation(symbol, left, right)).placed(range, source)
    }
  }
}

/// Returns whether an operation searches a text for a pattern.
///
/// The check does not compute the operation, because the search can take a long time.
private func triesPattern(_ symbol: BinaryOperator, _ left: Value) -> Bool {
  if case .string = left { symbol == .matches } else { false }
}
