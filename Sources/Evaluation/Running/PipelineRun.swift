import JSONText
import Language
import Values
import Formats

/// Runs the stages of a pipeline, one after another.
enum PipelineRun {
  /// The intermediate result of a pipeline, between two of its stages.
  enum IntermediateResult {
    case elements(ElementStream)
    /// Elements that the run has already computed, in memory or in a temporary file.
    case buffer(SpillingElementBuffer)
    /// One value, with the values of the names that `as` defined for its element.
    case value(Value, names: [Value])

    /// Returns the elements as a stream.
    ///
    /// If the elements are in a buffer, the progress of the statement counts them while they are read.
    func stream(_ progress: SessionProgressDisplay) -> ElementStream {
      switch self {
      case .elements(let stream): stream
      case .buffer(let buffer): progress.counting(buffer.elements())
      case .value(let value, let names): ElementStream(page: ElementPage([value], names: names.isEmpty ? [] : [names]))
      }
    }

    /// Returns the value of the pipeline: one value, or a list of all elements.
    func value() async throws(Fault) -> Value {
      switch self {
      case .value(let value, _): return value
      case .elements(var stream): return try Value.list(try await stream.rest()).limitedInDepth()
      case .buffer(let buffer):
        var stream = buffer.elements()
        return try Value.list(try await stream.rest()).limitedInDepth()
      }
    }

    /// Returns the same result, except that values in which lists and records nest too deep are an error.
    func limitedInDepth() throws(Fault) -> IntermediateResult {
      switch self {
      case .elements(let stream): return .elements(stream.limitedInDepth())
      case .buffer: return self
      case .value(let value, let names): return .value(try value.limitedInDepth(), names: names)
      }
    }

    /// Returns the value of the pipeline, as a stream if the elements are in a temporary file.
    ///
    /// In all other cases, returns the same as ``value()``.
    func storedValue() async throws(Fault) -> Value {
      guard case .buffer(let buffer) = self, buffer.isSpilled else { return try await value() }
      return .stream(StreamValue(stored: { buffer.elements() }))
    }
  }

  /// A compiled stage with its source range, which marks the stage in errors that have no range of their own.
  struct LocatedStage: Sendable {
    var body: CompiledStage
    var range: SourceRange
    var source: SourceText
    /// The slots of the names that `as` has defined before this stage.
    var names: [Int]
    /// Whether the stage passes its failed elements on to the next stage, because a later stage counts them.
    var keepsFailures = false

    /// Whether the stage is a sink, such as `create`.
    var isSink: Bool { if case .sink = body { true } else { false } }
  }

  /// Evaluates the head of a pipeline, and runs the stages over its value.
  ///
  /// A sink is a stage that acts on elements, such as `create`. The function opens the files of the first sink before
  /// it evaluates the head.
  static func run(_ head: CompiledExpression, _ links: [LocatedStage], _ frame: inout ExecutionFrame)
    async throws(Fault)
    -> IntermediateResult
  {
    let sink = try await opened(links[...], &frame)
    return try await run(try await head.run(&frame), links, &frame, sink)
  }

  /// Runs the stages of a pipeline over the value of its head, and completes the journals of the stages.
  ///
  /// `sink` is the function that runs the first sink, such as `create`; the files of this sink are already open.
  static func run(
    _ head: Value, _ links: [LocatedStage], _ frame: inout ExecutionFrame, _ sink: CompiledStage.SinkRun? = nil
  ) async throws(Fault) -> IntermediateResult {
    guard links.dropLast().contains(where: \.isSink) else { return try await stages(head, links, &frame, sink) }
    let outer = frame.run.journals
    let journals = JournalsOpenUntilPipelineEnd(in: outer)
    frame.run.journals = journals
    defer { frame.run.journals = outer }
    let result: IntermediateResult
    do throws(Fault) { result = try await stages(head, links, &frame, sink) } catch {
      journals.leave(frame.run.session)
      throw error
    }
    try await journals.complete(frame.run.session)
    return result
  }

