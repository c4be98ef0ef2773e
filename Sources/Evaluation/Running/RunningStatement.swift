import Bulk
import JSONText
import Language
import Redaction
import Synchronization
import Values

/// A running statement of the top level, with its counts of changes and its progress.
struct RunningStatement: Sendable {
  let prepared: Interpreter.PreparedStatement
  let account: StatementConsentsAndOutcomes
  private let session: Session
  private let begin = ContinuousClock.now
  /// Whether an earlier statement of the same script ran to its end, but some of its changes failed.
  private let hadPartialFailure: Bool

  /// Begins a statement: the session and its progress now refer to this statement.
  init(_ prepared: Interpreter.PreparedStatement, _ session: Session) {
    self.prepared = prepared
    self.session = session
    let account = StatementConsentsAndOutcomes(session.account, changesData: prepared.changesData)
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

  /// Waits for late replies to the changes of commands in loops and defs, and shows the counts of these changes.
  ///
  /// A stage such as `| create` itself waits for the late replies to its changes. The function returns `fault`. If
  /// `fault` is nil and Ctrl-C ends the wait, it returns an `interrupted` error.
  func settled(_ fault: Fault?) async -> Fault? {
    let hasWaited = await account.settled { count, limit in
      let labels = account.tallies.filter { $0.tally.unknown > 0 }.map(\.label).joined(separator: ", ")
      session.note(lateReplies: count, limit, labels)
    }
    let end = fault ?? (hasWaited && Task.isCancelled ? Fault(.interrupted, "interrupted") : nil)
    noteCounts(end)
    return end
  }

  /// Shows the counts of the changes that commands in loops and defs sent.
  ///
  /// With `--summary json`, the function shows the counts as JSON. Otherwise it shows text, but only if late replies
  /// changed the counts and there is no error. An error already contains the counts.
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

  /// Adds the statement to the report of the run, which `--report` writes.
  func report(_ fault: Fault?) {
    let isPartial = session.state.withLock { state in
      defer { state.hasPartialFailure = state.hasPartialFailure || hadPartialFailure }
      return state.hasPartialFailure
    }
    session.options.report?.add(
      statement: prepared.range, in: prepared.source, account, since: begin, fault, isPartial: isPartial)
  }

  /// Ends the statement's progress, and shows the notes about the whole statement.
  ///
  /// These are notes about repeated events, about replies without a request, and about queues that have lost their
  /// consumers.
  func end() {
    session.progress.end()
    for text in account.takeRepeatedEvents() { session.note(text) }
    session.noteStrangeReplies()
    session.noteLostConsumers()
  }
}

extension SourceText {
  /// Returns the beginning of a statement's first line without secrets, as the name of the statement.
  fileprivate func heading(_ range: SourceRange) -> String {
    let line = text(range).prefix { !$0.isNewline }.prefix(200)
    let shown = Secrets.hidden(in: String(line)).unicodeScalars
    return shown.count > 30 ? String(shown.prefix(27)) + "..." : String(shown)
  }
}
