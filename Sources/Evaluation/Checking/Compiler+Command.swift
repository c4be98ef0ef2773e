import JSONText
import Language
import Values

extension Compiler {
  /// Compiles a command at the head of a pipeline.
  func command(_ command: Language.Command) -> (code: Code, fact: Scope.Fact) {
    if let definition = definition(command.name) { return (call(definition, command, element: false), .unknown) }
    guard let known = Command.named(command.name) else {
      reportUnknownCommand(command)
      return (broken, .unknown)
    }
    check(command, known.declaration)
    note(known.declaration.effect, command)
    refuseHazard(known.declaration.effect, command)
    let arguments = command.arguments.map { argument in (argument, code(argument.expression)) }
    return (run(known, command, arguments), fact(of: command))
  }

  private func run(
    _ known: Command, _ command: Language.Command, _ arguments: [(argument: Argument, code: Code)]
  ) -> Code {
    var blank = Arguments(name: command.name, range: command.range, nameRange: command.nameRange, source: source)
    blank.isSingle = context.isSingle
    let template = blank
    return Code.async { frame throws(Fault) in
      var values = template
      for (argument, code) in arguments { values.add(argument, try await code.run(&frame)) }
      return try await known.run(values, &frame)
    }.placed(command.range, source)
  }

  private func reportUnknownCommand(_ command: Language.Command) {
    let name = command.name
    if scope.variable(name) != nil {
      return report(
        "\(name) is a variable, and no command", command.nameRange,
        nextStep: "operators that look like signs need spaces on both sides: \(name) - 1")
    }
    if Stage.named(name) != nil {
      return report(
        "\(name) is a stage: something has to flow into it", command.nameRange, nextStep: "... | \(name) ...")
    }
    if Function.named(name) != nil {
      return report(
        "\(name) is a function", command.nameRange, nextStep: "its arguments stand in parentheses: \(name)(x)")
    }
    reportUnknown(
      "command", name, command.nameRange, among: Command.all.map(\.declaration.name) + definitions.keys,
      hint: "help lists the commands")
  }
}

extension Arguments {
  mutating func add(_ argument: Language.Argument, _ value: Value) {
    let expression = argument.expression
    let added = Argument(value: value, range: expression.range, expression: expression)
    switch argument {
    case .positional: positional.append(added)
    case .option(let name, _, _): options[name] = added
    }
  }
}

extension Language.Argument {
  /// The expression that gives its value.
  var expression: Expr {
    switch self {
    case .positional(let expression): expression
    case .option(_, _, let expression): expression
    }
  }
}

extension Language.Command {
  /// The expression of an option.
  func option(_ wanted: String) -> Expr? {
    for case .option(let name, _, let expression) in arguments where name == wanted { return expression }
    return nil
  }

  /// The text of an option, where it is written as one.
  func literal(_ option: String) -> String? {
    guard case .string(let parts)? = self.option(option)?.kind, parts.count == 1, case .literal(let text) = parts[0]
    else { return nil }
    return text
  }
}
