import Bulk
import Language
import Values

/// A command that sends one change, and needs no other request to evaluate its arguments.
///
/// If the block of an `each` is only this command, the run sends the change of each iteration without a Swift task.
struct SyncEvaluatedChangeCommand: Sendable {
  /// An argument, with the synchronous function that evaluates it.
  private struct SyncEvaluatedArgument: Sendable {
    let compiled: CompiledArgument
    let evaluate: CompiledExpression.SyncEvaluation
    let isConstant: Bool
  }

  private let command: BuiltInCommand
  private let template: Arguments
  private let arguments: [SyncEvaluatedArgument]

  /// Creates the compiled form of a command; nil if each iteration needs a Swift task for the command.
  ///
  /// A task is necessary for a command that reads or destroys, and for a command with the option `dry-run:` or `keys:`.
  /// It is also necessary if an argument contains a command, or if the client is not a variable with one value for all
  /// iterations. `isFixed` returns whether the variable with the given name has one value for all iterations.
  init?(_ command: BuiltInCommand, _ template: Arguments, _ arguments: [CompiledArgument], isFixed: (String) -> Bool) {
    switch command.body {
    case .change where command.declaration.effect != .destroys: break
    case .request:
      guard arguments.count > 1, let method = arguments[1].argument.positionalText, !Change.destroys(method: method)
      else { return nil }
    default: return nil
    }
    guard case .positional(let first)? = arguments.first?.argument, case .name(let client) = first.kind, isFixed(client)
    else { return nil }
    var immediate: [SyncEvaluatedArgument] = []
    for argument in arguments {
      if case .option(let name, _, _) = argument.argument, ["dry-run", "keys", "reads"].contains(name) { return nil }
      guard case .value(let code) = argument.form, let evaluate = code.immediate else { return nil }
      immediate.append(SyncEvaluatedArgument(compiled: argument, evaluate: evaluate, isConstant: code.known != nil))
    }
    (self.command, self.template, self.arguments) = (command, template, immediate)
  }

  /// The source range of the command.
  var range: SourceRange { template.range }

  /// Whether the change is the same in each iteration.
  var isConstant: Bool { arguments.dropFirst().allSatisfy(\.isConstant) }

  /// Returns the client that sends the changes; nil if the first argument has no client as its value.
  func client(_ frame: ExecutionFrame) -> ClientValue? {
    var frame = frame
    guard case .client(let client)? = try? arguments.first?.evaluate(&frame) else { return nil }
    return client
  }

  /// Evaluates the arguments, and returns the change of an iteration.
  func change(_ frame: inout ExecutionFrame) throws(Fault) -> PreparedChange {
    var values = template
    values.reserveCapacity(arguments.count)
    for argument in arguments {
      argument.compiled.add(try argument.evaluate(&frame), to: &values)
    }
    switch command.body {
    case .change(let body): return try body(values)
    case .request(let body): if case .change(let prepared) = try body(values) { return prepared }
    default: break
    }
    throw Fault(
      .value, "\(command.declaration.name) is not a change", at: [MarkedSourceRange(range)], in: values.source)
  }
}

extension Language.Argument {
  /// The text of a positional argument that is a literal string; otherwise nil.
  fileprivate var positionalText: String? {
    guard case .positional(let expression) = self else { return nil }
    return expression.literalText
  }
}
