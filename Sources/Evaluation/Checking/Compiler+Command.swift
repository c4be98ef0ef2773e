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
    effects.insert(.waits)
    var blank = Arguments(name: command.name, range: command.range, nameRange: command.nameRange, source: source)
    blank.isSingle = loopDepth == 0 && eachDepth == 0 && !isInDef && !hasElement
    let template = blank
    let body = known.body
    return Code.async { frame throws(Fault) in
      var values = template
      for (argument, code) in arguments { values.add(argument, try await code.run(&frame)) }
      return try await body(values, &frame)
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

  /// Holds a call's arguments against its declaration.
  func check(_ command: Language.Command, _ declaration: Declaration) {
    let positional = command.arguments.filter { if case .positional = $0 { true } else { false } }
    let needed = declaration.parameters.filter { !$0.isOptional && !$0.repeats }
    if positional.count < needed.count {
      let missing = needed[positional.count]
      report(
        "\(command.name) needs \(missing.name)", command.nameRange, nextStep: "\(declaration.signature)")
    }
    let repeats = declaration.parameters.last?.repeats ?? false
    if positional.count > declaration.parameters.count, !repeats {
      let surplus = positional[declaration.parameters.count].expression
      report("\(command.name) has no place for this", surplus.range, nextStep: declaration.signature)
    }
    for option in declaration.options where option.isRequired && command.option(option.name) == nil {
      report(
        "\(command.name) needs \(option.name):", command.nameRange, nextStep: "\(option.name): is \(option.summary)")
    }
    for (argument, parameter) in zip(positional, declaration.parameters) {
      checkLiteral(argument.expression, parameter.shape, parameter.name)
    }
    for case .option(let name, let range, let value) in command.arguments {
      guard let option = declaration.options.first(where: { $0.name == name }) else {
        if declaration.takesAnyOption { continue }
        let known = declaration.options.map(\.name)
        reportUnknown(
          "option", name + ":", range, among: known.map { $0 + ":" },
          hint: known.isEmpty
            ? "\(command.name) has no options" : "it has " + known.map { $0 + ":" }.joined(separator: " "))
        continue
      }
      checkLiteral(value, option.shape, name + ":")
    }
  }

  /// Complains of a literal that can't be what is wanted.
  private func checkLiteral(_ expression: Expr, _ shape: Declaration.Shape, _ place: String) {
    guard let literal = Declaration.Shape(literal: expression), !shape.takes(literal) else { return }
    report("\(place) is \(shape.wanted)", expression.range, nextStep: "this is a \(literal.rawValue)")
  }

  /// Keeps a statement that changes data for the inventory.
  func note(_ effect: Declaration.Effect, _ command: Language.Command) {
    switch effect {
    case .none: return
    case .destroys:
      effects.insert([.acts, .destroys])
      inventory.append(Inventory(range: command.range, source: source, kind: .destroys))
    case .changes:
      effects.insert(.acts)
      inventory.append(Inventory(range: command.range, source: source, kind: .changes))
    case .writes: effects.insert(.acts)
    }
  }

  /// Refuses a change to a streamed queue where the text shows it (TheLanguage.md, "Rule 1: no change while streaming").
  func refuseHazard(_ effect: Declaration.Effect, _ command: Language.Command) {
    guard effect == .changes || effect == .destroys, let client = client(of: command) else { return }
    changed.append(client)
    guard openStreams.contains(client) else { return }
    report(
      "\(command.name) changes \(client.queue) while it is being streamed: rows would be skipped in silence",
      command.range,
      nextStep: "collect the stream first: | collect"
        + (effect == .destroys ? "; or destroy-all with a filter" : ""))
  }

  /// What is known of the client in a call's first place.
  func client(of command: Language.Command) -> Scope.ClientFact? {
    for case .positional(let expression) in command.arguments.prefix(1) { return client(expression) }
    return nil
  }

  /// What is known of the client that an expression gives.
  func client(_ expression: Expr) -> Scope.ClientFact? {
    guard case .name(let name) = expression.kind else { return nil }
    guard let variable = scope.variable(name) ?? outer?.variable(name) else { return nil }
    if case .client(let fact) = variable.fact { return fact }
    return Scope.ClientFact(identity: "slot \(variable.slot)\(isInDef ? " of a def" : "")", queue: name)
  }

  private func fact(of command: Language.Command) -> Scope.Fact {
    switch command.name {
    case "stream": return client(of: command).map { .stream([$0]) } ?? .unknown
    case "client":
      guard let queue = command.literal("queue") else { return .unknown }
      let connection = command.option("on").map { "\($0.kind)" } ?? ""
      return .client(Scope.ClientFact(identity: "queue \(queue) \(connection)", queue: queue))
    default: return .unknown
    }
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

extension Declaration.Shape {
  /// The shape of a literal, or nil where the value is known only later.
  init?(literal expression: Expr) {
    switch expression.kind {
    case .number: self = .number
    case .string: self = .string
    case .bool: self = .boolean
    case .duration: self = .duration
    case .list: self = .list
    case .record: self = .record
    default: return nil
    }
  }

  /// Whether a literal of a shape can stand where this is wanted.
  func takes(_ literal: Declaration.Shape) -> Bool {
    switch self {
    case .any, .path, .condition: true
    case .strings: literal == .string || literal == .list
    case .id: literal == .string || literal == .number || literal == .record
    case .client, .connection, .pattern: false
    default: self == literal
    }
  }

  /// What is wanted, with its article.
  var wanted: String {
    switch self {
    case .any: "any value"
    case .strings: "a string or a list of strings"
    case .id: "an id: a string, an integer or a resource"
    case .client: "a client: let posts = client queue: \"posts\""
    case .path: "a field: .views"
    case .condition: "a condition: .views < 10"
    default: "a \(rawValue)"
    }
  }
}

extension Declaration {
  /// How it is called: `show CLIENT ID [include: fields:]`.
  public var signature: String {
    let places = parameters.map { parameter in
      let name = parameter.name + (parameter.repeats ? " ..." : "")
      return parameter.isOptional ? "[\(name)]" : name
    }
    let named = options.isEmpty ? [] : ["[" + options.map { $0.name + ":" }.joined(separator: " ") + "]"]
    return ([name] + places + named).joined(separator: " ")
  }
}
