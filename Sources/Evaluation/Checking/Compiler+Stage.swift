import Formats
import Language
import Values

extension Compiler {
  /// Compiles a stage: a command after a `|`.
  func link(_ command: CommandOrStageCall) -> CompiledStage {
    if let definition = definition(command.name) {
      let (code, own) = gathering { repeated { call(definition, command, element: true) } }
      if effects.acts { return Self.acting(code, command.name, changesData: own.changesData) }
      return .transform { frame, upstream throws(Fault) in
        upstream.mapping(code, frame, stage: command.name) { _, value, out throws(Fault) in
          out.append(value)
        }
      }
    }
    guard let stage = BuiltInStage.named(command.name) else {
      reportUnknownStage(command)
      return .collect
    }
    if stage.declaration.names == .ended { endNames(at: command.name) }
    let errors = findings.diagnostics.count
    refuseFillers(command)
    guard findings.diagnostics.count == errors else { return .collect }
    check(command, stage.declaration)
    refuseHazard(stage.declaration.effect, command)
    record(stage.declaration.effect, command)
    guard !findings.diagnostics[errors...].contains(where: { $0.severity == .error }) else { return .collect }
    let body = repeated {
      stage.prepare(UncompiledStageCall(compiler: self, command: command, declaration: stage.declaration))
    }
    if stage.declaration.names == .read { endNames(at: command.name) }
    return body
  }

  /// Returns the stage for a `def` that changes data, writes files, or runs a block for each element.
  ///
  /// The stage calls the `def` for all elements before the next stage runs.
  private static func acting(_ code: CompiledExpression, _ name: String, changesData: Bool) -> CompiledStage {
    .acting { frame, stream, _ throws(Fault) in
      if changesData { try SpillingElementBuffer.checkTemporaryDirectory() }
      var results = IterationReturnValues(keepsFlow: true)
      while let page = try await stream.page() {
        for (index, element) in page.elements.enumerated() {
          try frame.run.checkInterrupt()
          frame.take(page, index)
          let value: Value
          do throws(Fault) { value = try await code.run(&frame) } catch {
            throw error.within("in the stage `\(name)`, at the element \(element.label)")
          }
          try results.append(value, page, index)
        }
      }
      return results.result
    }
  }

  private func reportUnknownStage(_ command: CommandOrStageCall) {
    let name = command.name
    if let known = BuiltInCommand.named(name)?.declaration {
      return report(
        "`\(name)` is a command, not a stage", command.nameRange, nextStep: stepForCommand(known, command))
    }
    if reportsLater(name, command.nameRange) { return }
    if ForeignWords.stage(name) == nil, let function = BuiltInFunction.named(name)?.name ?? ForeignWords.function(name)
    {
      return report(
        "unknown stage \(name)", command.nameRange,
        nextStep: function == "join"
          ? "to join the elements of a list: join((... | collect), \", \")"
          : "to call a function for each element, write | map \(function)(it)")
    }
    reportUnknown(
      "stage", name, command.nameRange, among: BuiltInStage.all.map(\.declaration.name) + definitions.keys,
      meant: foreignStage(command), nextStep: "to list the stages: help stages")
  }

  /// Returns the suggestion for a command after `|`, where only a stage is allowed.
  private func stepForCommand(_ known: CommandDeclaration, _ command: CommandOrStageCall) -> String {
    if let stage = ForeignWords.stage(known.name) { return "did you mean \(stage)?" }
    if known.name == "index", let field = command.arguments.last?.expression, field.path != nil {
      return "index-by \(source.text(field.range))"
    }
    if known.name == "destroy-all" {
      return "to destroy the elements: | collect | destroy CLIENT; by a filter: destroy-all CLIENT filter: {...}"
    }
    guard known.parameters.first?.shape == .client || known.name == "sleep" else {
      return "the word `\(known.name)` begins a statement: \(known.shortForm)"
    }
    return "run the command for each element: | each do ... end, with `it` as the element"
  }

