import Language
import Values

extension StageCall {
  /// The expression of a flat record of the positional paths and the options.
  func selection() -> CompiledExpression {
    var names: [String] = []
    var codes: [CompiledExpression] = []
    for expression in positional {
      guard let path = expression.path else {
        compiler.report(
          "\(command.name) takes its columns from fields", expression.range,
          nextStep: "give it a name: total: (.a + .b)")
        continue
      }
      if names.contains(path) {
        compiler.report(".\(path) is already a column", expression.range, nextStep: "name it: other: .\(path)")
      }
      names.append(path)
      codes.append(each(expression))
    }
    for option in options where !declaration.options.contains(where: { $0.name == option.name }) {
      if names.contains(option.name) {
        compiler.report("\(option.name): is already a column", option.range, nextStep: "give it another name")
      }
      names.append(option.name)
      codes.append(each(option.value))
    }
    let keys = names
    return CompiledExpression.of(codes) { values in .record(Record(zip(keys, values).map { (name: $0.0, value: $0.1) }))
    }
  }
}

extension Expr {
  /// The name of a `.a.b` path: `a.b`.
  var path: String? {
    switch kind {
    case .elementField(let name, _, _): name
    case .field(let base, let name, _, _): base.path.map { "\($0).\(name)" }
    default: nil
    }
  }
}
