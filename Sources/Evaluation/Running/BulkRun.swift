import Bulk
import Client
import JSONAPI
import JSONText
import Language
import Synchronization
import Values

/// Runs a bulk change: sends the changes of a plan with the dispatcher, and reports their outcomes.
struct BulkRun {
  let plan: BulkPlan
  let run: StatementContext
  private let failures = BulkFailures()
  private let flow: ChangeResultCollector

  init(_ plan: BulkPlan, _ run: StatementContext) {
    self.plan = plan
    self.run = run
    flow = ChangeResultCollector(keyField: plan.keyField)
  }

  /// Carries out the plan, and returns the number of changes that succeeded.
  func value() async throws(Fault) -> Value {
    .number(JSONNumber(try await carriedOut(keepsFlow: false).tally.ok))
  }

  /// Returns the summary of the changes: a record with their counts, and with the list `failures`.
  func summary(_ tally: OutcomeTally) -> Value {
    .record(Record(tally.counts.map { ($0.word, .number(JSONNumber($0.count))) } + [("failures", failures.value)]))
  }

  /// Carries out the plan.
  ///
  /// - Returns: The values for the next stage, in the order of their elements, and the counts of outcomes.
  /// - Throws: The first failure, if a failure ends the statement; an error of the plan's source; an `interrupted`
  ///   error after Ctrl-C.
  func carriedOut(keepsFlow: Bool) async throws(Fault) -> (flow: ElementStream, tally: OutcomeTally) {
    let journal = plan.guards.journal
    let lacksElements = run.journals?.lacksElements ?? false
    if let journal { run.session.beginJournaled(plan.label, journal) }
    let progress = BulkProgress(plan, run.session.account.control)
    let activity = plan.isDry ? nil : run.session.progress.add { progress.line }
    var report = await run.session.using(plan.carrier) { await sent(keepsFlow, progress) }
    let earlier = await lookedUpEarlier(report, progress)
    activity?.end()
    if !plan.isDry {
      let failure = report.tally.isGoodNow ? nil : "\(plan.label): \(report.tally.text)"
      run.session.options.report?.add(change: report.json(plan.label, notSent: notSent(report)), failure: failure)
    }
    var isHandedOver = false
    defer {
      if let journal, !isHandedOver {
        run.session.endJournaled(journal)
        journal.release()
      }
      plan.guards.backup?.release()
    }
    do throws(JournalError) { try await journal?.flush() } catch { report.stop = report.stop ?? error }
    defer { noteResuming(report, isComplete: earlier.left.isEmpty && earlier.missing.isEmpty) }
    let unwritten = plan.failedFile?.finish().map {
      $0.placed(at: plan.arguments.options["failed"]?.range ?? plan.arguments.range, in: plan.arguments.source)
    }
    let isCause = report.stop is FailedElementsWriter.WriteFailed
    if isCause { report.stop = unwritten }
    do throws(Fault) { try await end(report) } catch {
      throw unwritten.map { isCause ? error : error.within($0.message) } ?? error
    }
    if let unwritten { throw report.tally.isGoodNow ? unwritten : unwritten.ending(5) }
    if lacksElements {
      leaveFailures()
      run.journals?.recordUndoneChanges()
    }
    if keepsFlow { noteMissingElements(report.tally) }
    guard report.tally.isComplete, !report.isCut, earlier.left.isEmpty || plan.guards.unknown == .skip,
      earlier.missing.isEmpty
    else {
      run.journals?.recordUndoneChanges()
      return (flow.elements(), report.tally)
    }
    if let journal, keepsFlow, let journals = run.journals {
      journals.add(plan.label, journal, plan.arguments)
      isHandedOver = true
    } else {
      try await run.complete(journal, plan.arguments, plan.label)
    }
    return (flow.elements(), report.tally)
  }

