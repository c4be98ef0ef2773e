import Bulk
import Synchronization

/// The progress of an activity, such as a bulk change, which the program shows in one line.
struct ProgressLine: Sendable {
  /// The name of the activity: `destroy posts`; empty if the activity is the statement itself.
  var label = ""
  var done: Int
  /// The number of all elements; nil if unknown.
  var total: Int?
  /// The number of changes with each outcome, such as `ok` or `failed`.
  var counts: [(word: String, count: Int)] = []
  /// The average number of elements per second.
  var perSecond: Int
  /// The status of the carrier that sends a bulk change, such as the number of workers; nil if there is no status.
  var carrier: String?
  var p95: Duration?
  /// The number of ended lookups, and the number of all lookups; nil while the statement looks up no changes.
  ///
  /// During the lookups at the end of a statement, the line does not contain the speed of the changes.
  var lookups: (done: Int, total: Int)?
  /// The reason why the activity waits; nil if the activity does not wait.
  var reason: String?

  /// The width of the progress bar, in characters.
  private static let barWidth = 10

  /// Returns the line: `destroy posts  [====      ]  4210/10000 42 %  ok 4210  3105/s  ETA 2 s`.
  func text(hasBar: Bool) -> String {
    var parts = [label]
    if let total, total > 0 {
      let filled = min(Self.barWidth, done * Self.barWidth / total)
      let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: Self.barWidth - filled)
      if hasBar { parts.append("[\(bar)]") }
      parts.append("\(done)/\(total) \(min(100, done * 100 / total)) %")
    } else if lookups == nil {
      parts.append("\(done)")
    }
    parts += counts.filter { $0.count > 0 }.map { "\($0.word) \($0.count)" }
    if let lookups { parts.append("looked up \(lookups.done) of \(lookups.total)") } else { parts += speed }
    if let reason { parts.append("waiting: \(reason)") }
    return parts.joined(separator: "  ")
  }

  /// The speed of the elements, and the estimate of the remaining time.
  private var speed: [String] {
    var parts = ["\(perSecond)/s"]
    if let carrier { parts.append(carrier) }
    if let p95 { parts.append("p95 \(p95.short)") }
    if let total, total > done, perSecond > 0 {
      parts.append("ETA \(Duration.seconds((total - done) / perSecond + 1).short)")
    }
    return parts
  }
}

extension Duration {
  /// Returns the average number of elements per second, for `count` elements in this duration.
  func rate(of count: Int) -> Int { Int((Double(count) / max(0.001, self / .seconds(1))).rounded()) }
}

/// A counter of the elements that a statement has read from its outermost stream.
final class ReadElementCounter: Sendable {
  private let begin = ContinuousClock.now
  private let state: Mutex<(done: Int, total: Int?)>

  init(_ total: Int?) { state = Mutex((0, total)) }

  /// Adds to the number of read elements, and stores the total number as soon as it is known.
  func advance(by count: Int, _ total: Int?) {
    state.withLock { state in
      state.done += count
      state.total = state.total ?? total
    }
  }

  /// The progress as a line without a label.
  var line: ProgressLine {
    let (done, total) = state.withLock { $0 }
    return ProgressLine(done: done, total: total, perSecond: (.now - begin).rate(of: done))
  }
}

/// The progress of a bulk change.
final class BulkProgress: Sendable {
  private let label: String
  private let throttle: ServiceLoadThrottle?
  private let carrier: (any ChangeCarrier)?
  private let control: RemoteRunControl
  private let report = Mutex<(@Sendable () -> StatementReport)?>(nil)
  /// The number of all elements; nil while it is unknown.
  private let total: Mutex<Int?>
  private let lookups = Mutex<(done: Int, total: Int)?>(nil)

  init(_ plan: BulkPlan, _ control: RemoteRunControl) {
    (label, throttle) = (plan.label, plan.guards.throttle)
    total = Mutex(plan.source.total)
    (self.control, carrier) = (control, plan.carrier)
  }

  /// Sets the function that returns the current counts of the bulk change.
  func follow(_ report: @escaping @Sendable () -> StatementReport) { self.report.withLock { $0 = report } }

  /// Sets the number of all elements; does nothing if `total` is nil.
  func record(total: Int?) { if let total { self.total.withLock { $0 = total } } }

  /// Sets the number of ended lookups; if all lookups have ended, the line no longer shows lookups.
  func record(lookups done: Int, of total: Int) { lookups.withLock { $0 = done < total ? (done, total) : nil } }

  /// The progress as a line.
  var line: ProgressLine {
    let report = self.report.withLock { $0 }?() ?? StatementReport()
    return ProgressLine(
      label: label, done: report.tally.count, total: total.withLock { $0 }, counts: report.tally.counts,
      perSecond: report.rate(in: .now - report.begin), carrier: carrier?.status, p95: report.latencies.percentile(0.95),
      lookups: lookups.withLock { $0 }, reason: throttle?.reason ?? control.reason)
  }
}
