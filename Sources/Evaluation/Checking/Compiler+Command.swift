import Formats
import JSONText
import Language
import Values

extension Compiler {
  /// Compiles a command at the head of a pipeline.
  func command(_ command: CommandOrStageCall) -> (code: CompiledExpression, fact: CompileTimeScope.VariableFact) {
    if let definition = definition(command.name) { return (call(definition, command, element: false), .unknown) }
    guard let known = BuiltInCommand.named(command.name) else {
      reportUnknownCommand(command)
      return (broken, .unknown)
    }
    if known.declaration.isPromptOnly, !settings.isTyped {
      report(
        "`\(command.name)` is a command of the prompt", command.nameRange,
        nextStep: "start the prompt with retort, and type \(command.name) there")
    }
    check(command, known.declaration)
    warnOfRedirection(command)
    let effect = effect(of: command, known.declaration)
    record(effect, command)
    refuseHazard(effect, command)
    notePage(command)
    let arguments = command.arguments.map { CompiledArgument($0, compiled($0, known.declaration)) }
    return (run(known, command, arguments), fact(of: command))
  }

  /// Compiles an argument of a command.
  ///
  /// As a positional argument, a pipeline in parentheses stays a lazy stream. As the value of an option, the pipeline
  /// becomes a list.
  private func compiled(_ argument: Language.Argument, _ declaration: CommandDeclaration)
    -> CompiledArgument.EvaluationMode
  {
    switch argument {
    case .positional(let expression):
      let showsSides = declaration.parameters.first?.shape == .condition
      if showsSides, let condition = condition(expression) { return .condition(condition) }
      return .value(value(expression, .lazy).code)
    case .option(let name, _, let expression):
      let shape = declaration.options.first { $0.name == name }?.shape
      return shape == .path || shape == .field
        ? .perElement(withElement(true) { code(expression) }) : .value(code(expression))
    }
  }

  private func run(_ known: BuiltInCommand, _ command: CommandOrStageCall, _ arguments: [CompiledArgument])
    -> CompiledExpression
  {
    var blank = Arguments(name: command.name, range: command.range, nameRange: command.nameRange, source: source)
    blank.isSingle = context.isSingle
    let template = blank
    if context.eachDepth > 0 {
      requests[command.range] = SyncEvaluatedChangeCommand(known, template, arguments) { name in
        scope.variable(name).map { !context.named.contains($0.slot) } ?? false
      }
    }
    let isOnce = context.isOnce
    let isAssertion = known.declaration.parameters.first?.shape == .condition
    let (range, source) = (command.range, source)
    // The `catch` below adds the source range to an error. The function `placed` would do the same, but would add an
    // asynchronous call to each request.
    return .async { frame throws(Fault) in
      do throws(Fault) {
        if isAssertion, frame.run.leavesUnchecked(template) { return .null }
        var values = template
        values.isOnce = isOnce && frame.isOnce
        values.reserveCapacity(arguments.count)
        for argument in arguments { try await argument.add(to: &values, &frame) }
        return try await known.run(values, &frame)
      } catch { throw error.placed(at: range, in: source) }
    }
  }

  /// Returns the suggestion to write the command before the client: `show posts 1` for `posts show 1`.
  ///
  /// Returns nil for another call.
  private func reordered(_ command: CommandOrStageCall) -> String? {
    guard case .positional(let first)? = command.arguments.first, case .name(let word) = first.kind,
      BuiltInCommand.named(word) != nil, unknownName(first) != nil
    else { return nil }
    findings.refused.append(command.range)
    let rest = SourceRange(first.range.upper, command.range.upper)
    return "write the command first: \(word) \(command.name)\(source.text(rest))"
  }

  /// Returns the call of a function with its arguments in parentheses: `env("HOME")` for `env HOME`.
  private func functionForm(_ name: String, _ command: CommandOrStageCall) -> String {
    let takesText = ["env", "var", "time"].contains(name)
    let arguments = command.arguments.map { argument in
      let text = source.text(argument.expression.range)
      return takesText && unknownName(argument.expression) != nil ? text.quoted : text
    }
    if arguments.isEmpty { return BuiltInFunction.named(name)?.takes(0) ?? false ? "\(name)()" : "\(name)(x)" }
    return "\(name)(\(arguments.joined(separator: ", ")))"
  }

