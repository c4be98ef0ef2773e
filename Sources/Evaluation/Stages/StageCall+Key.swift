import Language

extension StageCall {
  /// Compiles a positional argument that gives the key of each element, by which the stage sorts, groups or combines.
  func key(_ index: Int) -> CompiledExpression { key(positional[index]) }

  /// Compiles an expression that gives the key of each element, by which the stage sorts, groups or combines.
  ///
  /// Text, a boolean and a duration are refused: they are the same for each element, so that `sort "-views"` would sort
  /// nothing.
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
  /// The field that a constant probably means: `-.views` for `"-views"`, `.FIELD` for other constants; nil for an
  /// expression that is no constant.
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
