import Client
import Bulk
import JSONText
import Redaction
import Values

extension StatementReport {
  /// The speed of the changes: `12.4 s, 125/s, p50 12 ms, p95 40 ms`.
  ///
  /// The value is nil if the changes took less than ten seconds.
  var speed: String? {
    let time = duration
    guard time >= .seconds(10) else { return nil }
    let times = [("p50", 0.5), ("p95", 0.95)].compactMap { name, share in
      latencies.percentile(share).map { ", \(name) \($0.short)" }
    }
    return "\(time.short), \(rate(in: time))/s\(times.joined())"
  }

  /// Returns the average number of replies per second during the given time.
  func rate(in time: Duration) -> Int { time.rate(of: latencies.count) }

  /// Converts the report to JSON for other programs.
  ///
  /// - Parameters:
  ///   - label: The label of the statement, such as `create posts`.
  ///   - notSent: The number of elements that the statement did not process; nil if the number is unknown.
  /// - Returns: The counts, the times, and one entry for each kind of failure.
  func json(_ label: String, notSent: Int?) -> JSONValue {
    var object = tally.json(label)
    object["not-sent"] = notSent.map { .number(JSONNumber($0)) } ?? .null
    let time = duration
    object["milliseconds"] = .number(JSONNumber(time.milliseconds))
    object["rate"] = .number(JSONNumber(rate(in: time)))
    for (name, share) in [("p50-milliseconds", 0.5), ("p95-milliseconds", 0.95)] {
      object[name] = latencies.percentile(share).map { .number(JSONNumber($0.milliseconds)) } ?? .null
    }
    object["failures"] = .array(JSONArray(tally.groups.map(Self.json)))
    return .object(object)
  }

  private static func json(_ group: OutcomeTally.FailureGroup) -> JSONValue {
    var object = JSONObject([("count", .number(JSONNumber(group.count)))])
    guard let planned = group.element as? BulkElement else { return .object(object) }
    for (name, value) in BulkRun.error(planned, group.outcome) where name != "errors" { object[name] = value }
    object["message"] = object["message"]?.stringValue.map { .string(TerminalSafeText.shortened($0)) }
    object["element"] = .string(planned.element.label)
    if case .success(let change) = planned.planned {
      object["type"] = .string(change.target.type)
      object["id"] = change.id.map { .string($0) } ?? .null
    }
    return .object(object)
  }
}

extension FailedLookups {
  /// The reasons why changes could not be looked up, each with its count: `3 lookups got no reply`.
  var notes: [String] {
    var notes: [String] = []
    if unanswered > 0 { notes.append("\(unanswered) \(unanswered == 1 ? "lookup" : "lookups") got no reply") }
    if let firstError {
      notes.append(
        failed == 1
          ? "1 lookup failed (\(firstError.message))" : "\(failed) lookups failed (the first: \(firstError.message))")
    }
    if refused > 0 {
      notes.append(
        "\(refused) \(refused == 1 ? "change was" : "changes were") not looked up, because "
          + "\(UnknownChangeResolver.timeoutLimit) lookups in a row got no reply")
    }
    return notes
  }
}

extension OutcomeTally {
  /// Returns the counts as JSON for other programs, with the label of the statement, such as `create posts`.
  func json(_ label: String) -> JSONObject {
    let others = [("before", before), ("skipped", skipped), ("late", late)]
    return JSONObject(
      [("statement", .string(label))]
        + (counts.map { ($0.word, $0.count) } + others).map { ($0, .number(JSONNumber($1))) })
  }
}

extension Duration {
  /// This duration, rounded to whole milliseconds.
  var milliseconds: Int { Int((self / .milliseconds(1)).rounded()) }

  /// The rounded duration as a short text: `4 ms`, `1.2 s`, `3 min`.
  var short: String {
    let seconds = self / .seconds(1)
    if seconds < 1 { return "\(Int((seconds * 1000).rounded(.up))) ms" }
    if seconds >= 120 { return "\(Int((seconds / 60).rounded())) min" }
    let tenths = Int((seconds * 10).rounded())
    return tenths >= 100 || tenths % 10 == 0 ? "\((tenths + 5) / 10) s" : "\(tenths / 10).\(tenths % 10) s"
  }
}
