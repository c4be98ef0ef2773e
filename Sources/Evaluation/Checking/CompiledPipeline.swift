import Language
import Values

extension Compiler {
  /// A compiled pipeline, and what the check knows about its value.
  struct CompiledPipeline {
    /// The expression that runs the pipeline and returns its value.
    var code: CompiledExpression
    /// Whether the value is the summary of a stage that sends changes, such as `create`.
    ///
    /// The program does not print a summary as a result.
    var isSummary = false
    /// An expression for places that read the elements only once, such as a `for` loop; nil if they use ``code``.
    ///
    /// ``code`` returns a list in memory. If the pipeline ends with `collect` or `each` and has many elements, this
    /// expression returns a stream from a temporary file instead.
    var stored: CompiledExpression?
    /// What the check knows about the pipeline's value, for example that the value is a client.
    var fact: CompileTimeScope.VariableFact = .unknown
  }
}

extension Compiler.CompiledPipeline {
  /// Returns a copy of this pipeline whose code runs `head` and then the stages in `links`.
  ///
  /// `head` is the part of the pipeline before the first `|`. If `isLazy` is true and the last stage is lazy, the code
  /// returns a stream. Otherwise the code runs all stages immediately. `reads` are the variables that the pipeline
  /// reads.
  func with(
    head: CompiledExpression, links: [PipelineRun.LocatedStage], range: SourceRange, source: SourceText, isLazy: Bool,
    reads: ReadVariables
  ) -> Compiler.CompiledPipeline {
    var result = self
    if links.last?.body.isLazy == true, isLazy {
      result.code = CompiledExpression.framed(head) { head, frame throws(Fault) in
        let frame = frame.keeping(reads)
        let stages = links.count + max(head.streamStages, frame.streamStages)
        try SizeLimits.check(stages: stages)
        return .stream(
          StreamValue(stages: stages) { () async throws(Fault) in
            var frame = frame
            let end = try await PipelineRun.run(head, links, &frame)
            return end.stream(frame.run.session.progress)
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
      result.stored = CompiledExpression.async { frame throws(Fault) in try await run(&frame).storedValue() }.placed(
        range, source)
    }
    return result
  }
}
