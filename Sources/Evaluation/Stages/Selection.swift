import Language
import Values
import Formats

extension UncompiledStageCall {
  /// Compiles the columns of the call into one expression, whose value is a record with a field for each column.
  ///
  /// A column is a field path, such as `.author.name`, or an option, such as `name: .author.name`.
  func selection() -> CompiledExpression {
    var names: [String] = []
    var codes: [CompiledExpression] = []
    for expression in positional {
      guard let path = expression.path else {
        compiler.report(
          "the columns of \(command.name) must be fields", expression.range, nextStep: columnStep(expression))
        return .constant(.null)
      }
      if names.contains(path) {
        compiler.report(
          ".\(path) is already a column", expression.range, nextStep: "give the column another name: other: .\(path)")
      }
      names.append(path)
      codes.append(each(expression))
    }
    for option in options where !declaration.options.contains(where: { $0.name == option.name }) {
      if names.contains(option.name) {
        compiler.report(".\(option.name) is already a column", option.range, nextStep: "give the column another name")
      }
      names.append(option.name)
      codes.append(each(option.value))
    }
    if names.isEmpty, command.name == "select" {
      compiler.report("select needs a field", command.nameRange, nextStep: "select .id")
    }
    let keys = names
    return CompiledExpression.of(codes) { values in .record(Record(zip(keys, values).map { (name: $0.0, value: $0.1) }))
    }
  }
}

extension UncompiledStageCall {
  /// Returns the advice for an argument that is not a field; the advice usually contains the intended columns.
  ///
  /// For `id text`, the advice contains `.id .text`. For `.id as x`, the advice is `x: .id`.
  private func columnStep(_ wrong: Expr) -> String {
    if let path = wrong.literalText, command.name != "select", (try? FileFormat(path: path, named: nil)) != nil {
      return "to write a file: | write \(path.quoted)"
    }
    if positional.count == 1, case .list(let elements) = wrong.kind, elements.allSatisfy({ $0.path != nil }) {
      return ([command.name] + elements.map { compiler.source.text($0.range) }).joined(separator: " ")
    }
    if positional.count == 1, case .record(let entries) = wrong.kind {
      let columns = entries.map { "\($0.name ?? "NAME"): \(compiler.source.text($0.value.range))" }
      return "\(command.name) \(columns.joined(separator: " "))"
    }
    let texts = positional.map { compiler.source.text($0.range) }
    if let place = texts.firstIndex(of: "as"), place > 0, place + 1 < texts.count {
      return "\(texts[place + 1]): \(texts[place - 1])"
    }
    if let name = wrong.bareName, let root = name.split(separator: ".").first.map(String.init),
      let slot = compiler.scope.variable(root)?.slot, compiler.context.named.contains(slot)
    {
      let column = name.split(separator: ".").last.map(String.init) ?? name
      return "give the column a name: \(column): \(compiler.source.text(wrong.range))"
    }
    let fields = positional.compactMap { $0.bareName.map { "." + $0 } ?? $0.path.map { "." + $0 } }
    if fields.count == positional.count {
      return "write a field with a dot before its name: " + fields.joined(separator: " ")
    }
    return "give the column a name: total: (.a + .b)"
  }
}

extension Expr {
  /// The name of a field that the script wrote without a dot: `id`, `author.name` or `"id"`; nil for other expressions.
  var bareName: String? {
    switch kind {
    case .name(let name): name
    case .field(let base, let name, _, _): base.bareName.map { "\($0).\(name)" }
    case .string(let parts):
      if parts.count == 1, case .literal(let text) = parts[0], text.isName { text } else { nil }
    default: nil
    }
  }

  /// The path of a field, without its first dot: `a.b` for `.a.b`; nil for other expressions.
  var path: String? {
    switch kind {
    case .elementField(let name, _, _): name
    case .field(let base, let name, _, _): base.path.map { "\($0).\(name)" }
    default: nil
    }
  }
}
