import Bulk
import Synchronization

/// The progress of a bulk change: a line that is redrawn at a terminal, elsewhere a note every ten seconds.
final class Progress: Sendable {
  private struct State {
    var nextNote = ContinuousClock.now + Progress.interval
    var isEnded = false
  }

  /// What was said last, for `retort ctl`.
  private final class Status: Sendable {
    let text: Mutex<String>

    init(_ text: String) { self.text = Mutex(text) }
  }

  private let session: Session
  private let label: String
  private let total: Int?
  private let throttle: Throttle?
  private let carrier: (any Carrier)?
  private let state = Mutex(State())
  private let status: Status
  /// Its number in the control of the run.
  private let number: Int
  private static let interval = Duration.seconds(10)
  /// The number of cells of the bar.
  private static let barWidth = 10

  init(_ session: Session, _ label: String, total: Int?, throttle: Throttle?, carrier: (any Carrier)? = nil) {
    (self.session, self.label, self.total, self.throttle) = (session, label, total, throttle)
    self.carrier = carrier
    let status = Status(label)
    self.status = status
    number = session.account.control.add { status.text.withLock { $0 } }
    session.account.control.makeReachable()
  }

  /// Shows a report, but not in the first second.
  func show(_ report: Report) {
    let time = ContinuousClock.now - report.begin
    status.text.withLock { $0 = text(report, time, hasBar: false) }
    guard time > .seconds(1), !session.options.isQuiet else { return }
    state.withLock { state in
      guard !state.isEnded else { return }
      if let show = session.host.status { return show(text(report, time, hasBar: true)) }
      guard state.nextNote <= .now else { return }
      state.nextNote = .now + Self.interval
      session.note(text(report, time, hasBar: false))
    }
  }

  /// Removes the line.
  func end() {
    session.account.control.remove(number)
    state.withLock { state in
      if !state.isEnded { session.host.status?(nil) }
      state.isEnded = true
    }
  }

  private func text(_ report: Report, _ time: Duration, hasBar: Bool) -> String {
    let done = report.tally.count
    var parts = [label]
    if let total = total, total > 0 {
      let filled = min(Self.barWidth, done * Self.barWidth / total)
      let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: Self.barWidth - filled)
      if hasBar { parts.append("[\(bar)]") }
      parts.append("\(done)/\(total) \(min(100, done * 100 / total)) %")
    } else {
      parts.append("\(done)")
    }
    parts += report.tally.counts.filter { $0.count > 0 }.map { "\($0.word) \($0.count)" }
    let rate = report.rate(in: time)
    parts.append("\(rate)/s")
    if let status = carrier?.status { parts.append(status) }
    if let p95 = report.latencies.percentile(0.95) { parts.append("p95 \(p95.short)") }
    if let total = total, total > done, rate > 0 {
      parts.append("ETA \(Duration.seconds((total - done) / rate + 1).short)")
    }
    if let reason = throttle?.reason ?? session.account.control.reason { parts.append("waiting: \(reason)") }
    return parts.joined(separator: "  ")
  }
}

extension Session {
  /// The progress of a plan; nil if it sends nothing.
  func progress(of plan: BulkPlan) -> Progress? {
    guard !plan.isDry, !options.isOffline else { return nil }
    return Progress(self, plan.label, total: plan.source.total, throttle: plan.guards.throttle, carrier: plan.carrier)
  }
}
