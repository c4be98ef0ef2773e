import Bulk
import Language
import Redaction
import Synchronization
import Values

/// A statement of the top level while it runs, with its own counts of changes and its own progress.
struct RunningStatement: Sendable {
  let prepared: Interpreter.PreparedStatement
  let account: StatementAccount
  private let session: Session
  private let begin = ContinuousClock.now
  /// Whether an earlier statement of the text ended although some of its changes failed.
  private let hadPartialFailure: Bool

  /// Begins a statement.
  init(_ prepared: Interpreter.PreparedStatement, _ session: Session) {
    self.prepared = prepared
    self.session = session
    let account = StatementAccount(session.account, changesData: prepared.changesData)
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

  /// Adds the statement to the report of the run.
  func report(_ fault: Fault?) {
    let isPartial = session.state.withLock { state in
      defer { state.hasPartialFailure = state.hasPartialFailure || hadPartialFailure }
      return state.hasPartialFailure
    }
    session.options.report?.add(
      statement: prepared.range, in: prepared.source, account, since: begin, fault, isPartial: isPartial)
  }

  /// Ends its progress, and shows a note on each queue that has lost its consumer.
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
