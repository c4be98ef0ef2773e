import Bulk
import JSONText
import Values

// The summary of a bulk change, and the notes at its end.
extension BulkRun {
  /// Whether the statement ended before it processed all its elements.
  func endedEarly(_ report: StatementReport) -> Bool {
    report.stop != nil || report.isCut || Task.isCancelled
  }

  /// Returns the number of elements that the statement did not process; nil if the number of all elements is unknown.
  func notSent(_ report: StatementReport) -> Int? {
    guard endedEarly(report) else { return 0 }
    return plan.source.total.map { max(0, $0 - report.tally.count) }
  }

  /// Returns the counts of outcomes as text, with the number of elements that the statement did not process:
  /// `23 ok, 1 failed, 351 not sent`.
  private func summaryText(_ report: StatementReport) -> String {
    guard let count = notSent(report), count > 0 else { return report.tally.text }
    return "\(report.tally.text), \(count) not sent"
  }

  /// Returns the error that ends the statement.
  ///
  /// If the statement sent changes, the result has a line with the counts of their outcomes, and the exit status 5.
  func ended(_ fault: Fault, _ report: StatementReport) -> Fault {
    let tally = report.tally
    if plan.isDry { return fault.within("\(plan.label): dry run, \(wouldBeSent(tally))") }
    return tally.hasSent ? fault.within("\(plan.label): \(summaryText(report))").ending(5) : fault
  }

  func noteSummary(_ report: StatementReport) {
    let (tally, options) = (report.tally, run.session.options)
    if plan.isDry { return run.session.note("\(plan.label): dry run, \(wouldBeSent(tally))") }
    if options.isOffline { return run.session.note("\(plan.label): shown, not sent") }
    if options.summarizesAsJSON { return }
    run.session.note("\(plan.label): \(summaryText(report))")
    if options.showsSpeed, let speed = report.speed { run.session.note("\(plan.label): \(speed)") }
  }

  /// Shows a note about failed changes that may have been carried out, and that the journal records as unknown.
  func noteUncertain(_ tally: OutcomeTally) {
    guard plan.guards.journal != nil, tally.uncertain > 0 else { return }
    let (changes, them) = tally.uncertain == 1 ? ("change", "it") : ("changes", "them")
    run.session.note(
      "\(plan.label): \(tally.uncertain) failed \(changes) may have been carried out: the journal records \(them) as "
        + "unknown, and the next run looks \(them) up")
  }

  /// Shows a note about resources that were already in the backup file, and that the run did not store again.
  func notePresentInBackup() {
    guard let backup = plan.guards.backup, case let count = backup.presentCount, count > 0 else { return }
    run.session.note(
      "\(plan.label): \(count) \(count == 1 ? "resource was" : "resources were") already in the backup \(backup.path), "
        + "which keeps the first stored version of each resource")
  }

  /// Shows notes about changes that the statement could not look up, and about created resources that no lookup found.
  ///
  /// Each note contains the number of changes and the reason.
  func noteNotLookedUp(_ report: StatementReport) {
    if report.unfound > 0 {
      let (resources, them) = report.unfound == 1 ? ("created resource", "it") : ("created resources", "them")
      run.session.note(
        "\(plan.label): could not verify \(report.unfound) \(resources), because no lookup by key found \(them); "
          + "the service may ignore a filter by the key, or a filter can't contain the key")
    }
    var reasons = plan.guards.resolver?.failures.notes ?? []
    if report.unkept > 0 {
      let limit = VerificationScope.limit
      reasons.append(
        "\(report.unkept) \(report.unkept == 1 ? "change was" : "changes were") not looked up, because a statement "
          + "looks up at most \(limit) unknown changes at its end")
    }
    for reason in reasons {
      let next =
        plan.guards.journal == nil
        ? "check these changes before you send them again; with failed: \"FILE\", a file stores the elements of these "
          + "changes"
        : "run the same statement with the same journal to look up these changes"
      run.session.note("\(plan.label): \(reason): \(next)")
    }
  }
}
