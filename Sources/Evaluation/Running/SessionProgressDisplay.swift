import Bulk
import Redaction
import Synchronization
import Values

/// Shows the progress of a session's statements: as a line at a terminal, otherwise as a note every ten seconds.
///
/// The progress of a statement consists of activities. An activity is a bulk change, or the reading of a stream. The
/// type shows the latest activity that takes longer than a second. If there is no activity, it shows the counts of the
/// changes that commands in loops and defs sent.
final class SessionProgressDisplay: Sendable {
  /// A function that returns the progress of an activity.
  typealias ProgressReader = @Sendable () -> ProgressLine

  /// An activity of the running statement, such as a bulk change.
  ///
  /// The activity ends when its owner calls ``end()``, or when Swift releases this object.
  final class ActivityHandle: Sendable {
    private let progress: SessionProgressDisplay
    private let number: Int

    fileprivate init(_ progress: SessionProgressDisplay, _ number: Int) {
      (self.progress, self.number) = (progress, number)
    }

    deinit { end() }

    /// Ends the activity.
    func end() { progress.end(number) }
  }

  /// The statement that the session is running, with its progress; `statement` is nil while no statement runs.
  ///
  /// For example, the user runs `stream posts | update posts {read: true}`. The progress then has two activities: the
  /// reading of the stream, and the bulk change. Each activity has a number, which is unique in the session.
  private struct CurrentStatement {
    var statement: StatementActivities?
    var nextNumber = 0
  }

  /// The progress of the running statement: its activities, and the task that shows them.
  private struct StatementActivities {
    var label: @Sendable () -> String
    var account: StatementConsentsAndOutcomes
    /// The number of the statement in the `RemoteRunControl` of the run.
    var number: Int
    var ticker: Task<Void, Never>
    let begin = ContinuousClock.now
    var nextNote: ContinuousClock.Instant
    var activities: [(number: Int, begin: ContinuousClock.Instant, reading: ProgressReader)] = []
    /// The number of the activity that counts the elements of the outermost stream; nil if no stream is counted.
    var source: Int?
    /// Whether another program, such as a pager, uses the terminal.
    var isHidden = false
  }

  private let control: RemoteRunControl
  private let isOn: Bool
  private let isQuiet: Bool
  /// A function that shows the progress line, or removes the line if its argument is nil.
  ///
  /// The function is nil if standard error is not a terminal.
  private let status: (@Sendable (String?) -> Void)?
  private let note: @Sendable (String) -> Void
  private let state = Mutex(CurrentStatement())
  /// Whether the progress counts a stream, and therefore ignores other streams.
  ///
  /// The value is also true while no statement runs.
  private let isCounting = Atomic(true)
  /// The minimum number of elements that the counted stream returns at a time.
  private let leastPiece = Atomic(1)
  /// The duration after which an activity becomes visible.
  private let least: Duration
  private let noteInterval: Duration

  /// Creates the progress for the statements of a session.
  init(
    _ options: Session.Options, _ host: Session.SessionCallbacks, _ control: RemoteRunControl,
    least: Duration = .seconds(1),
    noteInterval: Duration = .seconds(10)
  ) {
    (self.control, isOn, isQuiet, status) = (control, !options.isOffline, options.isQuiet, host.status)
    (self.least, self.noteInterval) = (least, noteInterval)
    note = { host.note(TerminalSafeText.message($0) + "\n") }
  }

  /// Begins the progress of an outermost statement.
  ///
  /// `label` returns the beginning of the statement's text.
  func begin(_ account: StatementConsentsAndOutcomes, label: @escaping @Sendable () -> String) {
    guard isOn else { return }
    let number = control.add { [self] in state.withLock { $0.statement.map { text(of: $0) } ?? label() } }
    let ticker = Task { [self] in
      var pause = least
      while (try? await Task.sleep(for: pause)) != nil {
        show()
        pause = .milliseconds(250)
      }
    }
    let statement = StatementActivities(
      label: label, account: account, number: number, ticker: ticker, nextNote: .now + noteInterval)
    state.withLock { $0.statement = statement }
    leastPiece.store(1, ordering: .relaxed)
    isCounting.store(false, ordering: .relaxed)
  }

