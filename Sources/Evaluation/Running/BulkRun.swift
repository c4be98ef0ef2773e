import Bulk
import Client
import JSONText
import Language
import Synchronization
import Values

/// Carries out a plan by the dispatcher, and words how it ended.
struct BulkRun {
  private let plan: BulkPlan
  private let run: Run

  init(_ plan: BulkPlan, _ run: Run) {
    self.plan = plan
    self.run = run
  }

  /// Carries it out; gives how many were carried out.
  func value() async throws(Fault) -> Value {
    .number(JSONNumber(try await carriedOut(keepsFlow: false).tally.ok))
  }

  /// What was gathered while changes were in flight.
  private struct Gathered {
    /// The values that flow on, with the places of their elements.
    var flow: [(index: Int, value: Value)] = []
    /// The elements that did not end well.
    var kept: [Value] = []
  }

  /// Carries it out.
  ///
  /// - Returns: The values that flow on, in the order of their elements, and how all ended.
  /// - Throws: the first failure, unless the plan goes on after failures; an error of the source; the interrupt.
  func carriedOut(keepsFlow: Bool) async throws(Fault) -> (flow: [Value], tally: Tally) {
    let gathered = Mutex(Gathered())
    let dispatcher = run.session.dispatcher(run.statement, plan.client)
    let (source, session) = (plan.source, run.session)
    var report = Report()
    do throws(Fault) {
      while !Task.isCancelled, report.stop == nil, !report.isCut, try await source.begin() {
        report = await dispatcher.run(report, plan.policy, consent: plan.consent) {
          let page = try await source.next()
          for case .success(let proposal) in page?.lazy.map(\.proposal) ?? [] { session.note(notSentOf: proposal) }
          return page
        } observe: { index, planned, outcome in
          guard let planned = planned as? BulkElement else { return }
          Self.gather(planned, outcome, index, keepsFlow, gathered, session)
        }
        source.keep(
          gathered.withLock { gathered in
            defer { gathered.kept = [] }
            return gathered.kept
          })
      }
    } catch { report.stop = error }
    try await end(report)
    let flow = gathered.withLock(\.flow).sorted { $0.index < $1.index }
    return (flow.map(\.value), report.tally)
  }

  private static func gather(
    _ planned: BulkElement, _ outcome: Outcome, _ index: Int, _ keepsFlow: Bool, _ gathered: borrowing Mutex<Gathered>,
    _ session: Session
  ) {
    if keepsFlow, case .done(let reply) = outcome, case .success(let proposal) = planned.proposal {
      let value = proposal.value(of: reply, session)
      gathered.withLock { $0.flow.append((index, value.isNull ? planned.element : value)) }
    } else if case .done(let reply) = outcome, case .success(let proposal) = planned.proposal {
      proposal.noteOther(reply, session)
    } else if !outcome.isGood {
      gathered.withLock { $0.kept.append(planned.element) }
    }
  }

  /// Says how it ended; a failure ends the statement unless it goes on after failures.
  private func end(_ report: Report) async throws(Fault) {
    let (tally, session) = (report.tally, run.session)
    if Task.isCancelled {
      session.note("\(plan.label): \(tally.text)")
      if plan.policy.continuesOnError { await showFailures(of: tally) }
      throw Fault(.interrupted, "interrupted")
    }
    if let stop = report.stop {
      if plan.policy.continuesOnError { await showFailures(of: tally) }
      throw ended(fault(of: stop), tally)
    }
    if !plan.notesSummary, let first = tally.groups.first, !plan.policy.continuesOnError {
      throw ended(await fault(of: first), tally)
    }
    if plan.notesSummary || tally.count > tally.ok { noteSummary(tally) }
    try await finish(report)
    if let note = plan.source.endNote { session.note("\(plan.label): \(note)") }
  }

  private func noteSummary(_ tally: Tally) {
    let isOffline = run.session.options.isOffline
    run.session.note(isOffline ? "\(plan.label): shown, and not sent" : "\(plan.label): \(tally.text)")
  }

  private func finish(_ report: Report) async throws(Fault) {
    let tally = report.tally
    guard let first = tally.groups.first else {
      guard report.isCut else { return }
      throw Fault(
        .unknown, "\(plan.label) stopped at a change without a reply, which came late: what follows was not sent",
        nextStep: "timeout: waits longer; on-error: \"continue\" goes on"
      ).ending(5)
    }
    guard plan.policy.continuesOnError, tally.hasSent || tally.isHarmless else {
      let fault = await fault(of: first)
      throw tally.hasSent ? fault.ending(5) : fault
    }
    run.session.state.withLock { $0.hasPartialFailure = true }
    await showFailures(of: tally)
  }

  /// An error that ends the statement, with what was done before it.
  private func ended(_ fault: Fault, _ tally: Tally) -> Fault {
    tally.hasSent ? fault.within("\(plan.label): \(tally.text)").ending(5) : fault
  }

  private func fault(of stop: any Error) -> Fault {
    switch stop {
    case let fault as Fault: return fault
    case let refused as Refused:
      let fault = Fault(refused.refusal, plan.arguments)
      return (refused.element as? BulkElement).map { fault.within("at \($0.element.label)") } ?? fault
    default: return Fault(.value, "\(stop)")
    }
  }

  /// The error of a group's first element, with its place.
  private func fault(of group: Tally.Group) async -> Fault {
    guard let planned = group.element as? BulkElement else { return Fault(.interrupted, "interrupted") }
    let fault: Fault
    switch planned.proposal {
    case .success(let proposal): fault = await run.fault(of: group.outcome, proposal)
    case .failure(let own): fault = own
    }
    return fault.within("at element \(group.index + 1), \(planned.element.label)")
  }

  /// Shows the failures that the statement has gone on after.
  private func showFailures(of tally: Tally) async {
    let session = run.session
    for group in tally.groups {
      let fault = await fault(of: group)
      session.show(group.count > 1 ? fault.within("and \(group.count - 1) more like it") : fault)
    }
    let untold = tally.failed + tally.unknown + tally.refused - tally.groups.reduce(0) { $0 + $1.count }
    if untold > 0 { session.note("and \(untold) more that failed in other ways") }
  }
}

extension Tally {
  /// The counts as a record.
  var value: Value { .record(Record(counts.map { ($0.word, .number(JSONNumber($0.count))) })) }
}
