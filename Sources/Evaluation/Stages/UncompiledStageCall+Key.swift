import Language

extension UncompiledStageCall {
  /// Compiles a positional argument whose value is the key of each element, such as `.views` in `sort .views`.
  func key(_ index: Int) -> CompiledExpression { key(positional[index]) }

  /// Compiles an expression whose value is the key of each element, such as `.views` in `sort .views`.
  ///
  /// The function reports a literal string, boolean or duration, because its value is the same for each element. For
  /// example, `sort "-views"` does not change the order.
  func key(_ expression: Expr, isDescending: Bool = false) -> CompiledExpression {
    let sign = isDescending ? "-" : ""
    if compiler.refusesBareField(expression, { "\(command.name) \(sign)\($0)" }) { return compiler.broken }
    guard let field = expression.constantField else { return each(expression) }
    let text = compiler.source.text(expression.range)
    compiler.report(
      "the value \(text) is the same for each element", expression.range,
      nextStep: "write a field with a dot before its name: \(command.name) \(field)")
    return each(expression)
  }
}

extension Expr {
  /// The field that an error suggests in place of this literal string, boolean or duration.
  ///
  /// For the literal `"-views"`, the field is `-.views`. If the literal is not a name, the field is `.FIELD`. Nil for
  /// other expressions.
  fileprivate var constantField: String? {
    switch kind {
    case .string(let parts):
      guard parts.allSatisfy({ if case .literal = $0 { true } else { false } }) else { return nil }
      guard case .literal(let text)? = parts.first else { return ".FIELD" }
      let (sign, name) = text.hasPrefix("-") ? ("-", String(text.dropFirst())) : ("", text)
      return sign + (name.isName ? "." + name : ".FIELD")
    case .bool, .duration: return ".FIELD"
    default: return nil
    }
  }
}
