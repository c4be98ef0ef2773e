import Language
import Values

/// A compiled argument of a command.
///
/// The type is a class, so that repeated runs of one command share the object.
final class CompiledArgument: Sendable {
  /// How the command evaluates the argument: as a value, as a condition, or for each element.
  enum EvaluationMode: Sendable {
    case value(CompiledExpression)
    /// A condition, such as the argument of `assert`.
    ///
    /// If the condition is false, the command shows the values of the condition's operands.
    case condition(AssertCondition)
    /// An expression that the command evaluates for each element.
    case perElement(CompiledExpression)
  }

  let argument: Language.Argument
  let form: EvaluationMode
  /// The source range of the argument's expression.
  let range: SourceRange

  init(_ argument: Language.Argument, _ form: EvaluationMode) {
    self.argument = argument
    self.form = form
    range = argument.expression.range
  }

  /// Evaluates the argument, and adds its value to the arguments of a call.
  ///
  /// The function is inlined to save an asynchronous call for each argument.
  @inline(__always) func add(to arguments: inout Arguments, _ frame: inout ExecutionFrame) async throws(Fault) {
    var added = Arguments.Argument(value: .null, range: range, compiled: self)
    switch form {
    case .value(let code): added.value = try await code.run(&frame)
    case .perElement(let code): added.code = code
    case .condition(let condition):
      added.value = .bool(try await condition.run(&frame, arguments.source, &added.sides))
    }
    add(added, to: &arguments)
  }

  /// Adds the argument with a value that was evaluated before.
  func add(_ value: Value, to arguments: inout Arguments) {
    add(Arguments.Argument(value: value, range: range, compiled: self), to: &arguments)
  }

  @inline(__always) private func add(_ added: Arguments.Argument, to arguments: inout Arguments) {
    switch argument {
    case .positional: arguments.append(added)
    case .option(let name, _, _): arguments.options[name] = added
    }
  }
}
