import Language
import Values

/// A compiled argument of a command.
struct CompiledArgument: Sendable {
  /// How its value is computed.
  enum Form: Sendable {
    case value(CompiledExpression)
    /// A condition whose operands the command shows.
    case condition(Condition)
    /// An expression that the command evaluates for each element.
    case perElement(CompiledExpression)
  }

  let argument: Language.Argument
  let form: Form

  init(_ argument: Language.Argument, _ form: Form) {
    self.argument = argument
    self.form = form
  }

  /// Evaluates it and adds it to a call's arguments.
  func add(to arguments: inout Arguments, _ frame: inout Frame) async throws(Fault) {
    let expression = argument.expression
    var added = Arguments.Argument(value: .null, range: expression.range, expression: expression)
    switch form {
    case .value(let code): added.value = try await code.run(&frame)
    case .perElement(let code): added.code = code
    case .condition(let condition):
      added.value = .bool(try await condition.run(&frame, arguments.source, &added.sides))
    }
    arguments.add(argument, added)
  }
}

extension Arguments {
  /// Adds a positional value, or an option's value by its name.
  mutating func add(_ argument: Language.Argument, _ value: Value) {
    let expression = argument.expression
    add(argument, Argument(value: value, range: expression.range, expression: expression))
  }

  fileprivate mutating func add(_ argument: Language.Argument, _ added: Argument) {
    switch argument {
    case .positional: positional.append(added)
    case .option(let name, _, _): options[name] = added
    }
  }
}
