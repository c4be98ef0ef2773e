import Language
import Values

extension Compiler {
  /// Compiles `name(arguments)`: a call of a function or of a `def`.
  func call(_ name: String, _ nameRange: SourceRange, _ arguments: [Argument], _ range: SourceRange)
    -> CompiledExpression
  {
    if let definition = definition(name) {
      let command = CommandOrStageCall(
        name: name, nameRange: nameRange, arguments: arguments, body: nil, range: range)
      return call(definition, command, element: false)
    }
    noteVariable(name, arguments, range)
    let codes = arguments.map { code($0.expression) }
    guard let function = BuiltInFunction.named(name) else {
      reportUnknownFunction(name, nameRange, arguments)
      return broken
    }
    for case .option(_, let place, _) in arguments {
      report("\(name) has no options", place, nextStep: "write the arguments without names: \(function.signature)")
      return broken
    }
    guard function.takes(codes.count) else {
      report("\(name) takes \(function.arity), not \(codes.count)", range, nextStep: "help \(name) shows the arguments")
      return broken
    }
    let source = source
    let operand = arguments.first.map { source.text($0.expression.range) } ?? ""
    refuse(literals: codes.map(\.known), of: function, operand, range)
    let immediate = codes.compactMap(\.immediate)
    guard immediate.count == codes.count else {
      return CompiledExpression.async { frame throws(Fault) in
        var values: [Value] = []
        for code in codes { values.append(try await code.run(&frame)) }
        do throws(Fault) { return try function.body(values, frame.run) } catch {
          throw error.naming(operand).placed(at: range, in: source)
        }
      }
    }
    return .sync { frame throws(Fault) in
      var values: [Value] = []
      for code in immediate { values.append(try code(&frame)) }
      do throws(Fault) { return try function.body(values, frame.run) } catch {
        throw error.naming(operand).placed(at: range, in: source)
      }
    }
  }

  /// Reports an error if the literal arguments make the function fail in every run.
  private func refuse(literals: [Value?], of function: BuiltInFunction, _ operand: String, _ range: SourceRange) {
    refuse(range) { () throws(Fault) in
      do throws(Fault) { try function.check(literals: literals) } catch { throw error.naming(operand) }
    }
  }

  private func reportUnknownFunction(_ name: String, _ range: SourceRange, _ arguments: [Argument]) {
    if reportsLater(name, range) { return }
    if name == "assert" {
      let texts = arguments.map { source.text($0.expression.range) }
      return report("`assert` is not a function", range, nextStep: "assert \(texts.joined(separator: ", "))")
    }
    if ["substring", "substr", "slice", "mid"].contains(name) {
      let operand = arguments.first.map(text) ?? "x"
      return report(
        "unknown function \(name)", range, nextStep: "for a part of a text or list, write a range: \(operand)[0..2]")
    }
    if let form = countForm(name, arguments) ?? formWithoutParentheses(name, arguments.map(text)) {
      return report("`\(name)` is not a function", range, nextStep: form)
    }
    if let command = ForeignWords.command(name), ["print", "warn", "fail"].contains(command),
      let form = formWithoutParentheses(command, arguments.map(text))
    {
      return report("unknown function \(name)", range, nextStep: form)
    }
    reportUnknown(
      "function", name, range, among: BuiltInFunction.all.map(\.name) + definitions.keys,
      meant: ForeignWords.function(name),
      nextStep: "help functions lists the functions")
  }

  /// Returns the suggestion to write the stage `count` for `count(x)`; nil for other calls, and if `x` is a client.
  ///
  /// For a client, the correct form is the command `count`, which ``formWithoutParentheses(_:_:)`` suggests.
  private func countForm(_ name: String, _ arguments: [Argument]) -> String? {
    guard name == "count", arguments.count == 1, case .positional(let place) = arguments[0] else { return nil }
    if case .name(let name) = place.kind, case .client? = scope.variable(name)?.fact { return nil }
    return "write a stage after |: (\(text(arguments[0])) | count)"
  }

  /// Returns a suggestion for a command or a stage that the script calls like a function.
  ///
  /// The suggestion contains the correct form: `(count posts)` for `count(posts)`, `(list | first)` for `first(list)`.
  /// Returns nil for other names.
  private func formWithoutParentheses(_ name: String, _ arguments: [String]) -> String? {
    if let stage = BuiltInStage.named(name)?.declaration,
      BuiltInCommand.named(name) == nil || arguments.first?.first == "["
    {
      let needed = stage.parameters.filter { !$0.isOptional }.count
      let isElements = arguments.count > needed
      if name == "select", arguments.count == 1, arguments[0].first == "(" {
        return "for a condition, write | where \(arguments[0].dropFirst().dropLast())"
      }
      if arguments.count > 1, ["min", "max", "sum", "avg"].contains(name) {
        return "write a stage after |: ([\(arguments.joined(separator: ", "))] | \(name))"
      }
      let words = [name] + arguments.dropFirst(isElements ? 1 : 0)
      return "write a stage after |: (\(isElements ? arguments[0] : "...") | \(words.joined(separator: " ")))"
    }
    guard BuiltInCommand.named(name) != nil else { return nil }
    if ["print", "warn", "fail"].contains(name) {
      return arguments.count == 1 ? "\(name) \(arguments[0])" : "\(name) [\(arguments.joined(separator: ", "))]"
    }
    return "write the arguments of a command after a space: (\(([name] + arguments).joined(separator: " ")))"
  }

  /// Returns the source text of a command's argument; adds parentheses if the argument contains an operator.
  private func text(_ argument: Argument) -> String {
    let text = source.text(argument.expression.range)
    let shown =
      switch argument.expression.kind {
      case .binary, .not, .range: "(\(text))"
      default: text
      }
    if case .option(let key, _, _) = argument { return "\(key): \(shown)" }
    return shown
  }
}

extension Fault {
  /// Returns a copy of this error whose suggestion contains `operand` in place of `.field`.
  ///
  /// `operand` is the source text of the function's first argument.
  fileprivate func naming(_ operand: String) -> Fault {
    guard !operand.isEmpty, let step = nextStep, step.contains(".field") else { return self }
    return advising(step.replacing(".field", with: operand))
  }
}
