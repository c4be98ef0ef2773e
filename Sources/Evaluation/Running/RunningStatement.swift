import Bulk
import JSONText
import Language
import Redaction
import Synchronization
import Values

/// A statement of the top level while it runs, with its own counts of changes and its own progress.
struct RunningStatement: Sendable {
  let prepared: Interpreter.PreparedStatement
  let account: StatementSafeguards
  private let session: Session
  private let begin = ContinuousClock.now
  /// Whether an earlier statement of the text ended although some of its changes failed.
  private let hadPartialFailure: Bool

  /// Begins a statement.
  init(_ prepared: Interpreter.PreparedStatement, _ session: Session) {
    self.prepared = prepared
    self.session = session
    let account = StatementSafeguards(session.account, changesData: prepared.changesData)
    self.account = account
    hadPartialFailure = session.state.withLock { state in
      defer { state.hasPartialFailure = false }
      state.statement = account
      return state.hasPartialFailure
    }
    session.output.setImmediate(prepared.changesData)
    session.unfinished.begin()
    session.progress.begin(account) { prepared.source.heading(prepared.range) }
  }

  /// Waits for late replies to the changes of the statement's commands, and shows the counts of these changes; returns
  /// the statement's error, which is an interruption if the wait was interrupted.
  func settled(_ fault: Fault?) async -> Fault? {
    let hasWaited = await account.settled { count, limit in
      let labels = account.tallies.filter { $0.tally.unknown > 0 }.map(\.label).joined(separator: ", ")
      session.note(lateReplies: count, limit, labels)
    }
    let end = fault ?? (hasWaited && Task.isCancelled ? Fault(.interrupted, "interrupted") : nil)
    noteCounts(end)
    return end
  }

  /// Shows the counts of the changes of the statement's commands: as JSON, or as text if late replies changed the
  /// counts and no error shows the counts.
  private func noteCounts(_ fault: Fault?) {
    guard !session.options.isOffline else { return }
    for (label, tally) in account.tallies {
      if session.options.summarizesAsJSON {
        session.show(json: .object(tally.json(label)))
      } else if tally.settled > 0, fault == nil {
        session.note("\(label): \(tally.text)")
      }
    }
  }

  /// Adds the statement to the report of the run.
  func report(_ fault: Fault?) {
    let isPartial = session.state.withLock { state in
      defer { state.hasPartialFailure = state.hasPartialFailure || hadPartialFailure }
      return state.hasPartialFailure
    }
    session.options.report?.add(
      statement: prepared.range, in: prepared.source, account, since: begin, fault, isPartial: isPartial)
  }

  /// Ends the statement's progress, and shows a note on each queue that has lost its consumer.
  func end() {
    session.progress.end()
    session.noteLostConsumers()
  }
}

extension SourceText {
  /// Returns the beginning of a statement's first line, without secrets.
  fileprivate func heading(_ range: SourceRange) -> String {
    let line = text(range).prefix { !$0.isNewline }.prefix(200)
    let shown = Secrets.hidden(in: String(line)).unicodeScalars
    return shown.count > 30 ? String(shown.prefix(27)) + "..." : String(shown)
  }
}
