import Language
import Values

extension Compiler {
  /// Compiles `name(arguments)`, the call of a function or a def.
  func call(_ name: String, _ nameRange: SourceRange, _ arguments: [Argument], _ range: SourceRange)
    -> CompiledExpression
  {
    if let definition = definition(name) {
      let command = Language.Command(
        name: name, nameRange: nameRange, arguments: arguments, body: nil, range: range)
      return call(definition, command, element: false)
    }
    noteVariable(name, arguments, range)
    let codes = arguments.map { code($0.expression) }
    guard let function = Function.named(name) else {
      reportUnknownFunction(name, nameRange)
      return broken
    }
    for case .option(_, let place, _) in arguments {
      report("\(name) has no options", place, nextStep: "its arguments are positional: \(function.signature)")
      return broken
    }
    guard function.takes(codes.count) else {
      report("\(name) takes \(function.arity), not \(codes.count)", range, nextStep: "help \(name) shows its signature")
      return broken
    }
    let source = source
    let operand = arguments.first.map { source.text($0.expression.range) } ?? ""
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

  private func reportUnknownFunction(_ name: String, _ range: SourceRange) {
    if reportsLater(name, range) { return }
    let isCommand = Command.named(name) != nil
    reportUnknown(
      "function", name, range, among: Function.all.map(\.name) + definitions.keys,
      meant: isCommand ? nil : Synonyms.function(name),
      hint: isCommand ? "write a command without parentheses: \(name) ..." : "help functions lists the functions")
  }
}

extension Fault {
  /// Returns this error with the source text of the first argument in place of `.field` in the next step.
  fileprivate func naming(_ operand: String) -> Fault {
    guard !operand.isEmpty, let step = nextStep, step.contains(".field") else { return self }
    return advising(step.replacing(".field", with: operand))
  }
}
