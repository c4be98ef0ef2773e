import Language
import Values

/// A compiled argument of a command.
struct CompiledArgument: Sendable {
  /// How its value is computed.
  enum Form: Sendable {
    case value(CompiledExpression)
    /// A comparison with both sides, which the command shows.
    case comparison(CompiledExpression, CompiledExpression, Operators.Operation, SourceRange)
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
    case .comparison(let left, let right, let operation, let range):
      let sides = (left: try await left.run(&frame), right: try await right.run(&frame))
      do throws(Fault) { added.value = try operation(sides.left, sides.right) } catch {
        throw error.placed(at: range, in: arguments.source)
      }
      added.sides = sides
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
