import Bulk
import Language
import Synchronization
import Values

extension Stage {
  static let show = Stage(
    Declaration(
      name: "show", summary: "Reads the resource of each element.", parameters: [.init(name: "CLIENT", shape: .client)],
      options: [.include, .fields, .meta, .timeout], result: "resources", names: .kept)
  ) { call in
    let arguments = PerElementArguments(call)
    return .transform { frame, upstream throws(Fault) in
      var (upstream, frame) = (upstream, frame)
      return ElementStream(pages: { () async throws(Fault) in
        guard var page = try await upstream.page() else { return nil }
        let once = try await arguments.once(&frame)
        for (index, element) in page.elements.enumerated() {
          try frame.run.checkInterrupt()
          frame.take(page, index)
          page.elements[index] = try await Verbs.show(
            try await arguments.each(once, element, &frame), frame.run.session)
        }
        return page
      })
    }
  }

  static let each = Stage(
    Declaration(
      name: "each", summary: "Runs a block for each element and gives the blocks' values.",
      options: [.init(name: "in-flight", shape: .number, fallback: "1", summary: "how many at once")], effect: .writes,
      result: "list", examples: [.init(code: "[1, 2] | each do print it * 2 end", output: "2\n4")], names: .kept)
  ) { call in
    let compiler = call.compiler
    let step = compiler.within({ $0.enterEach() }) {
      compiler.block(call.command.body?.statements ?? [], isEach: true, value: .operand)
    }
    let limit = call.option("in-flight").map { limit in compiler.withElement(false) { compiler.code(limit) } }
    return .sink { frame, stream, _ throws(Fault) in
      let count = try await limit?.run(&frame).whole("each", "in-flight:") ?? 1
      guard count > 0 else { throw Fault(.value, "each in-flight: needs an integer of at least 1") }
      let results = try await EachWindow(step: step, limit: count).run(frame, &stream)
      let value = Value.list(results.elements)
      return (results, results.elements.allSatisfy(\.isNull) ? .null : value)
    }
  }
}

/// What one iteration prints.
private final class BufferedResults: Sendable {
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
    frame.run = Run(session: run.session, source: run.source, statement: run.statement, output: output)
    return frame
  }
}

/// The iterations of an `each`, some of them at once; results keep their order, the first failure stops new ones.
struct EachWindow: Sendable {
  let step: CompiledStatement
  let limit: Int

  func run(_ frame: Frame, _ stream: inout ElementStream) async throws(Fault) -> ElementPage {
    if limit > 1 { return try await windowed(frame, &stream) }
    return try await withTaskExecutorPreference(frame.run.session.linkExecutor) { () async throws(Fault) in
      var results = ElementPage()
      while let page = try await stream.page() {
        for index in page.elements.indices {
          results.append(try await iteration(frame, page, index), like: page, index)
        }
      }
      return results
    }
  }

  private func iteration(_ frame: Frame, _ page: ElementPage, _ index: Int) async throws(Fault) -> Value {
    try frame.run.checkInterrupt()
    var own = frame
    own.take(page, index)
    own.result = .null
    do throws(Fault) {
      _ = try await step.run(&own)
    } catch {
      throw error.within("in each, at \(page.elements[index].label)")
    }
    return own.result
  }

  private func windowed(_ frame: Frame, _ stream: inout ElementStream) async throws(Fault) -> ElementPage {
    let results = Mutex(OrderedResults())
    let output = frame.run.output
    let pool = WorkerPool(limit: limit, executor: frame.run.session.linkExecutor)
    var names: [[Value]] = []
    let stopped = await pool.run {
      let page = try await stream.page()
      names += page?.names ?? []
      return page?.single
    } work: { index, item in
      let gathered = BufferedResults()
      let own = frame.printing(to: gathered.output(like: output))
      let outcome: Result<Value, Fault>
      do throws(Fault) { outcome = .success(try await iteration(own, item, 0)) } catch { outcome = .failure(error) }
      own.run.output.flush()
      return results.withLock { $0.take(outcome, gathered.bytes, of: item.elements[0], at: index, output) }
    }
    let all = results.withLock { $0 }
    if let fault = all.fault ?? (stopped as? Fault) { throw fault }
    return ElementPage(all.values, names: names)
  }
}

/// What the iterations of a window give and print: in the order of their elements, each one's whole.
private struct OrderedResults: Sendable {
  private(set) var values: [Value] = []
  /// What went wrong, with the place of its element.
  private var failures: [(index: Int, label: String, fault: Fault)] = []
  /// Iterations that are done before one that began earlier.
  private var waiting: [Int: (value: Value, bytes: [UInt8])] = [:]

  /// Takes what came of an iteration; false where no more are to begin.
  mutating func take(
    _ outcome: Result<Value, Fault>, _ bytes: [UInt8], of element: Value, at index: Int, _ output: Output
  ) -> Bool {
    do throws(Fault) {
      waiting[index] = (.null, bytes)
      if case .success(let value) = outcome { waiting[index]?.value = value }
      while let ready = waiting.removeValue(forKey: values.count) {
        values.append(ready.value)
        if !ready.bytes.isEmpty { try output.put(ready.bytes) }
      }
      _ = try outcome.get()
    } catch { failures.append((index, element.label, error)) }
    return failures.isEmpty
  }

  /// The failure of the first element, with those of others that were in flight: none is lost.
  var fault: Fault? {
    let inOrder = failures.sorted { $0.index < $1.index }
    guard let first = inOrder.first else { return nil }
    let others = Dictionary(grouping: inOrder.dropFirst().filter { $0.fault.kind != .interrupted }, by: \.fault.kind)
    return others.sorted { $0.key.word < $1.key.word }.reduce(first.fault) { fault, kind in
      let labels = kind.value.prefix(Self.named).map(\.label).joined(separator: ", ")
      let isAll = kind.value.count <= Self.named
      return fault.within("\(kind.value.count) more \(kind.key): at \(labels)\(isAll ? "" : ", ...")")
    }
  }

  /// How many elements of a kind of failure are named.
  private static let named = 64
}