  /// Returns the stage that replaces a synonym from another language: `take 5` for `head -n 5`.
  ///
  /// Returns nil for other names.
  private func foreignStage(_ command: CommandOrStageCall) -> String? {
    let numbers = command.arguments.compactMap { argument in
      Int(source.text(argument.expression.range).drop { $0 == "-" })
    }
    if case .positional(let field)? = command.arguments.first, case .elementField = field.kind,
      let stage = ForeignWords.stage(command.name), ["destroy", "without"].contains(stage)
    {
      return "without \(source.text(field.range))"
    }
    switch (ForeignWords.stage(command.name), numbers.first) {
    case ("create", _) where command.arguments.isEmpty: return "sum"
    case ("take", let count?): return "take \(abs(count))"
    case ("last", let count?) where abs(count) != 1: return "reverse | take \(abs(count))"
    case (let stage, _): return stage
    }
  }

  /// Reports words of SQL or English between the fields of a stage, as in `sort by .id` or `sort .id desc`.
  private func refuseFillers(_ command: CommandOrStageCall) {
    if refusesCountBy(command) { return }
    guard BuiltInStage.named(command.name)?.declaration.parameters.last?.shape == .path else { return }
    let places = command.arguments.compactMap { if case .positional(let place) = $0 { place } else { nil } }
    var fields = FillerWordsCorrection(isSort: command.name == "sort")
    for place in places { take(place, into: &fields, isOnly: places.count == 1) }
    guard let filler = fields.filler else { return }
    report(
      "the stage `\(command.name)` does not take \"\(source.text(filler))\"", filler,
      nextStep: ([command.name] + fields.corrected).joined(separator: " "))
  }

  /// Reports the word "by" in `count by .state`; returns true if it reports an error.
  private func refusesCountBy(_ command: CommandOrStageCall) -> Bool {
    guard command.name == "count", case .positional(let word)? = command.arguments.first, case .name("by") = word.kind,
      command.arguments.count == 2, let path = command.arguments[1].expression.path
    else { return false }
    report(
      "the stage `count` does not take the word \"by\"", word.range, nextStep: "group .\(path) | select .key .count")
    return true
  }

  /// Adds an argument to the fields of a stage, or recognizes it as a filler, such as `desc` or the option `-r`.
  private func take(_ place: Expr, into fields: inout FillerWordsCorrection, isOnly: Bool) {
    let text = source.text(place.range)
    switch place.kind {
    case .negate(let word):
      guard fields.isSort, case .name(let name) = word.kind else { break }
      if name == "desc" { return fields.leaveOut(place.range, isDescending: true) }
      // Letters such as `-r` or `-rn` can be options of the shell command `sort`. The stage leaves them out.
      guard unknownName(word) != nil, !isOnly || name == "r", name.allSatisfy({ "rnkufV".contains($0) }) else { break }
      fields.isReversed = fields.isReversed || name.contains("r")
      return fields.leaveOut(place.range)
    case .name(let word) where scope.variable(word) == nil && outer?.variable(word) == nil:
      switch word.lowercased() {
      case "by", "asc", "ascending": return fields.leaveOut(place.range)
      case "desc", "descending", "reverse", "reversed":
        if fields.isSort { return fields.leaveOut(place.range, isDescending: true) }
      default: break
      }
      return fields.kept.append("." + text)
    default: break
    }
    fields.kept.append(text)
  }
}

/// The fields of a stage such as `sort`, without the filler words that SQL or English has between them.
///
/// For `sort by .id desc`, the fillers are `by` and `desc`, and the corrected argument is `-.id`.
private struct FillerWordsCorrection {
  let isSort: Bool
  /// The source texts of the fields, in order.
  var kept: [String] = []
  /// The source range of the first filler; nil if there is no filler.
  var filler: SourceRange?
  /// Whether a filler means the descending order of all fields.
  var isReversed = false

  /// Leaves out a filler; if the filler means a descending order, marks the field before it as descending.
  mutating func leaveOut(_ range: SourceRange, isDescending: Bool = false) {
    filler = filler ?? range
    guard isDescending else { return }
    isReversed = true
    if let last = kept.popLast() { kept.append("-" + last) }
  }

  /// The arguments of the corrected stage, such as `-.id`.
  var corrected: [String] {
    guard isReversed else { return kept }
    guard let first = kept.first else { return ["| reverse"] }
    let isMarked = kept.contains { $0.hasPrefix("-") } || !first.hasPrefix(".")
    return isMarked ? kept : ["-" + first] + kept.dropFirst()
  }
}
