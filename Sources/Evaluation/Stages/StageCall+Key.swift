import Language

extension StageCall {
  /// Compiles a positional argument that gives the key of each element, by which the stage sorts, groups or combines.
  func key(_ index: Int) -> CompiledExpression { key(positional[index]) }

  /// Compiles an expression that gives the key of each element, by which the stage sorts, groups or combines.
  ///
  /// A literal text, boolean or duration is refused, because it is the same for each element: `sort "-views"` would not
  /// change the order.
  func key(_ expression: Expr, isDescending: Bool = false) -> CompiledExpression {
    let sign = isDescending ? "-" : ""
    if compiler.refusesBareField(expression, { "\(command.name) \(sign)\($0)" }) { return compiler.broken }
    guard let field = expression.constantField else { return each(expression) }
    let text = compiler.source.text(expression.range)
    compiler.report(
      "\(text) is the same for each element", expression.range,
      nextStep: "write a field with a dot before its name: \(command.name) \(field)")
    return each(expression)
  }
}

extension Expr {
  /// The field to propose in place of a literal text, boolean or duration; nil for any other expression.
  ///
  /// It is `-.views` for `"-views"`, and `.FIELD` if the literal is not a name.
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
