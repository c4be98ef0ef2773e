import Bulk
import Redaction
import Synchronization

extension Session {
  /// Shows a note that says how to resume a statement whose journal file is incomplete.
  func noteHowToResume(_ label: String, _ journal: Journal) {
    guard let command = options.command else {
      return note("\(label): to resume, run the same statement with the same journal again")
    }
    if journal.header.isOfSample { return note("\(label): \(JournalHeader.noteOnSample)") }
    let complete = state.withLock(\.completedJournals)
    let secrets = ShellVariablesForSecrets.names(in: command)
    if !secrets.isEmpty {
      let names = secrets.joined(separator: ", ")
      note("\(label): the command below has variables in place of secrets; before you run the command, set \(names)")
    }
    guard !complete.isEmpty else {
      return show(command: "\(label): to resume, run the same statement with the same journal: \(command)")
    }
    let statements =
      complete.count == 1 ? "statement with the complete journal" : "statements with the complete journals"
    show(
      command: "\(label): to resume, remove from the script the \(statements) \(complete.joined(separator: ", ")), "
        + "then run: \(command)")
  }

  /// Records that a statement with a journal file has begun.
  func beginJournaled(_ label: String, _ journal: Journal) {
    state.withLock { $0.journaled.append((label, journal)) }
  }

  /// Records that a statement with a journal file has ended.
  func endJournaled(_ journal: Journal) {
    state.withLock { $0.journaled.removeAll { $0.journal === journal } }
  }

  /// Shows, for each running statement with a journal file, how to resume the statement.
  ///
  /// The program calls this function before it ends.
  public func noteHowToResume() {
    for (label, journal) in state.withLock(\.journaled) { noteHowToResume(label, journal) }
  }
}
