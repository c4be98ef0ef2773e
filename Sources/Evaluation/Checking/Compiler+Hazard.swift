import Language

extension Compiler {
  /// Keeps a statement that changes data for the inventory.
  func note(_ effect: Declaration.Effect, _ command: Language.Command) {
    switch effect {
    case .none: return
    case .destroys:
      effects.acts = true
      findings.inventory.append(Findings.Inventory(range: command.range, source: source, kind: .destroys))
    case .changes:
      effects.acts = true
      findings.inventory.append(Findings.Inventory(range: command.range, source: source, kind: .changes))
    case .writes: effects.acts = true
    }
  }

  /// Refuses a change to a streamed queue where the text shows it (TheLanguage.md, "Rule 1: no change while streaming").
  func refuseHazard(_ effect: Declaration.Effect, _ command: Language.Command) {
    guard effect == .changes || effect == .destroys, let client = client(of: command) else { return }
    effects.changed.append(client)
    guard context.openStreams.contains(client) else { return }
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
    return Scope.ClientFact(identity: "slot \(variable.slot)\(context.isInDef ? " of a def" : "")", queue: name)
  }

  func fact(of command: Language.Command) -> Scope.Fact {
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