  /// Looks up the changes of earlier runs that have an unknown outcome, and for which this run has no elements.
  private func lookedUpEarlier(
    _ report: StatementReport, _ progress: BulkProgress
  ) async -> JournalOnlyChangeLookupResult {
    guard let journal = plan.guards.journal, !endedEarly(report) else {
      return JournalOnlyChangeLookupResult()
    }
    var earlier = await plan.guards.lookUpEarlier(noteCount: plan.policy.noteLookups) {
      progress.record(lookups: $0, of: $1)
    }
    let session = run.session
    if earlier.found > 0 {
      let changes =
        earlier.found == 1
        ? "1 unknown change of an earlier run was" : "\(earlier.found) unknown changes of an earlier run were"
      session.note("\(journal.path): a lookup shows that \(changes) carried out")
    }
    earlier.missing = journal.unseenRequired
    if !earlier.missing.isEmpty {
      session.note(missing: earlier.missing, in: journal)
      leaveFailures()
    }
    guard !earlier.left.isEmpty else { return earlier }
    session.note(unknown: earlier.left, in: journal)
    if plan.guards.unknown != .skip { leaveFailures() }
    return earlier
  }

  /// Shows a note if the next stage does not get the elements of all changes that earlier runs carried out.
  private func noteMissingElements(_ tally: OutcomeTally) {
    guard let journal = plan.guards.journal else { return }
    let missing = journal.unseenDoneCount + tally.doneOtherwise
    guard missing > 0 else { return }
    run.journals?.recordMissingElements()
    run.session.note(
      "\(plan.label): the later stages do not get \(missing) \(missing == 1 ? "element" : "elements") whose changes "
        + "\(journal.path) records as done; to resume all stages, write the elements to a file first, and read the file"
    )
  }

  /// Sends the changes of the plan's source, one portion after another.
  ///
  /// If the source throws an error, the report contains the error as `stop`.
  private func sent(_ keepsFlow: Bool, _ progress: BulkProgress) async -> StatementReport {
    let dispatcher = run.session.dispatcher(
      run, plan.client, isDry: plan.isDry, guards: plan.guards,
      carrier: plan.carrier ?? CallbackClientCarrier(ifPosting: plan.client.client))
    let (source, session, failed, failures, flow) = (plan.source, run.session, plan.failedFile, failures, flow)
    let failedElements = source.failedElements
    var policy = plan.policy
    policy.follow = progress.follow
    policy.observesOmittedReplies = keepsFlow || failed != nil || plan.guards.journal != nil
    policy.noteLookedUp = progress.record(lookups:of:)
    var (report, samples) = (StatementReport(), 0)
    report.tally = OutcomeTally(countsUpserts: plan.countsUpserts)
    if plan.arguments.name == "create", !plan.isDry { session.consumers.begin(plan.client) }
    do throws(Fault) {
      while !Task.isCancelled, report.stop == nil, !report.isCut, try await source.begin() {
        report = await dispatcher.run(report, policy, consent: plan.consent) {
          try flow.check()
          try failed?.check()
          let page = try await source.next()
          try checkJournal(page ?? [])
          progress.record(total: source.total)
          samples = note(page ?? [], samples)
          return page
        } observe: { index, planned, outcome in
          guard let planned = planned as? BulkElement else { return }
          failures.take(planned, outcome, at: index)
          failed?.take(planned, outcome, at: index)
          if !outcome.isGood { failedElements?.add(planned.element) }
          flow.take(planned, outcome, at: index, keepsFlow: keepsFlow, session)
        }
      }
      if !report.isCut, report.stop == nil { try flow.check() }
      if report.isCut, report.unsent == 0, report.tally.isGoodNow, report.stop == nil, !Task.isCancelled {
        // A failure ended the statement early. Then retries or lookups found that every sent change succeeded. The
        // statement is incomplete only if its source has more elements.
        report.isCut = try await source.hasMore()
      }
    } catch { report.stop = error }
    return report
  }

  /// Throws an error if the statement has a journal, and elements that were read from a file of failed elements.
  ///
  /// The file changes with each run. So the next run would not find the elements that the journal names.
  private func checkJournal(_ elements: [BulkElement]) throws(Fault) {
    guard plan.guards.journal != nil, elements.contains(where: { FailedElementsFile.isRepeated($0.source) }),
      let argument = plan.arguments.options["journal"]
    else { return }
    throw Fault(
      .value, "a statement that reads a file of failed elements can't have a journal, because this file changes",
      at: [MarkedSourceRange(argument.range)], in: plan.arguments.source,
      nextStep: "copy the elements to another file first: read \"bad.ndjson\" | where .error.kind != \"unknown\" "
        + "| map .source | write \"again.ndjson\"; then read this file")
  }

