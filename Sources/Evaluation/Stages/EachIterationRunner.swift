import Bulk
import Formats
import Language
import Synchronization
import Values

/// Runs the iterations of the stage `each`; at most `limit` of them run concurrently.
///
/// The results have the order of the elements. After the first failure, no new iteration starts.
struct EachIterationRunner: Sendable {
  let step: CompiledStatement
  let limit: Int
  let keepsFlow: Bool
  var journal: EachJournal?
  /// The source ranges of the commands and stages that can be the last action of an iteration.
  var lastCommands: [SourceRange] = []
  /// The command of the block, if the block is one command that only sends a change; otherwise nil.
  var request: SyncEvaluatedChangeCommand?

  func run(_ frame: ExecutionFrame, _ stream: inout ElementStream) async throws(Fault) -> IterationReturnValues {
    if limit > 1, journal == nil, let request, let iterations = SingleChangeEachRunner(request, limit: limit, frame) {
      return try await iterations.run(&stream, keepsFlow: keepsFlow)
    }
    if limit > 1 { return try await windowed(frame, &stream) }
    return try await withTaskExecutorPreference(frame.run.session.linkExecutor) { () async throws(Fault) in
      var results = IterationReturnValues(keepsFlow: keepsFlow)
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
      throw error.within(eachElement: page.elements[index])
    }
  }

  /// Runs an iteration, and records its end in the journal file.
  ///
  /// If the journal says to skip the iteration, the function returns null instead.
  ///
  /// The first Ctrl-C does not interrupt the iteration, because an interruption could leave some of its changes undone.
  /// The outcome of the iteration would then be unknown.
  private func recorded(_ frame: inout ExecutionFrame, _ journal: EachJournal) async throws(Fault) -> Value {
    let identity = try await journal.identity(&frame)
    let decision = try await journal.begin(identity) { Fault(.file, $0.message, nextStep: $0.nextStep) }
    guard decision == .run else { return .null }
    let changes = JournalingChangeRecorder(journal.journal, identity, outer: frame.run.iteration)
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

  private func windowed(_ frame: ExecutionFrame, _ stream: inout ElementStream) async throws(Fault)
    -> IterationReturnValues
  {
    let results = Mutex(OrderedIterationResults(keepsFlow: keepsFlow))
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
      return results.withLock { $0.take(outcome, bytes, of: item, 0, at: index, output) }
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
struct IterationReturnValues: Sendable {
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
    // This is the first value that is not null. If no stage follows, the nulls before it were only counted. Add them.
    if isFirst { for _ in 0..<count { try buffer.append(.null) } }
    try buffer.append(value, names: keepsFlow && !page.names.isEmpty ? page.names[index] : [])
  }
}

extension Fault {
  /// Returns this error with a line that names the element of the `each`.
  func within(eachElement element: Value) -> Fault {
    within("in the stage `each`, at the element \(element.label)")
  }
}

extension ExecutionFrame {
  /// Returns a copy of this frame with another output.
  fileprivate func printing(to output: ResultOutput) -> ExecutionFrame {
    var frame = self
    (frame.run.output, frame.run.shown, frame.run.isPaged) = (output, nil, false)
    return frame
  }
}