  /// Opens the files of the first sink among the stages, and returns the function that runs the sink.
  ///
  /// A sink is a stage that acts on elements, such as `create`. Returns nil if there is no sink.
  private static func opened(
    _ links: ArraySlice<LocatedStage>, _ frame: inout ExecutionFrame
  ) async throws(Fault) -> CompiledStage.SinkRun? {
    for link in links {
      guard case .sink(let open) = link.body else { continue }
      do throws(Fault) { return try await open(&frame) } catch { throw error.placed(at: link.range, in: link.source) }
    }
    return nil
  }

  private static func stages(
    _ head: Value, _ links: [LocatedStage], _ frame: inout ExecutionFrame, _ sink: CompiledStage.SinkRun?
  ) async throws(Fault) -> IntermediateResult {
    var sink = sink
    let outer = (frame.names, frame.keepsFailures)
    defer { (frame.names, frame.keepsFailures) = outer }
    let progress = frame.run.session.progress
    var end = IntermediateResult.elements(try await spread(head, progress))
    for (index, link) in links.enumerated() {
      var stream = end.stream(progress)
      end = .elements(ElementStream([]))
      (frame.names, frame.keepsFailures) = (link.names, link.keepsFailures)
      let isLast = index == links.count - 1
      do throws(Fault) {
        end = try await run(link.body, over: &stream, &frame, isLast: isLast, sink).limitedInDepth()
      } catch { throw error.placed(at: link.range, in: link.source) }
      switch link.body {
      case .transform: end = .elements(end.stream(progress).placed(at: link.range, in: link.source))
      case .gather: end = .elements(progress.counting(end.stream(progress)))
      case .sink: sink = try await opened(links[(index + 1)...], &frame)
      case .collect, .first, .reduce: break
      }
    }
    return end
  }

  private static func run(
    _ body: CompiledStage, over stream: inout ElementStream, _ frame: inout ExecutionFrame, isLast: Bool,
    _ sink: CompiledStage.SinkRun?
  ) async throws(Fault) -> IntermediateResult {
    switch body {
    case .transform(let body): return .elements(try body(frame, stream))
    case .gather(let body): return .elements(try await body(&frame, &stream))
    case .collect: return .buffer(try await SpillingElementBuffer.all(of: &stream))
    case .first:
      defer { stream.close() }
      guard let page = try await stream.page() else { return .value(.null, names: frame.names.map { _ in .null }) }
      return .value(page.elements[0], names: page.names.first ?? [])
    case .reduce(let body): return .value(try await body(&frame, &stream), names: [])
    case .sink(let open):
      let act = if let sink { sink } else { try await open(&frame) }
      return try await act(&frame, &stream, !isLast)
    }
  }

  /// Returns the elements of the value at the head of a pipeline; the statement's progress counts these elements.
  static func spread(_ value: Value, _ progress: SessionProgressDisplay) async throws(Fault) -> ElementStream {
    progress.counting(try await elements(of: value), total: value.elementCount)
  }

  /// Returns the elements of the value at the head of a pipeline.
  static func elements(of value: Value) async throws(Fault) -> ElementStream {
    switch value {
    case .list(let elements): return ElementStream(elements)
    case .page(let page): return ElementStream(page)
    case .stream(let stream): return try await stream.open()
    case .range(let lower, let upper): return range(lower, upper)
    case .null:
      throw Fault(.type, "the pipeline begins with null", nextStep: "to replace null, write (x ?? []) | ...")
    default: return ElementStream([value])
    }
  }

  private static func range(_ lower: Int, _ upper: Int) -> ElementStream {
    var next = lower
    var integers = ElementStream { () async throws(Fault) in
      guard next <= upper else { return nil }
      let last = min(upper, next + 1023)
      defer { next = last + 1 }
      return (next...last).map { .number(JSONNumber($0)) }
    }
    integers.count = { max(0, upper - lower + 1) }
    return integers
  }
}

extension Value {
  /// The number of elements of this value as the head of a pipeline; nil if the number is not known in advance.
  fileprivate var elementCount: Int? {
    switch self {
    case .list(let elements): elements.count
    case .page(let page): page.items.count
    case .range(let lower, let upper): max(0, upper - lower + 1)
    default: nil
    }
  }
}
