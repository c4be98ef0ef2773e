import Language
import Values

extension Compiler {
  /// The code of a pipeline, and what the check knows about the pipeline's value.
  struct CompiledPipeline {
    /// The expression that runs the pipeline and returns its value.
    var code: CompiledExpression
    /// Whether the value is the summary of a stage that carries out changes; a summary is not printed as a result.
    var isSummary = false
    /// A function that runs the pipeline and returns its elements, from memory or a temporary file; nil unless the last
    /// stage is `collect`.
    var collected: (@Sendable (inout ExecutionFrame) async throws(Fault) -> ElementStream)?
    /// What the check knows about the pipeline's value.
    var fact: Scope.VariableFact = .unknown
  }
}

extension Compiler.CompiledPipeline {
  /// Returns this pipeline with the code that runs a head and its stages.
  ///
  /// With `isLazy` and a lazy last stage, the value is a stream; otherwise the stages run immediately.
  func with(
    head: CompiledExpression, links: [PipelineRun.LocatedStage], range: SourceRange, source: SourceText, isLazy: Bool
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
      let run: @Sendable (inout ExecutionFrame) async throws(Fault) -> PipelineRun.IntermediateResult = {
        frame throws(Fault) in
        let element = frame.element
        defer { frame.element = element }
        return try await PipelineRun.run(head, links, &frame)
      }
      result.code = CompiledExpression.async { frame throws(Fault) in try await run(&frame).value() }.placed(
        range, source)
      if case .collect = links.last?.body { result.collected = { frame throws(Fault) in try await run(&frame).stream } }
    }
    return result
  }
}
