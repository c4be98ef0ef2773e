import Bulk
import Client
import Values

/// The summary of a dry run.
extension BulkRun {
  /// Throws an error if a real run would be refused because of the limit `max:`.
  func checkMaxOfDryRun(_ report: StatementReport) throws(Fault) {
    var request = DestroyConsentRequest(
      verb: plan.arguments.name, client: plan.client, max: try plan.arguments.integer(.max))
    request.count = report.tally.ok - report.tally.same
    do throws(Fault) { try request.checkMax(plan.arguments) } catch { throw ended(error, report) }
  }

  /// Returns a text that says how many changes a real run would send: `5 changes would be sent`.
  func wouldBeSent(_ tally: OutcomeTally) -> String {
    let count = tally.ok - tally.same
    let changes = count == 1 ? "1 change" : "\(count) changes"
    return "\(changes) would be sent\(plan.countsUpserts ? " (\(tally.text))" : "")\(estimate(count))"
  }

  /// Returns a text that estimates how long a number of changes would take; empty if there was no earlier request.
  ///
  /// The estimate assumes that each request takes as long as the client's last request.
  private func estimate(_ count: Int) -> String {
    guard let last = plan.client.client.activity.lastRoundTrip else { return "" }
    let turns = (count + plan.policy.window - 1) / plan.policy.window
    return
      ", in about \((last * turns).short) with \(plan.policy.window) in flight and \(last.short) for each request"
  }
}
