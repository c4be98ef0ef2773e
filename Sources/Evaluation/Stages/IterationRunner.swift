import Bulk
import Formats
import Language
import Synchronization
import Values

/// Runs the iterations of the stage `each`; at most `limit` of them run concurrently.
///
/// The results have the order of the elements. After the first failure, no new iteration starts.
struct IterationRunner: Sendable {
  let step: CompiledStatement
  let limit: Int
  let keepsFlow: Bool
  var journal: EachJournal?
  /// The source ranges of the commands and stages that can be the last action of an iteration.
  var lastCommands: [SourceRange] = []

  func run(_ frame: ExecutionFrame, _ stream: inout ElementStream) async throws(Fault) -> IterationResults {
    if limit > 1 { return try await windowed(frame, &stream) }
    return try await withTaskExecutorPreference(frame.run.session.linkExecutor) { () async throws(Fault) in
      var results = IterationResults(keepsFlow: keepsFlow)
      while let page = try await stream.page() {
        for index in page.elements.indices {
          try results.append(try await iteration(frame, page, index), page, index)
        }
      }
      return results
    }
  }

  private func iteration(_ frame: consuming ExecutionFrame, _ page: ElementPage, _ index: Int) async throws(Fault)
    -> Value
  {
    try frame.run.checkInterrupt()
    frame.take(page, index)
    frame.result = .null
    do throws(Fault) {
      guard let journal else {
        _ = try await step.run(&frame)
        return frame.result
      }
      return try await recorded(&frame, journal)
    } catch {
      throw error.within("in the stage `each`, at the element \(page.elements[index].label)")
    }
  }

  /// Runs an iteration, and records its end in the journal file.
  ///
  /// If the journal says to skip the iteration, the function returns null instead. The first Ctrl-C does not interrupt
  /// the iteration. An interrupted iteration could leave some of its changes undone, and its outcome would be unknown.
  private func recorded(_ frame: inout ExecutionFrame, _ journal: EachJournal) async throws(Fault) -> Value {
    let identity = try await journal.identity(&frame)
    let decision = try await journal.begin(identity) { Fault(.file, $0.message, nextStep: $0.nextStep) }
    guard decision == .run else { return .null }
    let changes = JournalingChangeRecorder(journal.journal, identity)
    (frame.run.iteration, frame.run.lastCommands) = (changes, lastCommands)
    let (own, step, session) = (frame, step, frame.run.session)
    let result = await session.unfinished.run(on: session.linkExecutor) { () async -> Result<Value, Fault> in
      var frame = own
      do throws(Fault) {
        _ = try await step.run(&frame)
        return .success(frame.result)
      } catch { return .failure(error) }
    }
    journal.end(identity, hasSent: changes.hasSent, isDone: (try? result.get()) != nil && !changes.leftFailures)
    return try result.get()
  }

  private func windowed(_ frame: ExecutionFrame, _ stream: inout ElementStream) async throws(Fault) -> IterationResults
  {
    let results = Mutex(OrderedResults(keepsFlow: keepsFlow))
    let output = frame.run.output
    let pool = ConcurrentWork(limit: limit, executor: frame.run.session.linkExecutor)
    var (count, isAtEnd) = (0, false)
    let stopped = await pool.run {
      let page = try await stream.page()
      count += page?.elements.count ?? 0
      isAtEnd = page == nil
      return page?.single
    } work: { index, item in
      let gathered = ResultOutput(gatheringFor: output)
      let own = frame.printing(to: gathered)
      let outcome: Result<Value, Fault>
      do throws(Fault) { outcome = .success(try await iteration(own, item, 0)) } catch { outcome = .failure(error) }
      let bytes = gathered.taken()
      return results.withLock { $0.take(outcome, bytes, of: item, at: index, output) }
    }
    let all = results.withLock { $0 }
    if let fault = all.fault ?? (stopped as? Fault) { throw fault }
    // After a Ctrl-C, the pool starts no further iteration and returns no error.
    guard isAtEnd, all.results.count == count else { throw Fault(.interrupted, "interrupted") }
    return all.results
  }
}

/// The values that an `each`, or a `def` as a stage, returns for its elements, in the order of the elements.
///
/// If there are many values, the type stores them in a temporary file. If no stage follows an `each`, the type only
/// counts the nulls before the first other value, and does not store these nulls.
struct IterationResults: Sendable {
  let keepsFlow: Bool
  /// The number of values, including the nulls that the type only counts.
  private(set) var count = 0
  private var buffer = SpillingElementBuffer(limit: SpillingElementBuffer.resultLimit)

