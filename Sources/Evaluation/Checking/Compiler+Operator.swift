import Language
import Values

extension Compiler {
  /// Compiles the operands of an operator, and reports an operation whose constant operands have the wrong types.
  func operands(
    _ symbol: BinaryOperator, _ left: Expr, _ right: Expr, _ range: SourceRange
  ) -> (left: CompiledExpression, right: CompiledExpression) {
    refuseSameSides(symbol, left, right)
    let (a, b) = (code(left), code(right))
    guard ![.and, .or, .otherwise].contains(symbol), !context.isRescued, let x = a.known, let y = b.known,
      !triesPattern(symbol, x)
    else { return (a, b) }
    do throws(Fault) { _ = try operation(symbol, left, right)(x, y) } catch {
      if error.kind == .type { report(error.message, range, nextStep: error.nextStep) }
    }
    return (a, b)
  }

  /// Returns the function of an operator.
  ///
  /// If the operands have types that do not fit together, the error proposes the expression that is probably meant.
  func operation(_ symbol: BinaryOperator, _ left: Expr, _ right: Expr) -> Operators.OperatorFunction {
    let operation = Operators.operation(symbol)
    let advice = OperatorAdvice(symbol, left, right, source)
    return { x, y throws(Fault) in
      do throws(Fault) { return try operation(x, y) } catch {
        guard error.kind == .type, let step = advice.nextStep(x, y) else { throw error }
        throw error.advising(step)
      }
    }
  }

  /// Compiles an operator between two operands.
  func binary(_ symbol: BinaryOperator, _ range: SourceRange, _ left: Expr, _ right: Expr) -> CompiledExpression {
    let (a, b) = operands(symbol, left, right, range)
    switch symbol {
    case .and:
      return CompiledExpression.lazily(a, b.condition("and", right.range, source)) { value throws(Fault) in
        try value.condition("and") ? nil : .bool(false)
      }.placed(left.range, source)
    case .or:
      return CompiledExpression.lazily(a, b.condition("or", right.range, source)) { value throws(Fault) in
        try value.condition("or") ? .bool(true) : nil
      }.placed(left.range, source)
    case .otherwise:
      return CompiledExpression.lazily(a, b) { value throws(Fault) in value.isNull ? nil : value }
    default:
      return CompiledExpression.of(a, b, operation(symbol, left, right)).placed(range, source)
    }
  }
}

/// Whether an operation looks for a pattern in a text.
///
/// The check does not evaluate such an operation, because a match can take a long time.
private func triesPattern(_ symbol: BinaryOperator, _ left: Value) -> Bool {
  if case .string = left { symbol == .matches } else { false }
}

extension CompiledExpression {
  /// Returns the same expression with a check that its value is a boolean.
  func condition(_ word: String, _ range: SourceRange, _ source: SourceText) -> CompiledExpression {
    CompiledExpression.of(self) { value throws(Fault) in .bool(try value.condition(word)) }.placed(range, source)
  }
}
