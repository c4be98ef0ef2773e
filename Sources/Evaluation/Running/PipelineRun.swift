import JSONText
import Language
import Values
import Formats

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
