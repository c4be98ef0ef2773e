import Language
import Values

extension Compiler {
  /// Returns the `def` with the given name; nil if the script does not define the name.
  func definition(_ name: String) -> CommandDefinition? { definitions[name] }

  /// Compiles `def NAME(parameters) do ... end`.
  func define(_ node: Def) {
    if BuiltInCommand.named(node.name)?.declaration.isPromptOnly == false || BuiltInStage.named(node.name) != nil
      || BuiltInFunction.named(node.name) != nil || node.name == "watch"
    {
      report("\(node.name) is already a word of the language", node.nameRange, nextStep: "choose another name")
    }
    let outside = scope
    outer = scope
    scope = CompileTimeScope()
    defer { (scope, outer) = (outer ?? outside, nil) }
    let before = effects
    effects = KnownEffects()
    within({ $0 = EnclosingConstructs(isInDef: true) }) { compile(node) }
    effects = before
  }

  private func compile(_ node: Def) {
    var parameters: [CommandDefinition.Parameter] = []
    for (index, parameter) in node.parameters.enumerated() {
      if parameters.contains(where: { $0.name == parameter.name }) {
        report(
          "the parameter \(parameter.name) occurs twice", parameter.range,
          nextStep: "give one of the parameters another name")
      }
      parameters.append(.init(name: parameter.name, fallback: parameter.fallback.map(code)))
      let fact = CompileTimeScope.KnownClient(
        identity: CommandDefinition.identity(ofParameter: index), queue: parameter.name)
      _ = scope.define(parameter.name, parameter.range, .client(fact))
      _ = scope.read(parameter.name)
    }
    let definition = CommandDefinition(name: node.name, parameters: parameters)
    definitions[node.name] = definition
    // The default values of the parameters can also read variables of the top level.
    let defaults = effects.reads
    var (step, own) = gathering { block(node.body.statements, value: .lazy) }
    own.reads.addGlobals(of: defaults)
    definition.complete(CommandDefinition.CompiledDefBody(slotCount: scope.slotCount, step: step, effects: own))
  }

  /// Compiles the call of a `def`.
  ///
  /// If `element` is true, the script calls the `def` as a stage. The first argument is then the pipeline's element.
  func call(_ definition: CommandDefinition, _ command: CommandOrStageCall, element: Bool) -> CompiledExpression {
    if let body = definition.compiled {
      let clients = body.effects.changed.map { given($0, definition, command, element: element) ?? $0 }
      for client in clients where context.openStreams.contains(client) {
        report(
          "\(command.name) changes \(client.queue) while a stream reads it, so the stream would skip rows",
          command.range, nextStep: "to read the whole stream first, put | collect after it")
      }
      var own = body.effects
      own.changed = clients
      own.changes = Set(
        body.effects.changes.map { change in
          let client = change.client.map { given($0, definition, command, element: element) ?? $0 }
          return KnownEffects.KnownChange(name: change.name, client: client)
        })
      own.pages = body.effects.pages.compactMap { page in
        given(page.client, definition, command, element: element).map { (page.name, $0, command.range) }
      }
      own.reads.own = []
      effects.add(own)
    } else {
      effects.reads.readsAllGlobals = true
    }
    var codes = [CompiledExpression?](repeating: nil, count: definition.parameters.count)
    var places = definition.parameters.indices.filter { definition.parameters[$0].fallback == nil }[...]
    if element, let first = places.popFirst() { codes[first] = .sync { frame throws(Fault) in frame.element } }
    withElement(context.hasElement || element) {
      for argument in command.arguments { take(argument, definition, &places, &codes) }
    }
    if let missing = places.first {
      report(
        "\(command.name) needs the argument \(definition.parameters[missing].name)", command.nameRange,
        nextStep: definition.signature)
    }
    let arguments = codes
    let (range, source, name) = (command.range, source, command.name)
    // For a recursive call, `compiled` is nil here. A recursive call can repeat the commands of the `def`, like a loop.
    let isOnce = context.isOnce && !element && definition.compiled != nil
    return CompiledExpression.async { frame throws(Fault) in
      var values: [Value?] = []
      for code in arguments { values.append(try await code?.run(&frame)) }
      do throws(Fault) { return try await definition.call(values, isOnce: isOnce, &frame) } catch {
        let place = source.place(of: range.lower)
        throw error.within("called by \(name) at \(source.name):\(place.line):\(place.column)")
      }
    }
  }

  /// Returns the client that a call of a `def` passes as an argument.
  ///
  /// In the effects of the `def`, the placeholder `fact` stands for this client. Returns nil if `fact` is not a
  /// placeholder, or if the argument is not a variable.
  private func given(
    _ fact: CompileTimeScope.KnownClient, _ definition: CommandDefinition, _ command: CommandOrStageCall, element: Bool
  ) -> CompileTimeScope.KnownClient? {
    let places = definition.parameters.indices.filter { definition.parameters[$0].fallback == nil }
    guard
      let index = definition.parameters.indices.first(where: {
        CommandDefinition.identity(ofParameter: $0) == fact.identity
      })
    else { return nil }
    if let place = places.dropFirst(element ? 1 : 0).firstIndex(of: index) {
      let positional = command.arguments.filter { if case .positional = $0 { true } else { false } }
      let position = place - (element ? 1 : 0)
      return positional.indices.contains(position) ? client(positional[position].expression) : nil
    }
    return command.option(definition.parameters[index].name).flatMap(client)
  }

  private func take(
    _ argument: Argument, _ definition: CommandDefinition, _ places: inout ArraySlice<Int>,
    _ codes: inout [CompiledExpression?]
  ) {
    switch argument {
    case .positional(let expression):
      guard let place = places.popFirst() else {
        return report(
          "\(definition.name) has no parameter for this argument", expression.range, nextStep: definition.signature)
      }
      codes[place] = code(expression)
    case .option(let name, let range, let expression):
      guard let index = definition.parameters.firstIndex(where: { $0.name == name && $0.fallback != nil }) else {
        return reportUnknown(
          "option", name + ":", range, among: definition.parameters.filter { $0.fallback != nil }.map { $0.name + ":" },
          nextStep: definition.signature)
      }
      if codes[index] != nil { report("the option \(name): occurs twice", range, nextStep: "keep one of them") }
      codes[index] = code(expression)
    }
  }
}
