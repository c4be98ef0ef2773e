import JSONText
import Language
import Values
import Formats

extension Compiler {
  /// A pipeline made ready to run.
  struct CompiledPipeline {
    /// What gives its value.
    var code: Code
    /// What it does to the world.
    var effects: Effects
    /// Whether its value is a sink's summary, which is not a result.
    var isSummary = false
    /// What gives its elements where they are all collected, which need not be in memory all at once.
    var collected: (@Sendable (inout Frame) async throws(Fault) -> ElementStream)?
    /// What is known of its value.
    var fact: Scope.Fact = .unknown
  }

  /// Compiles a pipeline: its head, then each stage over the elements before it.
  func pipeline(_ pipeline: Pipeline) -> CompiledPipeline {
    let openBefore = openStreams.count
    defer { openStreams.removeLast(openStreams.count - openBefore) }
    let (compiled, own) = gathering { () -> CompiledPipeline in
      let head = self.head(pipeline.head)
      guard !pipeline.stages.isEmpty else {
        return CompiledPipeline(code: head.code, effects: [], fact: head.fact)
      }
      if case .stream(let clients) = head.fact { openStreams.append(contentsOf: clients) }
      let links = pipeline.stages.map { stage -> PipelineRun.Link in
        let body = link(stage)
        if body.closes { openStreams.removeLast(openStreams.count - openBefore) }
        return PipelineRun.Link(body: body, range: stage.range, source: source)
      }
      let isSummary = pipeline.stages.last.flatMap { Stage.named($0.name) }?.declaration.result == "summary"
      let isOpen = openStreams.count > openBefore && !isSummary
      let fact: Scope.Fact = isOpen ? .stream(Array(openStreams[openBefore...])) : .unknown
      return CompiledPipeline(code: .constant(.null), effects: [], isSummary: isSummary, fact: fact)
        .with(head: head.code, links: links, range: pipeline.range, source: source, acts: effects.contains(.acts))
    }
    var result = compiled
    result.effects = own
    return result
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

/// Running a pipeline's links one after the other.
enum PipelineRun {
  /// Where a pipeline has come to.
  enum End {
    case elements(ElementStream)
    case value(Value)

    var stream: ElementStream {
      switch self {
      case .elements(let stream): stream
      case .value(let value): ElementStream([value])
      }
    }

    func value() async throws(Fault) -> Value {
      switch self {
      case .value(let value): return value
      case .elements(var stream): return .list(try await stream.rest())
      }
    }
  }

  /// A stage in its place, which its errors have where they name none of their own.
  struct Link: Sendable {
    var body: StageBody
    var range: SourceRange
    var source: SourceText
  }

  static func run(_ head: Value, _ links: [Link], _ frame: inout Frame) async throws(Fault) -> End {
    var end = End.elements(try await spread(head))
    for (index, link) in links.enumerated() {
      var stream = end.stream
      end = .elements(ElementStream([]))
      do throws(Fault) {
        end = try await run(link.body, over: &stream, &frame, isLast: index == links.count - 1)
      } catch { throw error.placed(at: link.range, in: link.source) }
      if case .transform = link.body { end = .elements(end.stream.placed(at: link.range, in: link.source)) }
    }
    return end
  }

  private static func run(
    _ body: StageBody, over stream: inout ElementStream, _ frame: inout Frame, isLast: Bool
  ) async throws(Fault) -> End {
    switch body {
    case .transform(let body): return .elements(try body(frame, stream))
    case .gather(let body):
      let all = try await stream.rest()
      return .elements(ElementStream(try await body(&frame, all)))
    case .collect: return .elements(try await Collected.all(of: &stream).elements())
    case .reduce(let body): return .value(try await body(&frame, &stream))
    case .sink(let body):
      let (flow, summary) = try await body(&frame, &stream, !isLast)
      return isLast ? .value(summary) : .elements(ElementStream(flow))
    }
  }

  /// The elements of what stands at a pipeline's head.
  static func spread(_ value: Value) async throws(Fault) -> ElementStream {
    switch value {
    case .list(let elements): return ElementStream(elements)
    case .page(let page): return ElementStream(page)
    case .stream(let stream): return try await stream.open()
    case .range(let lower, let upper): return range(lower, upper)
    case .null:
      throw Fault(.type, "null at the head of a pipeline", nextStep: "?? gives it another value: (x ?? []) | ...")
    default: return ElementStream([value])
    }
  }

  private static func range(_ lower: Int, _ upper: Int) -> ElementStream {
    var next = lower
    return ElementStream { () async throws(Fault) in
      guard next <= upper else { return nil }
      let last = min(upper, next + 1023)
      defer { next = last + 1 }
      return (next...last).map { .number(JSONNumber($0)) }
    }
  }
}