  /// Shows notes about the relationships that are missing in `create` requests, and shows the first changes of a dry
  /// run.
  ///
  /// In a dry run, `samples` is the number of earlier changes. The function returns `samples` plus the number of
  /// changes in `elements`.
  private func note(_ elements: [BulkElement], _ samples: Int) -> Int {
    elements.reduce(samples) { samples, element in
      guard element.found == nil, case .success(let prepared) = element.prepared else { return samples }
      run.session.note(notSentOf: prepared)
      return plan.isDry ? run.session.note(dry: prepared, sample: samples) : samples
    }
  }

  /// Shows a note that says how to resume a statement whose journal file is incomplete.
  private func noteResuming(_ report: StatementReport, isComplete: Bool) {
    guard let journal = plan.guards.journal,
      !isComplete || !report.tally.isComplete || endedEarly(report)
    else { return }
    run.session.noteHowToResume(plan.label, journal)
    run.journals?.recordResumeNote()
  }

  /// Shows the summary of the changes.
  ///
  /// - Throws: The first failure, if a failure ends the statement.
  private func end(_ report: StatementReport) async throws(Fault) {
    let (tally, session) = (report.tally, run.session)
    defer {
      noteUncertain(tally)
      notePresentInBackup()
      noteNotLookedUp(report)
    }
    if session.options.summarizesAsJSON, !plan.isDry, !session.options.isOffline {
      session.show(json: report.json(plan.label, notSent: notSent(report)))
    }
    if Task.isCancelled {
      noteSummary(report)
      if plan.policy.continuesOnError { await showFailures(of: tally) }
      throw Fault(.interrupted, "interrupted")
    }
    if let stop = report.stop {
      if plan.policy.continuesOnError { await showFailures(of: tally) }
      throw ended(fault(of: stop, tally), report)
    }
    if !plan.notesSummary, let first = tally.groups.first, !plan.policy.continuesOnError {
      throw ended(await fault(of: first), report)
    }
    if plan.isDry { try checkMaxOfDryRun(report) }
    if plan.notesSummary || tally.count > tally.ok { noteSummary(report) }
    try await finish(report)
    if let note = plan.source.endNote { session.note("\(plan.label): \(note)") }
  }

  /// Returns the error of an element as a JSON object, for the file of `failed:` and the field `failures`.
  ///
  /// The kind is `unknown` if the change may have been carried out, and if another element has the same key. A
  /// repetition could then do the same change twice.
  static func error(_ planned: BulkElement, _ outcome: Outcome) -> JSONObject {
    let (kind, message): (String, String)
    switch outcome {
    case .refused(.element(let error)): (kind, message) = (error.kindWord, error.message)
    case .refused(let refusal):
      let fault = Fault(
        refusal,
        Arguments(
          name: "", range: SourceRange(0, 0), nameRange: SourceRange(0, 0), source: SourceText(name: "", text: "")))
      (kind, message) = (fault.kind.word, fault.message)
    default: (kind, message) = (outcome.error?.kind.rawValue ?? "", outcome.error?.message ?? "")
    }
    var object = JSONObject([("kind", .string(kind)), ("message", .string(message))])
    let isSafeAfterNack = outcome.error?.kind == .connection && planned.isHarmlessTwice
    let isRepetition =
      switch outcome {
      case .refused(.repeated): true
      case .refused(.element(let error as Fault)): error.isRepetition
      default: false
      }
    if isRepetition || outcome.isKnownToBeDone == nil && !isSafeAfterNack && kind != "unknown" {
      object["kind"] = .string("unknown")
      object["cause"] = .string(kind)
    }
    if let error = outcome.error {
      object["errors"] = .array(JSONArray(error.errors.map { .object($0.object) }))
      if let call = error.call { object["correlation-id"] = .string(call.correlationID) }
    }
    return object
  }

  private func finish(_ report: StatementReport) async throws(Fault) {
    let tally = report.tally
    if report.isCut, tally.isGoodNow {
      if !plan.notesSummary { noteSummary(report) }
      await showFailures(of: tally)  // these are the failed changes of earlier runs
      throw Fault(
        .unknown,
        "\(plan.label) stopped, because a change got no reply in time; the change was confirmed later, but the changes "
          + "after it were not sent",
        nextStep: "to send all changes even if one gets no reply: on-error: \"continue\""
      ).ending(5)
    }
    guard let first = tally.groups.first else { return }
    guard plan.policy.continuesOnError || tally.isGoodNow, tally.isGoodNow || tally.hasSent || tally.isHarmless else {
      if plan.policy.continuesOnError { await showFailures(of: tally, after: 1) }
      let fault = await shownFault(of: first)
      throw tally.hasSent && !plan.isDry ? fault.ending(5) : fault
    }
    leaveFailures()
    await showFailures(of: tally)
  }

