import Language
import Values

extension Compiler {
  /// A pipeline made ready to run.
  struct CompiledPipeline {
    /// What gives its value.
    var code: Code
    /// Whether its value is a sink's summary, which is not a result.
    var isSummary = false
    /// What gives its elements where they are all collected, which need not be in memory all at once.
    var collected: (@Sendable (inout Frame) async throws(Fault) -> ElementStream)?
    /// What is known of its value.
    var fact: Scope.Fact = .unknown
  }

  /// Compiles a pipeline: its head, then each stage over the elements before it.
  func pipeline(_ pipeline: Pipeline) -> CompiledPipeline {
    gathering {
      let head = self.head(pipeline.head)
      guard !pipeline.stages.isEmpty else { return CompiledPipeline(code: head.code, fact: head.fact) }
      return within({ _ in }) { flow(head, pipeline) }
    }.0
  }

  /// Compiles the stages over a head's elements; a stream at the head is open up to the stage that closes it.
  private func flow(_ head: (code: Code, fact: Scope.Fact), _ pipeline: Pipeline) -> CompiledPipeline {
    let outside = context.openStreams
    var open: [Scope.ClientFact] = if case .stream(let clients) = head.fact { clients } else { [] }
    let links = pipeline.stages.map { stage -> PipelineRun.Link in
      context.openStreams = outside + open
      let body = link(stage)
      if body.closes { open = [] }
      return PipelineRun.Link(body: body, range: stage.range, source: source)
    }
    let isSummary = pipeline.stages.last.flatMap { Stage.named($0.name) }?.declaration.givesSummary ?? false
    let fact: Scope.Fact = open.isEmpty || isSummary ? .unknown : .stream(open)
    return CompiledPipeline(code: .constant(.null), isSummary: isSummary, fact: fact)
      .with(head: head.code, links: links, range: pipeline.range, source: source, acts: effects.acts)
  }

  /// The head's code and what is known of its value.
  private func head(_ head: Head) -> (code: Code, fact: Scope.Fact) {
    switch head {
    case .expression(let expression):
      if case .name(let name) = expression.kind { return (code(expression), scope.variable(name)?.fact ?? .unknown) }
      if case .group(.pipeline(let inner)) = expression.kind {
        let compiled = pipeline(inner)
        return (compiled.code, compiled.fact)
      }
      return (code(expression), .unknown)
    case .name(let name, let range):
      if scope.variable(name) != nil || outer?.variable(name) != nil {
        return (self.name(name, range), (scope.variable(name) ?? outer?.variable(name))?.fact ?? .unknown)
      }
      return command(Language.Command(name: name, nameRange: range, arguments: [], body: nil, range: range))
    case .command(let command): return self.command(command)
    }
  }
}

extension Compiler.CompiledPipeline {
  /// Joins a head and its links: lazily where nothing acts and the end is elements, at once otherwise.
  fileprivate func with(
    head: Code, links: [PipelineRun.Link], range: SourceRange, source: SourceText, acts: Bool
  ) -> Compiler.CompiledPipeline {
    var result = self
    if links.last?.body.isLazy == true, !acts {
      result.code = Code.framed(head) { head, frame in
        .stream(
          StreamValue { () async throws(Fault) in
            var frame = frame
            let end = try await PipelineRun.run(head, links, &frame)
            return end.stream
          })
      }.placed(range, source)
    } else {
      let run: @Sendable (inout Frame) async throws(Fault) -> PipelineRun.End = { frame throws(Fault) in
        let element = frame.element
        defer { frame.element = element }
        let start = try await head.run(&frame)
        return try await PipelineRun.run(start, links, &frame)
      }
      result.code = Code.async { frame throws(Fault) in try await run(&frame).value() }.placed(range, source)
      if case .collect = links.last?.body { result.collected = { frame throws(Fault) in try await run(&frame).stream } }
    }
    return result
  }
}

extension StageBody {
  /// Whether what it reads from is closed before an element flows on.
  var closes: Bool {
    switch self {
    case .gather, .collect, .reduce: true
    case .transform, .sink: false
    }
  }

  /// Whether a pipeline that ends with it can wait until someone asks for its elements.
  var isLazy: Bool {
    switch self {
    case .transform, .gather: true
    case .collect, .reduce, .sink: false
    }
  }
}

extension Code {
  /// Code that makes a value of another and a copy of the frame.
  static func framed(_ operand: Code, _ body: @escaping @Sendable (Value, Frame) -> Value) -> Code {
    if let operand = operand.immediate {
      return .sync { frame throws(Fault) in
        let value = try operand(&frame)
        return body(value, frame)
      }
    }
    return .async { frame throws(Fault) in
      let value = try await operand.run(&frame)
      return body(value, frame)
    }
  }
}
