import Language
import Values

extension Compiler {
  /// A compiled pipeline.
  struct CompiledPipeline {
    /// The expression of its value.
    var code: CompiledExpression
    /// Whether its value is a sink's summary, which is not a result.
    var isSummary = false
    /// Returns all elements if the value collects them, possibly in a file instead of memory.
    var collected: (@Sendable (inout Frame) async throws(Fault) -> ElementStream)?
    /// What is known about its value before it runs.
    var fact: Scope.Fact = .unknown
  }
}

extension Compiler.CompiledPipeline {
  /// Joins a head and its stages: lazily if no stage has an effect and the result is a list of elements, else
  /// immediately.
  func with(
    head: CompiledExpression, links: [PipelineRun.Link], range: SourceRange, source: SourceText, isLazy: Bool
  ) -> Compiler.CompiledPipeline {
    var result = self
    if links.last?.body.isLazy == true, isLazy {
      result.code = CompiledExpression.framed(head) { head, frame in
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
      result.code = CompiledExpression.async { frame throws(Fault) in try await run(&frame).value() }.placed(
        range, source)
      if case .collect = links.last?.body { result.collected = { frame throws(Fault) in try await run(&frame).stream } }
    }
    return result
  }
}
