import Language
import Values

extension Compiler {
  /// Compiles a pipeline: its head, then its stages, each of which takes the elements of the previous one.
  func pipeline(_ pipeline: Pipeline, _ use: StreamHandling = .lazy) -> CompiledPipeline {
    gathering {
      let head = self.head(pipeline.head, pipeline.stages.isEmpty ? use : .lazy)
      guard !pipeline.stages.isEmpty else { return CompiledPipeline(code: head.code, fact: head.fact) }
      refuseNothing(pipeline)
      warnOfSelection(pipeline)
      if let first = pipeline.stages.first, !["map", "select", "print", "as"].contains(first.name) {
        warnOfClient(pipeline.head, head.fact, pipeline.stages) { "stream \($0) | \(source.text(first.range))" }
      }
      scope.enter()
      defer { _ = scope.leave() }
      return within({ $0.named = [] }) { flow(head, pipeline, use) }
    }.0
  }

  /// Compiles the stages after a head.
  ///
  /// A stream at the head counts as open until a stage, such as `collect`, has read it to its end.
  private func flow(
    _ head: (code: CompiledExpression, fact: Scope.VariableFact), _ pipeline: Pipeline, _ use: StreamHandling
  )
    -> CompiledPipeline
  {
    let (outside, changedByHead) = (context.openStreams, effects.changed.count)
    var open: [Scope.KnownClient] = if case .stream(let clients) = head.fact { clients } else { [] }
    let stages = pipeline.withSourceName(isDropped: use == .dropped)
    let counted = Self.counted(stages)
    let links = stages.enumerated().map { index, stage -> PipelineRun.LocatedStage in
      context.openStreams = outside + open
      let names = context.named
      if effects.changed.count > changedByHead { refuseCut(stage) }
      let body = link(stage)
      if body.closes { open = [] }
      return PipelineRun.LocatedStage(
        body: body, range: stage.range, source: source, names: names, keepsFailures: counted.contains(index))
    }
    let isSummary = pipeline.stages.last.map(Pipeline.givesSummary) ?? false
    let fact: Scope.VariableFact = open.isEmpty || isSummary ? .unknown : .stream(open)
    return CompiledPipeline(code: .constant(.null), isSummary: isSummary, fact: fact)
      .with(
        head: head.code, links: links, range: pipeline.range, source: source, isLazy: use != .operand && !effects.acts)
  }

  /// Returns the indices of the stages in which a failed element is counted and does not end the pipeline.
  ///
  /// These stages come directly before the last stage that sends changes, and take one element at a time.
  private static func counted(_ stages: [Language.Command]) -> Range<Int> {
    let single: Set = ["where", "map", "select", "with", "without", "as"]
    guard let sink = stages.lastIndex(where: Pipeline.givesSummary) else { return 0..<0 }
    var first = sink
    while first > 0, single.contains(stages[first - 1].name) { first -= 1 }
    return first..<sink
  }

  /// Reports `take`, `skip` or `first` after a stage that changes data, because that stage has already changed all
  /// elements.
  private func refuseCut(_ stage: Language.Command) {
    guard ["take", "skip", "first"].contains(stage.name) else { return }
    report(
      "\(stage.name) can't follow a stage that changes data, because that stage has already changed all elements",
      stage.range,
      nextStep: "move \(stage.name) before that stage: | \(stage.name) ... | ...")
  }

  /// Reports stages after a command or stage without output, such as `print`.
  private func refuseNothing(_ pipeline: Pipeline) {
    if case .command(let head) = pipeline.head, let known = Command.named(head.name), let next = pipeline.stages.first {
      refuse(next, after: known.declaration, isHead: true)
    }
    for (stage, next) in zip(pipeline.stages, pipeline.stages.dropFirst()) {
      if let known = Stage.named(stage.name) { refuse(next, after: known.declaration) }
    }
  }

  private func refuse(_ stage: Language.Command, after declaration: Declaration, isHead: Bool = false) {
    guard declaration.givesNothing || isHead && declaration.result == "null" else { return }
    report(
      "no stage can follow \(declaration.name), which returns no elements", stage.range,
      nextStep: declaration.name == "print"
        ? "print at the end: ... | print" : isHead ? "write two statements on separate lines" : nil)
  }

  /// Compiles the head of a pipeline; also returns what is known about its value.
  private func head(_ head: PipelineHead, _ use: StreamHandling) -> (code: CompiledExpression, fact: Scope.VariableFact)
  {
    switch head {
    case .expression(let expression):
      if case .name(let name) = expression.kind { return (code(expression), scope.variable(name)?.fact ?? .unknown) }
      return value(expression, use)
    case .name(let name, let range):
      if scope.variable(name) != nil || outer?.variable(name) != nil {
        return (self.name(name, range), (scope.variable(name) ?? outer?.variable(name))?.fact ?? .unknown)
      }
      return self.head(
        .command(Language.Command(name: name, nameRange: range, arguments: [], body: nil, range: range)), use)
    case .command(let command):
      let compiled = self.command(command)
      return use == .operand ? (compiled.code.collected, .unknown) : compiled
    }
  }

  /// Compiles an expression.
  ///
  /// The value of the call of a def, or of an expression in parentheses, may remain a stream, as `use` determines.
  func value(_ expression: Expr, _ use: StreamHandling) -> (code: CompiledExpression, fact: Scope.VariableFact) {
    switch expression.kind {
    case .group(let valued): return self.valued(valued, use)
    case .call(let name, let nameRange, let arguments):
      let code = call(name, nameRange, arguments, expression.range)
      return (use == .operand && definition(name) != nil ? code.collected : code, .unknown)
    case .record: return (code(expression), fact(ofRecord: expression))
    default: return (code(expression), .unknown)
    }
  }
}

extension Pipeline {
  /// The hidden name that `as` gives to the original element of each change, for the file of `failed:` and the summary.
  static let sourceName = "$source"

  /// The stages of the pipeline; if a stage reports its failures, an additional `as` names the original elements.
  ///
  /// A stage reports its failures in the file of `failed:`, or in a summary that the script uses. The original elements
  /// are those of the head, or of the last earlier stage that combines elements.
  fileprivate func withSourceName(isDropped: Bool) -> [Language.Command] {
    let reporting = stages.indices.first { index in
      let isSummary = index == stages.count - 1 && !isDropped && Self.givesSummary(stages[index])
      return isSummary || stages[index].option("failed") != nil
    }
    guard let reporting else { return stages }
    let combining = stages[..<reporting].lastIndex { stage in
      (Stage.named(stage.name)?.declaration.names ?? .kept) != .kept
    }
    let start = combining.map { $0 + 1 } ?? 0
    guard start < reporting else { return stages }
    let range = stages[start].nameRange
    let naming = Language.Command(
      name: "as", nameRange: range, arguments: [.positional(Expr(.name(Self.sourceName), range))], body: nil,
      range: range)
    return stages[..<start] + [naming] + stages[start...]
  }

  /// Whether the value of a stage is the summary of its changes.
  static func givesSummary(_ stage: Language.Command) -> Bool {
    Stage.named(stage.name)?.declaration.givesSummary ?? false
  }
}