  /// Records that some changes failed, although the statement continues.
  ///
  /// If no error follows, the run ends with exit status 5. In an `each` with a journal file, the current iteration does
  /// not count as done.
  private func leaveFailures() {
    run.session.state.withLock { $0.hasPartialFailure = true }
    run.iteration?.didLeaveFailures()
  }

  private func fault(of stop: any Error, _ tally: OutcomeTally) -> Fault {
    switch stop {
    case let fault as Fault: return fault
    case let error as JournalError: return plan.arguments.fault(of: error)
    case let halted as FailureLimitReached: return Fault(halted, plan, confirmedLater: tally.late)
    case let end as ServiceLoadThrottle.PatienceExhausted:
      return Fault(
        .limit,
        "\(plan.label) stopped, because the option throttle paused it for more than \(end.patience.text), the limit "
          + "patience; it paused because \(end.reason)",
        nextStep: "raise the limit patience:, or the limits in throttle:")
    case let refused as ChangeRefusedBeforeSendingError:
      let fault = Fault(refused.refusal, plan.arguments, isDry: plan.isDry)
      return (refused.element as? BulkElement).map { fault.within("at the element \($0.element.label)") } ?? fault
    default: return Fault(.value, "\(stop)")
    }
  }

  /// Returns the error of the first element in a group of similar failures, with the element's number.
  private func fault(of group: OutcomeTally.FailureGroup) async -> Fault {
    guard let planned = group.element as? BulkElement else { return Fault(.interrupted, "interrupted") }
    let fault: Fault
    switch planned.prepared {
    case .success(let prepared): fault = await run.fault(of: group.outcome, prepared)
    case .failure(let own): fault = own
    }
    return fault.within("at element \(group.index + 1): \(planned.element.label)")
  }

  /// Returns the error of the first element in a group of similar failures, with the number of further elements.
  private func shownFault(of group: OutcomeTally.FailureGroup) async -> Fault {
    let fault = await fault(of: group)
    return group.count > 1 ? fault.within("and \(group.count - 1) more like this one") : fault
  }

  /// Shows one error for each group of similar failures, except the first `first` groups.
  private func showFailures(of tally: OutcomeTally, after first: Int = 0) async {
    let session = run.session
    for group in tally.groups.dropFirst(first) { session.show(await shownFault(of: group)) }
    let untold = tally.failed + tally.unknown + tally.refused - tally.groups.reduce(0) { $0 + $1.count }
    if untold > 0 { session.note("and \(untold) more \(untold == 1 ? "failure" : "failures") of other kinds") }
  }
}

extension Fault {
  /// Creates the error of a statement whose failures reached the limit of `halt:`.
  ///
  /// A change counts as a failure if its reply does not arrive in time. `confirmedLater` is the number of such changes
  /// that succeeded, according to a late reply or a lookup. Because of them, the final count of failures can be lower
  /// than the limit.
  fileprivate convenience init(_ halted: FailureLimitReached, _ plan: BulkPlan, confirmedLater: Int) {
    let limit: String
    switch halted.halt {
    case .count(let count): limit = "\(count)"
    case .share(let share):
      let tenths = Int((share * 1000).rounded())
      limit = tenths % 10 == 0 ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
    }
    let later =
      switch confirmedLater {
      case 0: ""
      case 1: "; 1 change that counted as a failure was confirmed later by a late reply or a lookup"
      default: "; \(confirmedLater) changes that counted as failures were confirmed later by late replies or lookups"
      }
    self.init(
      .limit, "\(plan.label) stopped, because its failures reached the limit halt: \(limit)\(later)",
      nextStep: plan.failedFile == nil
        ? "correct the cause, or raise the limit (halt:); with failed: \"failed.ndjson\", a file stores the elements "
          + "that failed"
        : "correct the cause, or raise the limit (halt:); the file of the option failed: has the elements that failed"
    )
  }
}
