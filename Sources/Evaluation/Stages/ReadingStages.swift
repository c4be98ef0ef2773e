import Language
import Synchronization

extension Stage {
  static let show = Stage(
    Declaration(
      name: "show", summary: "Reads the resource of each element.", parameters: [.init(name: "CLIENT", shape: .client)],
      options: [.include, .fields, .meta, .timeout], result: "resources")
  ) { call in
    let arguments = SinkArguments(call)
    return .transform { frame, upstream throws(Fault) in
      var (upstream, frame) = (upstream, frame)
      return ElementStream { () async throws(Fault) in
        guard let page = try await upstream.next() else { return nil }
        let once = try await arguments.once(&frame)
        var out: [Value] = []
        for element in page {
          try frame.run.checkInterrupt()
          frame.element = element
          out.append(try await Verbs.show(try await arguments.each(once, element, &frame)))
        }
        return out
      }
    }
  }

  static let each = Stage(
    Declaration(
      name: "each", summary: "Runs a block for each element and gives the blocks' values.",
      options: [.init(name: "in-flight", shape: .number, fallback: "1", summary: "how many at once")], effect: .writes,
      result: "list", examples: [.init(code: "[1, 2] | each do print it * 2 end", output: "2\n4")])
  ) { call in
    let compiler = call.compiler
    let (loops, each) = (compiler.loopDepth, compiler.eachDepth)
    (compiler.loopDepth, compiler.eachDepth) = (0, each + 1)
    let step = compiler.withElement(true) {
      compiler.block(call.command.body?.statements ?? [], isEach: true, wantsValue: true)
    }
    (compiler.loopDepth, compiler.eachDepth) = (loops, each)
    let limit = call.option("in-flight").map { limit in compiler.withElement(false) { compiler.code(limit) } }
    return .sink { frame, stream, _ throws(Fault) in
      let count = try await limit?.run(&frame).whole("each", "in-flight:") ?? 1
      let results = try await EachWindow(step: step, limit: Swift.max(1, count)).run(frame, &stream)
      let value = Value.list(results)
      return (results, results.allSatisfy(\.isNull) ? .null : value)
    }
  }
}

/// What the iterations of a window print: each one's whole, in the order of their elements.
private struct InOrder {
  private var waiting: [[UInt8]?]
  private var next = 0

  init(count: Int) { waiting = Array(repeating: nil, count: count) }

  mutating func put(_ bytes: [UInt8], of index: Int, to output: Output) throws(Fault) {
    waiting[index] = bytes
    while next < waiting.count, let ready = waiting[next] {
      try output.put(ready)
      waiting[next] = []
      next += 1
    }
  }
}

/// What one iteration prints.
private final class Gathered: Sendable {
  private let content = Mutex<[UInt8]>([])

  var bytes: [UInt8] { content.withLock { $0 } }

  /// An output that keeps what is written.
  func output(like other: Output) -> Output {
    Output(isTerminal: other.isTerminal, columns: other.columns) { [self] bytes in
      content.withLock { $0 += bytes }
      return true
    }
  }
}

extension Frame {
  /// The same frame with another output.
  fileprivate func printing(to output: Output) -> Frame {
    var frame = self
    frame.run = Run(session: run.session, source: run.source, output: output)
    return frame
  }
}

/// The iterations of an `each`, some of them at once; results keep their order, the first failure stops new ones.
struct EachWindow: Sendable {
  let step: Step
  let limit: Int

  func run(_ frame: Frame, _ stream: inout ElementStream) async throws(Fault) -> [Value] {
    var results: [Value] = []
    var failure: Fault?
    let executor = limit == 1 ? nil : frame.run.session.linkExecutor
    while failure == nil, let page = try await stream.next() {
      if limit == 1 {
        for element in page { results.append(try await iteration(frame, element)) }
      } else {
        failure = await withTaskExecutorPreference(executor) { await windowed(frame, page, &results) }
      }
    }
    if let failure { throw failure }
    return results
  }

  private func iteration(_ frame: Frame, _ element: Value) async throws(Fault) -> Value {
    try frame.run.checkInterrupt()
    var own = frame
    own.element = element
    own.result = .null
    do throws(Fault) {
      _ = try await step.run(&own)
    } catch {
      throw error.within("in each, at \(element.label)")
    }
    return own.result
  }

  private func windowed(_ frame: Frame, _ page: [Value], _ results: inout [Value]) async -> Fault? {
    var values = [Value](repeating: .null, count: page.count)
    var printed = InOrder(count: page.count)
    var failure: Fault?
    await withTaskGroup(of: (Int, [UInt8], Result<Value, Fault>).self) { group in
      var next = 0
      var inFlight = 0
      while inFlight > 0 || next < page.count && failure == nil {
        if inFlight < limit, next < page.count, failure == nil {
          let (index, element) = (next, page[next])
          group.addTask {
            let gathered = Gathered()
            let own = frame.printing(to: gathered.output(like: frame.run.output))
            let outcome: Result<Value, Fault>
            do throws(Fault) { outcome = .success(try await iteration(own, element)) } catch {
              outcome = .failure(error)
            }
            own.run.output.flush()
            return (index, gathered.bytes, outcome)
          }
          next += 1
          inFlight += 1
          continue
        }
        guard let (index, bytes, outcome) = await group.next() else { break }
        inFlight -= 1
        do throws(Fault) { try printed.put(bytes, of: index, to: frame.run.output) } catch {
          failure = failure ?? error
        }
        switch outcome {
        case .success(let value): values[index] = value
        case .failure(let fault): failure = failure ?? fault
        }
      }
    }
    results += values
    return failure
  }
}
