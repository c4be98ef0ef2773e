import Language
import Values
import Formats

extension Compiler {
  /// Compiles all statements of a text.
  func topLevel(_ program: Program) -> [Interpreter.PreparedStatement] {
    var result: [Interpreter.PreparedStatement] = []
    for case .def(let node) in program.statements.map(\.kind) {
      laterDefinitions[node.name] = laterDefinitions[node.name] ?? node.nameRange
    }
    for (index, statement) in program.statements.enumerated() {
      let before = scope.slotCount
      if endsCheck(before: statement.range) { break }
      if index > 0, program.statements[index - 1].endsBlock {
        warnThoroughly("this statement never runs", statement.range, nextStep: "remove the statement, or move it up")
      }
      if case .source(let path, let range) = statement.kind {
        result += include(path, range).map { $0.within(statement.range) }
        continue
      }
      let (prepared, effects) = gathering { topLevel(statement) }
      findings.neededValues += effects.neededValues
      guard let prepared else { continue }
      result.append(
        Interpreter.PreparedStatement(
          statement: prepared, source: source, range: statement.range, outer: statement.range, before: before,
          isOwed: effects.isOwed,
          changesData: effects.changesData))
    }
    return result
  }

  private func topLevel(_ statement: Statement) -> Interpreter.CompiledTopLevelStatement? {
    switch statement.kind {
    case .def(let node):
      define(node)
      return nil
    case .set(let arguments): return .set(settings(arguments, statement.range))
    case .help(let words, let range): return .help(words, range)
    case .pipeline(let pipeline):
      let compiled = self.pipeline(pipeline)
      let isName =
        if case .name(let name, _) = pipeline.head { pipeline.stages.isEmpty && scope.variable(name) != nil } else {
          false
        }
      return .pipeline(compiled.stored ?? compiled.code, isSummary: compiled.isSummary, isName: isName)
    default: return .step(step(statement, value: .dropped))
    }
  }

  /// Reports a setting without its colon, such as `set timeout 5s`.
  ///
  /// The function returns true if it reports an error.
  private func refusesBareSetting(_ arguments: [Argument]) -> Bool {
    guard arguments.count == 2, case .positional(let word) = arguments[0], case .name(let name) = word.kind,
      let setting = Vocabulary.settings.first(where: { $0.name == name }), case .positional(let value) = arguments[1]
    else { return false }
    let text = source.text(value.range)
    let isBare = unknownName(value) != nil && setting.shape == .string
    report("a setting needs a colon", word.range, nextStep: "set \(name): \(isBare ? text.quoted : text)")
    return true
  }

  private func settings(
    _ arguments: [Argument], _ range: SourceRange
  ) -> [(name: String, range: SourceRange, code: CompiledExpression)] {
    if arguments.isEmpty { report("set needs a setting", range, nextStep: "set timeout: 10s output: \"json\"") }
    if refusesSpacedUnit(arguments, of: "set") || refusesBareSetting(arguments) { return [] }
    return arguments.compactMap { argument in
      guard case .option(let name, let nameRange, let expression) = argument else {
        report("set needs the form NAME: VALUE", argument.expression.range, nextStep: "set timeout: 10s")
        return nil
      }
      if !Session.settings.contains(name) {
        reportUnknown(
          "setting", name + ":", nameRange, among: Session.settings.map { $0 + ":" },
          nextStep: "the settings are " + Session.settings.map { $0 + ":" }.joined(separator: " "))
      }
      if let setting = Vocabulary.settings.first(where: { $0.name == name }), setting.shape == .string {
        refuseBareText(expression, among: setting.words)
      }
      if Session.settings.contains(name), let value = expression.literalValue,
        let fault = Session.refusal(name, value)
      {
        report(fault.message, expression.range, nextStep: fault.nextStep)
      }
      return (name, expression.range, code(expression))
    }
  }

  /// Compiles the file that a `source` statement includes.
  private func include(_ path: String, _ range: SourceRange) -> [Interpreter.PreparedStatement] {
    let folder = Self.folder(of: source.name)
    let file = path.hasPrefix("/") ? path : folder + path
    if settings.path.contains(where: { (try? TextFile.target(of: $0)) == (try? TextFile.target(of: file)) }) {
      report(
        "these files run each other with the statement `source`", range,
        nextStep: "remove one of these source statements: " + (settings.path + [file]).joined(separator: " -> "))
      return []
    }
    let text: String
    do throws(Fault) { text = try TextFile.read(file) } catch {
      let base = "the path is relative to \(folder.isEmpty ? "the working directory" : folder)"
      report(error.message, range, nextStep: error.kind == .interrupted || path.hasPrefix("/") ? error.nextStep : base)
      return []
    }
    let other = SourceText(name: file, text: text)
    findings.inclusions.append((file, range))
    let parsed = Parser.parse(other, words: Vocabulary.hinted)
    findings.foreign += parsed.diagnostics.map { ($0, other) }
    guard parsed.diagnostics.isEmpty else { return [] }
    let inner = Compiler(
      other, scope: scope, settings: CheckSettings(path: settings.path + [file], isThorough: settings.isThorough))
    inner.definitions = definitions
    let statements = inner.topLevel(parsed.program)
    findings.foreign += inner.findings.foreign + inner.findings.diagnostics.map { ($0, other) }
    findings.inclusions += inner.findings.inclusions.map { ($0.file, range) }
    findings.inventory += inner.findings.inventory
    findings.readsArguments = findings.readsArguments || inner.findings.readsArguments
    findings.readNames.formUnion(inner.findings.readNames)
    findings.neededValues += inner.findings.neededValues
    findings.computesNames = findings.computesNames || inner.findings.computesNames
    scope = inner.scope
    definitions = inner.definitions
    return statements
  }

  private static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }
}

extension Interpreter.PreparedStatement {
  /// Returns a copy of this statement of a file; the copy knows the `source` statement that includes the file.
  ///
  /// `outer` is the source range of the `source` statement.
  fileprivate func within(_ outer: SourceRange) -> Interpreter.PreparedStatement {
    var prepared = self
    prepared.outer = outer
    return prepared
  }
}