  /// Returns the suggestion for a statement that begins with a variable in place of a command.
  ///
  /// For example, the suggestion contains `x - 1` for `x -1`, and `show posts 1` for `posts 1`.
  private func stepForVariable(_ name: String, _ command: CommandOrStageCall) -> String {
    guard case .positional(let first)? = command.arguments.first else {
      return "write the command first: index \(name) ..."
    }
    let text = shown(first)
    if text.hasPrefix("-") { return "put spaces on both sides of an operator: \(name) - \(text.dropFirst())" }
    let isClient = if case .client? = (scope.variable(name) ?? outer?.variable(name))?.fact { true } else { false }
    if isClient, case .record = first.kind { return "write the command first: create \(name) \(text)" }
    if isClient { return "write the command first: show \(name) \(text)" }
    let isIndex = if case .number = first.kind { true } else { false }
    return (isIndex ? "for an element of a list, write \(name)[\(text)]; " : "") + "for the value, write only \(name)"
  }

  private func reportUnknownCommand(_ command: CommandOrStageCall) {
    let name = command.name
    if scope.variable(name) != nil {
      if let step = reordered(command) {
        return report("`\(name)` is a variable, not a command", command.nameRange, nextStep: step)
      }
      return report(
        "`\(name)` is a variable, not a command", command.nameRange, nextStep: stepForVariable(name, command))
    }
    if BuiltInStage.named(name) != nil {
      return report(
        "the stage `\(name)` needs elements before it", command.nameRange, nextStep: "... | \(name) ...")
    }
    if BuiltInFunction.named(name) != nil {
      return report(
        "`\(name)` is a function", command.nameRange,
        nextStep: "put the arguments in parentheses: \(functionForm(name, command))")
    }
    if reportForeignCommand(command) { return }
    if refusesPromptWord(name, command.nameRange) || reportsLater(name, command.nameRange) { return }
    reportWithNearestName(command)
  }

  /// Reports a command in the syntax of another language, such as SQL.
  ///
  /// The function returns true if it reports an error.
  private func reportForeignCommand(_ command: CommandOrStageCall) -> Bool {
    if let form = ForeignWords.sql(source.text(command.range).split(separator: " ").map(String.init)) {
      report("this is a statement of SQL", command.nameRange, nextStep: form)
      return true
    }
    guard let step = foreignStep(command) else { return false }
    report("unknown command \(command.name)", command.nameRange, nextStep: step)
    return true
  }

  /// Returns the suggestion for a command in the syntax of another language, such as `await show posts 1`.
  ///
  /// Returns nil for another command.
  private func foreignStep(_ command: CommandOrStageCall) -> String? {
    let name = command.name
    if let difference = difference(name), command.arguments.isEmpty {
      return "minus needs spaces: \(difference)"
    }
    if name == "new", case .positional(let made)? = command.arguments.first,
      case .call(let type, _, let values) = made.kind
    {
      let text = values.first.map { source.text($0.expression.range) }
      let isTime = type == "Date" || type == "Time"
      return isTime ? text.map { "time(\($0))" } ?? "now()" : "remove the word new, and write the value: {NAME: VALUE}"
    }
    return ["await", "async"].contains(name) ? "remove the word \(name): every statement waits for its result" : nil
  }

  /// Reports an unknown command, and suggests the command, stage or function with the most similar name.
  private func reportWithNearestName(_ command: CommandOrStageCall) {
    let name = command.name
    let known: [String] = BuiltInCommand.all.map(\.declaration.name) + definitions.keys
    let isFile =
      if case .positional(let path)? = command.arguments.first, let text = path.literalText {
        (try? FileFormat(path: text, named: nil)) != nil
      } else { false }
    let meant =
      (command.arguments.isEmpty ? ForeignWords.value(name) : nil)
      ?? (name == "open" && isFile ? "read" : ForeignWords.command(name))
    let near = meant == nil ? nearest(to: name, among: known + BuiltInStage.all.map(\.declaration.name)) : nil
    let function = meant == nil && near == nil ? nearest(to: name, among: BuiltInFunction.all.map(\.name)) : nil
    if let function {
      return report(
        "unknown command \(name)", command.nameRange, nextStep: "did you mean the function \(function)(...)?")
    }
    if let near, !known.contains(near) {
      return report(
        "unknown command \(name)", command.nameRange,
        nextStep: "did you mean the stage `\(near)`? ... | \(near) ...")
    }
    reportUnknown(
      "command", name, command.nameRange, among: known, meant: meant, nextStep: "help commands lists the commands")
  }
}

extension CommandOrStageCall {
  /// Returns the expression of an option; nil if the call does not have the option.
  func option(_ wanted: String) -> Expr? {
    for case .option(let name, _, let expression) in arguments where name == wanted { return expression }
    return nil
  }

  /// Returns the text of an option if the option's value is a literal string; otherwise nil.
  func literal(_ option: String) -> String? {
    guard case .string(let parts)? = self.option(option)?.kind, parts.count == 1, case .literal(let text) = parts[0]
    else { return nil }
    return text
  }
}