  init(keepsFlow: Bool) { self.keepsFlow = keepsFlow }

  /// The values of the iterations, each with the values of the names that `as` defined.
  ///
  /// If no stage follows and all values are null, the result is one null.
  var result: PipelineRun.IntermediateResult {
    keepsFlow || buffer.count > 0 ? .buffer(buffer) : .value(.null, names: [])
  }

  /// Adds the value of the next iteration.
  ///
  /// `index` is the index of the iteration's element on the page.
  mutating func append(_ value: Value, _ page: ElementPage, _ index: Int) throws(Fault) {
    let isFirst = buffer.count == 0
    defer { count += 1 }
    guard keepsFlow || !value.isNull || !isFirst else { return }
    // Without a stage that follows, the buffer does not contain the nulls before the first other value yet.
    if isFirst { for _ in 0..<count { try buffer.append(.null) } }
    try buffer.append(value, names: keepsFlow && !page.names.isEmpty ? page.names[index] : [])
  }
}

extension ExecutionFrame {
  /// Returns a copy of this frame with another output.
  fileprivate func printing(to output: ResultOutput) -> ExecutionFrame {
    var frame = self
    frame.run = RunContext(session: run.session, source: run.source, statement: run.statement, output: output)
    return frame
  }
}

/// The values and the printed output of concurrent iterations, in the order of the elements.
private struct OrderedResults: Sendable {
  private(set) var results: IterationResults
  /// The failures, each with the index and the label of its element.
  private var failures: [(index: Int, label: String, fault: Fault)] = []
  /// Whether this type could not store or print a result, for example because the disk is full.
  ///
  /// This failure is the last one of its kind, because the type does not store or print the later results.
  private var isBroken = false
  /// The results of finished iterations that must wait for the end of an earlier iteration, by index.
  private var waiting: [Int: (value: Value, bytes: [UInt8], page: ElementPage)] = [:]

  init(keepsFlow: Bool) { results = IterationResults(keepsFlow: keepsFlow) }

  /// Records the outcome of an iteration; returns false if no new iteration may start.
  mutating func take(
    _ outcome: Result<Value, Fault>, _ bytes: [UInt8], of page: ElementPage, at index: Int, _ output: ResultOutput
  ) -> Bool {
    var value = Value.null
    do throws(Fault) { value = try outcome.get() } catch { failures.append((index, page.elements[0].label, error)) }
    guard !isBroken else { return false }
    do throws(Fault) { try take((value, bytes, page), at: index, output) } catch {
      isBroken = true
      failures.append((index, page.elements[0].label, error))
    }
    return failures.isEmpty
  }

  private mutating func take(
    _ ready: (value: Value, bytes: [UInt8], page: ElementPage), at index: Int, _ output: ResultOutput
  ) throws(Fault) {
    guard index == results.count else { return waiting[index] = ready }
    try append(ready, output)
    while !waiting.isEmpty, let ready = waiting.removeValue(forKey: results.count) { try append(ready, output) }
  }

  private mutating func append(
    _ ready: (value: Value, bytes: [UInt8], page: ElementPage), _ output: ResultOutput
  ) throws(Fault) {
    try results.append(ready.value, ready.page, 0)
    if !ready.bytes.isEmpty { try output.put(ready.bytes) }
  }

  /// The failure of the first failed element, with lines that name the other failed elements; nil if no element failed.
  var fault: Fault? {
    let inOrder = failures.sorted { $0.index < $1.index }
    guard let first = inOrder.first else { return nil }
    let others = Dictionary(grouping: inOrder.dropFirst().filter { $0.fault.kind != .interrupted }, by: \.fault.kind)
    return others.sorted { $0.key.word < $1.key.word }.reduce(first.fault) { fault, kind in
      let labels = kind.value.prefix(Self.named).map(\.label).joined(separator: ", ")
      let isAll = kind.value.count <= Self.named
      let count = kind.value.count
      let errors = count == 1 ? "1 more error" : "\(count) more errors"
      let elements = count == 1 ? "the element" : "the elements"
      return fault.within("\(errors) of the kind \(kind.key), at \(elements) \(labels)\(isAll ? "" : ", ...")")
    }
  }

  /// The maximum number of elements that the error names for each kind of failure.
  private static let named = 64
}
