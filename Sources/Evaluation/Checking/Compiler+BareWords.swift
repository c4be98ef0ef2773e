import Language
import Values

/// Reports unquoted words where an argument must be text, and words without a dot where an argument must be a field.
extension Compiler {
  /// Reports an unknown word without quotes in an argument that takes text: `call posts show {id: 1}`.
  ///
  /// - Parameters:
  ///   - expression: The argument; if it is a list, the function checks each element of the list.
  ///   - words: The words that the argument accepts; empty if the argument takes any text.
  func refuseBareText(_ expression: Expr, among words: [String] = []) {
    if case .list(let elements) = expression.kind {
      return elements.forEach { refuseBareText($0, among: words) }
    }
    guard let name = unknownName(expression) else { return }
    let text = source.text(expression.range)
    let meant = nearest(to: text, among: words) ?? text
    let near = words.isEmpty ? nearest(to: name, among: scope.names + (outer?.names ?? [])) : nil
    report(
      "unknown name \(name)", expression.range,
      nextStep: "for text, write \"\(meant)\"" + (near.map { "; or did you mean \($0)?" } ?? ""))
    findings.refused.append(expression.range)
  }

  /// Reports an unknown word in an argument that takes a field.
  ///
  /// The closure `way` returns the correct argument for a field such as `.title`. The error suggests this argument. The
  /// function returns true if it reports an error.
  func refusesBareField(_ expression: Expr, _ way: (_ field: String) -> String) -> Bool {
    guard let name = unknownName(expression) else { return false }
    report(
      "unknown name \(name)", expression.range,
      nextStep: "to read a field, write a dot: \(way("." + source.text(expression.range)))")
    return true
  }

  /// Returns the unknown name with which an expression begins, such as `draft` in `draft.csv`.
  ///
  /// Returns nil if the expression begins with a known name: a variable, a `def`, or a synonym of a value, such as
  /// `None` for `null`. Also returns nil if the expression does not begin with a name.
  func unknownName(_ expression: Expr) -> String? {
    switch expression.kind {
    case .name(let name):
      let isKnown = scope.variable(name) != nil || outer?.variable(name) != nil || definition(name) != nil
      return isKnown || ForeignWords.value(name) != nil ? nil : name
    case .field(let base, _, _, isOptional: false): return unknownName(base)
    case .negate(let operand): return unknownName(operand)
    default: return nil
    }
  }

  /// Returns the suggestion for the name of a command, stage or function in the position of a value.
  ///
  /// For the name `length`, the suggestion is `to call the function: length(...)`. Returns nil for other names.
  func misplaced(_ name: String) -> String? {
    let forms = [
      context.hasElement ? "to read a field of the element, write a dot: .\(name)" : nil,
      BuiltInFunction.named(name).map { "to call the function: \(name)(\($0.takes(0) ? "" : "..."))" },
      BuiltInCommand.named(name).map { "to run the command: (\($0.declaration.shortForm))" },
      BuiltInStage.named(name).map { "to use the stage: (... | \($0.declaration.shortForm))" },
    ]
    let all = forms.compactMap(\.self)
    return all.count > (context.hasElement ? 1 : 0) ? all.joined(separator: "; ") : nil
  }
}

extension CommandDeclaration {
  /// The name with the required parameters and options: `show CLIENT ID`.
  var shortForm: String {
    let places = parameters.filter { !$0.isOptional }.map(\.name)
    return ([name] + places + options.filter(\.isRequired).map { $0.name + ": ..." }).joined(separator: " ")
  }
}
