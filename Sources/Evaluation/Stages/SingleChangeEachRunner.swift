import Bulk
import Client
import Language
import Synchronization
import Values

/// Runs the iterations of an `each` whose block is one command that sends a change.
///
/// The dispatcher sends the changes without a Swift task for each of them. The results, the errors and the counts are
/// the same as those of ``EachIterationRunner``.
struct SingleChangeEachRunner {
  private let request: SyncEvaluatedChangeCommand
  private let limit: Int
  private let frame: ExecutionFrame
  private let client: ClientValue
  private let carrier: CallbackClientCarrier
  /// The change that all iterations send; nil if the change depends on the element.
  private let constant: PreparedChange?

  /// Prepares the iterations; returns nil if each iteration needs a Swift task.
  ///
  /// Iterations need tasks in a dry run, after a change that was dry, inside an iteration that writes a journal, and on a connection without a
  /// broker.
  init?(_ request: SyncEvaluatedChangeCommand, limit: Int, _ frame: ExecutionFrame) {
    let isDry = frame.run.session.options.isDryRun || frame.run.session.dryRun.hasChanges
    guard !isDry, frame.run.iteration == nil, let client = request.client(frame),
      let carrier = CallbackClientCarrier(ifPosting: client.client)
    else { return nil }
    (self.request, self.limit, self.frame, self.client, self.carrier) = (request, limit, frame, client, carrier)
    var first = frame
    constant = request.isConstant ? try? request.change(&first).encodedOnce() : nil
  }

  /// One iteration: its change, and the place of its element on a page.
  private final class SingleChangeIteration: PlannedElement {
    let prepared: Result<PreparedChange, Fault>
    let page: ElementPage
    let place: Int

    init(_ prepared: Result<PreparedChange, Fault>, _ page: ElementPage, _ place: Int) {
      (self.prepared, self.page, self.place) = (prepared, page, place)
    }

    var planned: Result<Change, UnsentReason> {
      switch prepared {
      case .success(let prepared): .success(prepared.change)
      case .failure(let fault): .failure(.element(fault))
      }
    }
  }

  /// The results of the iterations so far.
  private struct IterationResultsSoFar: Sendable {
    var results: OrderedIterationResults
    /// The failed changes, whose errors the run explains at the end.
    var failures: [(index: Int, iteration: SingleChangeIteration, outcome: Outcome)] = []
    /// The number of elements so far.
    var count = 0
    /// Whether the run has read all elements.
    var isAtEnd = false
  }

  /// Sends the changes of the iterations, and returns their values.
  func run(_ stream: inout ElementStream, keepsFlow: Bool) async throws(Fault) -> IterationReturnValues {
    let outcomes = Mutex(IterationResultsSoFar(results: OrderedIterationResults(keepsFlow: keepsFlow)))
    var guards = StatementSafeguards()
    if client.connection.protection == .readOnly { guards.readOnly = client.connection.label }
    // The statement itself waits for late replies to these changes: see `StatementConsentsAndOutcomes.add`.
    let dispatcher = ChangeDispatcher(frame.run.statement, carrier, lateReplies: nil, guards: guards)
    let policy = SendingPolicy(window: limit, continuesOnError: false)
    let report = await dispatcher.run(StatementReport(), policy, consent: nil) {
      guard outcomes.withLock({ $0.results.canTake }) else { return nil }
      let page = try await stream.page()
      outcomes.withLock { outcomes in
        outcomes.count += page?.elements.count ?? 0
        outcomes.isAtEnd = page == nil
      }
      return page.map(iterations)
    } observe: { [self] index, element, outcome in
      guard let iteration = element as? SingleChangeIteration else { return }
      record(outcome, of: iteration, at: index, outcomes)
    }
    return try await ended(outcomes.withLock { $0 }, report)
  }

  /// Returns the iterations of a page's elements.
  private func iterations(_ page: ElementPage) -> [SingleChangeIteration] {
    page.elements.indices.map { place in
      let prepared = change(page, place)
      if case .success(let prepared) = prepared { announce(prepared) }
      return SingleChangeIteration(prepared, page, place)
    }
  }

  private func change(_ page: ElementPage, _ place: Int) -> Result<PreparedChange, Fault> {
    if let constant { return .success(constant) }
    var frame = frame
    frame.take(page, place)
    do throws(Fault) { return .success(try request.change(&frame)) } catch { return .failure(error) }
  }

  /// Shows the notes that precede a change, and watches the consumers of the queue if the change is a `create`.
  private func announce(_ prepared: PreparedChange) {
    let session = frame.run.session
    session.note(notSentOf: prepared)
    if prepared.change.verb == .create { session.consumers.begin(prepared.client) }
  }

  /// Records the outcome of an iteration; the function runs on the connection's thread.
  private func record(
    _ outcome: Outcome, of iteration: SingleChangeIteration, at index: Int,
    _ outcomes: borrowing Mutex<IterationResultsSoFar>
  ) {
    // A dropped change was never sent, because of an earlier failure or a Ctrl-C. Its iteration has not started.
    guard !outcome.isDropped else { return }
    if case .success(let prepared) = iteration.prepared {
      frame.run.statement.add(
        outcome, of: prepared.change, prepared.arguments.name, prepared.client.name,
        frame.run.session.host.lateReplies)
    }
    guard case .done(let reply) = outcome, case .success(let prepared) = iteration.prepared else {
      return outcomes.withLock { $0.failures.append((index, iteration, outcome)) }
    }
    let value = prepared.value(of: reply, frame.run.session)
    outcomes.withLock { outcomes in
      _ = outcomes.results.take(.success(value), of: iteration.page, iteration.place, at: index, frame.run.output)
    }
  }

  /// Returns the values of all iterations, or throws the first error.
  private func ended(_ outcomes: consuming IterationResultsSoFar, _ report: StatementReport) async throws(Fault)
    -> IterationReturnValues
  {
    let first = outcomes.failures.lazy.map(\.index).min()
    for (index, iteration, outcome) in outcomes.failures {
      // The error of the statement explains only the first failure, and names the other failures.
      let fault = await fault(of: outcome, iteration, isExplained: index == first)
      _ = outcomes.results.take(.failure(fault), of: iteration.page, iteration.place, at: index, frame.run.output)
    }
    if let refused = report.stop as? ChangeRefusedBeforeSendingError,
      let iteration = refused.element as? SingleChangeIteration
    {
      if let fault = outcomes.results.fault { throw fault }
      throw await fault(of: .refused(refused.refusal), iteration, isExplained: true)
    }
    if let fault = outcomes.results.fault ?? (report.stop as? Fault) { throw fault }
    // After a Ctrl-C, the dispatcher sends no further change and returns no error.
    guard outcomes.isAtEnd, outcomes.results.results.count == outcomes.count else {
      throw Fault(.interrupted, "interrupted")
    }
    return outcomes.results.results
  }

  /// Returns the error of an iteration whose change failed.
  private func fault(of outcome: Outcome, _ iteration: SingleChangeIteration, isExplained: Bool) async -> Fault {
    let fault: Fault
    switch iteration.prepared {
    case .failure(let error): fault = error
    case .success(let prepared): fault = await frame.run.fault(of: outcome, prepared, isExplained: isExplained)
    }
    return fault.placed(at: request.range, in: frame.run.source).within(
      eachElement: iteration.page.elements[iteration.place])
  }
}
