import Language
import Values

extension Compiler {
  /// Compiles a pipeline: its head (the part before the first `|`) and its stages.
  ///
  /// Each stage takes the elements that the previous stage returns.
  func pipeline(_ pipeline: Pipeline, _ use: SurroundingStreamUse = .lazy) -> CompiledPipeline {
    gathering {
      let head = self.head(pipeline.head, pipeline.stages.isEmpty ? use : .lazy)
      guard !pipeline.stages.isEmpty else { return CompiledPipeline(code: head.code, fact: head.fact) }
      if pipeline.stages.count > SizeLimits.stages {
        report(
          "a pipeline can have at most \(SizeLimits.stages) stages", pipeline.stages[SizeLimits.stages].range,
          nextStep: "divide the pipeline: let s = ... | collect, and then s | ...")
        return CompiledPipeline(code: broken, fact: head.fact)
      }
      refuseNothing(pipeline)
      refuseOverwrite(pipeline)
      warnOfSelection(pipeline)
      if let first = pipeline.stages.first, !["map", "select", "print", "as"].contains(first.name) {
        warnOfClient(pipeline.head, head.fact, pipeline.stages) { "stream \($0) | \(source.text(first.range))" }
      }
      scope.enter()
      defer { _ = scope.leave() }
      return within({ $0.named = [] }) { flow(head, pipeline, use) }
    }.0
  }

  /// Compiles the stages after the head of a pipeline.
  ///
  /// If the head is a stream, the stream is open until a stage such as `collect` reads all its elements.
  private func flow(
    _ head: (code: CompiledExpression, fact: CompileTimeScope.VariableFact), _ pipeline: Pipeline,
    _ use: SurroundingStreamUse
  )
    -> CompiledPipeline
  {
    let (outside, changedByHead) = (context.openStreams, effects.changed.count)
    var open: [CompileTimeScope.KnownClient] = if case .stream(let clients) = head.fact { clients } else { [] }
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
    let fact: CompileTimeScope.VariableFact = open.isEmpty || isSummary ? .unknown : .stream(open)
    return CompiledPipeline(code: .constant(.null), isSummary: isSummary, fact: fact)
      .with(
        head: head.code, links: links, range: pipeline.range, source: source, isLazy: use != .operand && !effects.acts,
        reads: effects.reads)
  }

  /// Returns the indices of the stages in which the failure of an element does not end the pipeline.
  ///
  /// These are stages such as `where` and `map` directly before the last stage that sends changes. If one of them fails
  /// for an element, the run counts the element as failed and continues with the next element.
  private static func counted(_ stages: [CommandOrStageCall]) -> Range<Int> {
    let single: Set = ["where", "map", "select", "with", "without", "as"]
    guard let sink = stages.lastIndex(where: Pipeline.givesSummary) else { return 0..<0 }
    var first = sink
    while first > 0, single.contains(stages[first - 1].name) { first -= 1 }
    return first..<sink
  }

  /// Reports `take`, `skip` or `first` after a stage that changes data.
  ///
  /// The selection comes too late, because the earlier stage has already changed all elements.
  private func refuseCut(_ stage: CommandOrStageCall) {
    guard ["take", "skip", "first"].contains(stage.name) else { return }
    report(
      "the stage `\(stage.name)` can't follow a stage that changes data, "
        + "because that stage has already changed all elements",
      stage.range,
      nextStep: "put the stage `\(stage.name)` before that stage: | \(stage.name) ... | ...")
  }

  /// Reports a stage that gets no elements, because it follows a command or stage such as `print`.
  private func refuseNothing(_ pipeline: Pipeline) {
    if case .command(let head) = pipeline.head, let known = BuiltInCommand.named(head.name),
      let next = pipeline.stages.first
    {
      refuse(next, after: known.declaration, isHead: true)
    }
    for (stage, next) in zip(pipeline.stages, pipeline.stages.dropFirst()) {
      if let known = BuiltInStage.named(stage.name) { refuse(next, after: known.declaration) }
    }
  }