  /// Makes the counted stream return at least `count` elements at a time.
  ///
  /// A stage that looks up its elements uses this function, so that it can look up `count` elements concurrently.
  func read(together count: Int) { leastPiece.max(count, ordering: .relaxed) }

  /// Ends the progress of the statement, and removes its line.
  func end() {
    isCounting.store(true, ordering: .relaxed)
    state.withLock { state in
      guard let statement = state.statement.take() else { return }
      statement.ticker.cancel()
      control.remove(statement.number)
      status?(nil)
    }
  }

  /// Hides the progress line until the end of the statement, because another program uses the terminal.
  func hide() {
    state.withLock { state in
      state.statement?.isHidden = true
      status?(nil)
    }
  }

  /// Adds an activity to the running statement; `reading` returns the progress of the activity.
  func add(_ reading: @escaping ProgressReader) -> ActivityHandle { state.withLock { add(reading, to: &$0) } }

  private func add(_ reading: @escaping ProgressReader, to state: inout CurrentStatement) -> ActivityHandle {
    state.nextNumber += 1
    state.statement?.activities.append((state.nextNumber, .now, reading))
    return ActivityHandle(self, state.nextNumber)
  }

  private func end(_ number: Int) {
    state.withLock { state in
      state.statement?.activities.removeAll { $0.number == number }
      guard state.statement?.source == number else { return }
      state.statement?.source = nil
      isCounting.store(false, ordering: .relaxed)
    }
  }

  /// Counts the elements of a stream for the progress; does nothing if the progress already counts another stream.
  ///
  /// - Parameters:
  ///   - stream: The stream.
  ///   - total: The number of the stream's elements; nil if the number is unknown before the first element.
  /// - Returns: A stream of the same elements.
  func counting(_ stream: ElementStream, total: Int? = nil) -> ElementStream {
    guard !isCounting.load(ordering: .relaxed), !isCounting.exchange(true, ordering: .relaxed) else { return stream }
    let count = ReadElementCounter(total)
    let activity = state.withLock { state in
      let activity = add({ count.line }, to: &state)
      state.statement?.source = state.nextNumber
      return activity
    }
    return stream.counted(least: { self.leastPiece.load(ordering: .relaxed) }) { done, total in
      guard let done else { return activity.end() }
      count.advance(by: done, total)
    }
  }

  /// Shows the latest activity that takes longer than `least`.
  ///
  /// At a terminal, the function shows a line. Otherwise it shows a note at intervals.
  private func show() {
    control.makeReachable()
    state.withLock { state in
      guard !isQuiet, let statement = state.statement, !statement.isHidden else { return }
      let now = ContinuousClock.now
      let reading = statement.activities.last { now - $0.begin >= least }?.reading
      guard let line = line(of: statement, reading) else { return }
      if let status { return status(line.text(hasBar: true)) }
      guard statement.nextNote <= now else { return }
      state.statement?.nextNote = now + noteInterval
      note(line.text(hasBar: false))
    }
  }

  /// Returns the progress of a statement as text, which `retort ctl` shows.
  private func text(of statement: StatementActivities) -> String {
    line(of: statement, statement.activities.last?.reading)?.text(hasBar: false) ?? statement.label()
  }

  /// Returns the progress line of an activity, or of the changes that commands in loops and defs sent.
  ///
  /// Returns nil if there is neither an activity nor a change.
  private func line(of statement: StatementActivities, _ reading: ProgressReader?) -> ProgressLine? {
    if let line = reading?(), !line.label.isEmpty { return line }
    let counts = statement.account.counts
    let done = counts.reduce(0) { $0 + $1.count }
    guard reading != nil || done > 0 else { return nil }
    var line = reading?() ?? ProgressLine(done: done, perSecond: (.now - statement.begin).rate(of: done))
    (line.label, line.counts) = (statement.label(), counts)
    if statement.account.changesData { line.reason = control.reason }
    return line
  }
}
