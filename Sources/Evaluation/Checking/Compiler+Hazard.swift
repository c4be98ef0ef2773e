import Bulk
import Language

extension Compiler {
  /// Records the effect of a command.
  ///
  /// If the command changes data, the function also adds the command to the inventory of the check. It also
  /// reports each mask in the command: the text `***` in place of a secret.
  func record(_ effect: CommandDeclaration.StatementEffect, _ command: CommandOrStageCall) {
    let isOutput = ["-", "/dev/stdout"].contains(Self.writtenFile(of: command) ?? "")
    if effect != .none && command.name != "each" && !isOutput || command.name == "assert" { effects.isOwed = true }
    if effect == .changes || effect == .destroys {
      effects.changesData = true
      effects.changes.insert(KnownEffects.KnownChange(name: command.name, client: client(of: command)))
      refuseMasks(in: command.range, brokers: true)
    }
    switch effect {
    case .none: return
    case .destroys:
      effects.acts = true
      findings.inventory.append(
        CheckFindings.EffectInventoryEntry(range: command.range, source: source, kind: .destroys))
    case .changes:
      effects.acts = true
      let isComputed = command.name == "call" && Self.method(of: command) == nil
      findings.inventory.append(
        CheckFindings.EffectInventoryEntry(
          range: command.range, source: source, kind: isComputed ? .mayDestroy : .changes))
    case .writes: effects.acts = true
    }
  }

  /// Returns the effect of a command.
  ///
  /// The effect of a `call` depends on the name of the called method. If the name contains `destroy` or `delete`, the
  /// call destroys resources. With the option `reads: true`, the call only reads. The option has no effect if the
  /// method's name means a change, such as `create`.
  func effect(of command: CommandOrStageCall, _ declaration: CommandDeclaration) -> CommandDeclaration.StatementEffect {
    guard command.name == "call" else { return declaration.effect }
    let method = Self.method(of: command)
    if let method, Change.destroys(method: method), Change.changes(method: method) { return .destroys }
    if case .bool(true)? = command.option("reads")?.kind, method.map({ !Change.changes(method: $0) }) ?? true {
      return .none
    }
    return method.map(Change.destroys) ?? false ? .destroys : declaration.effect
  }

  /// Returns the path of the file that a stage `write` names as a literal; nil for other stages.
  static func writtenFile(of stage: CommandOrStageCall) -> String? {
    guard stage.name == "write", case .positional(let path)? = stage.arguments.first else { return nil }
    return path.literalText
  }

  /// Returns the method name in a `call`; nil if the name is not a literal string.
  private static func method(of command: CommandOrStageCall) -> String? {
    let places = command.arguments.compactMap { if case .positional(let place) = $0 { place } else { nil } }
    return places.count > 1 ? places[1].literalText : nil
  }

  /// Reports a change to a queue that the script is streaming at this point of the text.
  ///
  /// See TheLanguage.md, "Rule 1: no change while streaming".
  func refuseHazard(_ effect: CommandDeclaration.StatementEffect, _ command: CommandOrStageCall) {
    guard effect == .changes || effect == .destroys, let client = client(of: command) else { return }
    effects.changed.append(client)
    guard context.openStreams.contains(client) else { return }
    report(
      "\(command.name) changes \(client.queue) while a stream reads it, so the stream would skip rows",
      command.range,
      nextStep: "to read the whole stream first, put | collect after it"
        + (effect == .destroys ? "; or use destroy-all with a filter" : ""))
  }

  /// Records an `index` command whose page number is not a literal.
  ///
  /// If a loop contains the command and also changes the queue, ``repeated(_:)`` warns of the command.
  func notePage(_ command: CommandOrStageCall) {
    guard command.name == "index", let page = command.option("page"), let client = client(of: command),
      case .positional(let name)? = command.arguments.first, isVaryingPage(page)
    else { return }
    effects.pages.append((source.text(name.range), client, page.range))
  }

  /// Returns whether the value of the option `page:` contains a computed page number.
  ///
  /// A field or a list element counts as computed, because the check can't know its value.
  private func isVaryingPage(_ page: Expr) -> Bool {
    switch page.kind {
    case .record(let entries):
      guard let number = entries.first(where: { $0.name == "number" || $0.name == "offset" })?.value else {
        return false
      }
      return number.literalValue == nil
    case .name(let name): return (scope.variable(name) ?? outer?.variable(name))?.fact == .varyingPage
    case .it, .elementField, .field, .index: return true
    default: return false
    }
  }

  /// Returns `.varyingPage` for a literal record with a computed page number; otherwise returns `.unknown`.
  func fact(ofRecord expression: Expr) -> CompileTimeScope.VariableFact {
    guard case .record = expression.kind, isVaryingPage(expression) else { return .unknown }
    return .varyingPage
  }

  /// Compiles code that the run repeats: the body of a loop, or the arguments of a stage.
  ///
  /// The function warns if the code reads pages of a queue and also changes this queue.
  func repeated<Result>(_ body: () -> Result) -> Result {
    let (result, own) = gathering(body)
    for page in own.pages where own.changed.contains(page.client) {
      guard !findings.diagnostics.contains(where: { $0.range == page.range }) else { continue }
      warnThoroughly(
        "the script changes \(page.client.queue) between two reads of pages: rows may be skipped or repeated",
        page.range,
        nextStep: "read all pages first: stream \(page.name) | collect")
    }
    return result
  }

  /// Warns of `take` or `last` before a `destroy` with a journal.
  ///
  /// A resumed run would select other elements, because the first run has destroyed some of the resources.
  func warnOfSelection(_ pipeline: Pipeline) {
    guard let sink = pipeline.stages.firstIndex(where: { $0.name == "destroy" && $0.option("journal") != nil }),
      pipeline.stages[sink].option("max") == nil,
      let selection = pipeline.stages[..<sink].first(where: { ["take", "last"].contains($0.name) })
    else { return }
    warnThoroughly(
      "a resumed run selects other elements with \(selection.name), "
        + "so the two runs together destroy more resources than one run would",
      selection.range,
      nextStep: "add the option max:, which counts the changes of all runs; or read the elements from a file")
  }

  /// Returns what the check knows about the client in a command's first argument.
  ///
  /// Returns nil if the argument is not a variable.
  func client(of command: CommandOrStageCall) -> CompileTimeScope.KnownClient? {
    for case .positional(let expression) in command.arguments.prefix(1) { return client(expression) }
    return nil
  }

  /// Returns what the check knows about the client in a variable; nil if the expression is not a variable.
  func client(_ expression: Expr) -> CompileTimeScope.KnownClient? {
    guard case .name(let name) = expression.kind else { return nil }
    guard let variable = scope.variable(name) ?? outer?.variable(name) else { return nil }
    if case .client(let fact) = variable.fact { return fact }
    return CompileTimeScope.KnownClient(
      identity: "slot \(variable.slot)\(context.isInDef ? " of a def" : "")", queue: name)
  }

  func fact(of command: CommandOrStageCall) -> CompileTimeScope.VariableFact {
    switch command.name {
    case "stream": return client(of: command).map { .stream([$0]) } ?? .unknown
    case "client":
      guard let queue = command.literal("queue") else { return .unknown }
      let connection = command.option("on").map { "\($0.kind)" } ?? ""
      return .client(CompileTimeScope.KnownClient(identity: "queue \(queue) \(connection)", queue: queue))
    default: return .unknown
    }
  }
}