  /// Reports a stage `write` that replaces a file that an earlier stage of the same pipeline writes.
  private func refuseOverwrite(_ pipeline: Pipeline) {
    var paths: Set<String> = []
    for stage in pipeline.stages {
      guard let path = Self.writtenFile(of: stage), path != "-", !path.hasPrefix("/dev/") else { continue }
      guard !paths.insert(path).inserted, stage.option("append") == nil else { continue }
      report(
        "this stage replaces \(path), which an earlier stage of the pipeline writes", stage.range,
        nextStep: "name another file, or add the elements to the file: append: true")
    }
  }

  private func refuse(_ stage: CommandOrStageCall, after declaration: CommandDeclaration, isHead: Bool = false) {
    guard declaration.givesNothing || isHead && declaration.result == "null" else { return }
    report(
      "no stage can follow `\(declaration.name)`, which returns no elements", stage.range,
      nextStep: declaration.name == "print"
        ? "print at the end: ... | print"
        : isHead ? "write two statements on separate lines" : "write this stage at the end: ... | \(declaration.name)")
  }

  /// Compiles the head of a pipeline, and also returns what the check knows about the head's value.
  private func head(_ head: PipelineHead, _ use: SurroundingStreamUse) -> (
    code: CompiledExpression, fact: CompileTimeScope.VariableFact
  ) {
    switch head {
    case .expression(let expression):
      if case .name(let name) = expression.kind { return (code(expression), scope.variable(name)?.fact ?? .unknown) }
      return value(expression, use)
    case .name(let name, let range):
      if scope.variable(name) != nil || outer?.variable(name) != nil {
        return (self.name(name, range), (scope.variable(name) ?? outer?.variable(name))?.fact ?? .unknown)
      }
      return self.head(
        .command(CommandOrStageCall(name: name, nameRange: range, arguments: [], body: nil, range: range)), use)
    case .command(let command):
      let compiled = self.command(command)
      return use == .operand ? (compiled.code.collected, .unknown) : compiled
    }
  }

  /// Compiles an expression, and also returns what the check knows about the expression's value.
  ///
  /// The value of an expression in parentheses or of a `def` can be a stream. `use` determines whether the value stays
  /// a stream.
  func value(_ expression: Expr, _ use: SurroundingStreamUse) -> (
    code: CompiledExpression, fact: CompileTimeScope.VariableFact
  ) {
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
  /// The hidden name of the original element: the element before a stage such as `map` transforms it.
  ///
  /// The summary of changes and the file of `failed:` show the original element. The compiler inserts the stage
  /// `as $source`, which defines the name.
  static let sourceName = "$source"

  /// Returns the stages of the pipeline, with an additional stage `as $source` if a stage reports its failures.
  ///
  /// A stage reports its failures if it has the option `failed:`, or if the script uses its summary.
  ///
  /// The additional stage is usually the first stage of the pipeline. It follows the last stage before the reporting
  /// stage that combines elements, as `sort` does, divides elements, as `flatten` does, or changes resources. A
  /// repetition of the failed changes then needs only the stages after it.
  fileprivate func withSourceName(isDropped: Bool) -> [CommandOrStageCall] {
    let reporting = stages.indices.filter { index in
      let isSummary = index == stages.count - 1 && !isDropped && Self.givesSummary(stages[index])
      return isSummary || stages[index].option("failed") != nil
    }
    let starts = reporting.compactMap { index in
      let start = stages[..<index].lastIndex(where: Self.beginsNewSources).map { $0 + 1 } ?? 0
      return start < index || reporting.count > 1 ? start : nil
    }
    var named = stages
    for start in Set(starts).sorted(by: >) {
      let range = stages[start].nameRange
      let naming = CommandOrStageCall(
        name: "as", nameRange: range, arguments: [.positional(Expr(.name(Self.sourceName), range))], body: nil,
        range: range)
      named.insert(naming, at: start)
    }
    return named
  }

  /// Whether the elements after a stage are the original elements of the later stages.
  private static func beginsNewSources(_ stage: CommandOrStageCall) -> Bool {
    // A stage that `def` defines can do anything.
    guard let declaration = BuiltInStage.named(stage.name)?.declaration else { return true }
    return declaration.names != .kept || ["flatten", "each"].contains(stage.name)
      || [.changes, .destroys].contains(declaration.effect)
  }

  /// Returns whether a stage, such as `create`, returns a summary of its changes.
  static func givesSummary(_ stage: CommandOrStageCall) -> Bool {
    BuiltInStage.named(stage.name)?.declaration.givesSummary ?? false
  }
}
