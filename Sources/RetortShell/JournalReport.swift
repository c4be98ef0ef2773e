import Bulk
import Language
import Redaction

/// Runs `retort journal FILE`, which shows or changes a journal.
///
/// A journal is a file that records the changes of a bulk statement. `settle ID done` records that a change with an
/// unknown outcome was carried out. `settle ID again` records that the change may be sent again. `broker NAME` replaces
/// the name of the broker in the journal.
func journal(_ words: [String], _ console: Console) async -> Int32 {
  let usage = "retort journal FILE, or retort journal FILE settle ID done, or ... settle ID again, or ... broker NAME"
  guard let path = words.first, !path.hasPrefix("-"),
    words.count == 1 || words.count == 4 && words[1] == "settle"
      || words.count == 3 && words[1] == "broker"
  else {
    if console.showsUsage(usage, for: words) { return 0 }
    let (problem, step) = misuse(of: words, usage)
    console.note("error: retort journal \(problem)\n  = \(step)\n")
    return 2
  }
  do throws(JournalError) {
    if words.count == 4 { return try await settle(path, words[2], words[3], console) }
    if words.count == 3 { return try await rename(path, words[2], console) }
    _ = console.write(Array(JournalReport(try JournalSnapshot(path)).text.utf8))
    return 0
  } catch {
    let step = error.isForeign ? "give the file that the option journal: of the statement names" : error.nextStep
    console.note("error: \(TerminalSafeText.message(Secrets.hidden(in: error.message)))\n  = \(step)\n")
    return 2
  }
}

/// Returns the error in the arguments of `retort journal`, and the next step.
private func misuse(of words: [String], _ usage: String) -> (problem: String, step: String) {
  guard let path = words.first, !path.hasPrefix("-") else { return ("needs a file", usage) }
  let file = ShellWordQuoter.quoted(path)
  switch words.dropFirst().first {
  case "settle" where words.count < 3:
    return (
      "settle needs the id of a change, and the word done or the word again",
      "retort journal \(file) lists the unknown changes"
    )
  case "settle" where words.count == 3:
    let change = "retort journal \(file) settle \(ShellWordQuoter.quoted(words[2]))"
    return ("settle needs the word done or the word again after the id", "\(change) done, or \(change) again")
  case "broker" where words.count == 2: return ("broker needs a name", "retort journal \(file) broker NAME")
  default: return ("can't use the arguments after the file", usage)
  }
}

/// Records the outcome of a change in the journal: the service carried it out, or a run may send it again.
private func settle(_ path: String, _ id: String, _ word: String, _ console: Console) async throws(JournalError)
  -> Int32
{
  guard let outcome = ["done": "ok", "again": "again"][word] else {
    let command = "retort journal \(ShellWordQuoter.quoted(path)) settle \(ShellWordQuoter.quoted(id))"
    console.note(
      "error: retort journal settle needs the word done or the word again after the id, not '\(word)'\n"
        + "  = if the change was carried out: \(command) done\n  = if the change was not carried out: \(command) again\n"
    )
    return 2
  }
  let journal = try Journal(existing: path)
  let named = (journal.unknown + journal.required).filter { $0.isNamed(by: id, queue: journal.header.queue) }
  guard named.count == 1, let identity = named.first else {
    let what =
      named.isEmpty
      ? "is not the id of an unknown change"
      : "is the id of \(named.count) unknown changes: write one of these changes in full, such as "
        + TerminalSafeText.message(ShellWordQuoter.quoted(named[0].text))
    let (file, change) = (TerminalSafeText.message(path), TerminalSafeText.message(id))
    let list = "retort journal \(TerminalSafeText.message(ShellWordQuoter.quoted(path)))"
    console.note("error: \(file): \(change) \(what)\n  = \(list) lists the unknown changes\n")
    return 2
  }
  if outcome == "ok" {
    journal.settle(identity, outcome, id: nil)
    try await journal.flush()
  } else {
    try await journal.require(identity)
  }
  let effect = outcome == "ok" ? "counts as done" : "counts as not done, so the next run carries it out"
  console.note("\(path): \(TerminalSafeText.message(identity.text)) \(effect)\n")
  return 0
}

/// Replaces the name of the broker in the journal.
private func rename(_ path: String, _ broker: String, _ console: Console) async throws(JournalError) -> Int32 {
  let journal = try Journal(existing: path)
  try await journal.rename(broker: broker)
  console.note("\(path): the journal's broker is now \(broker)\n")
  return 0
}

/// The text that shows the state of a journal to the user.
private struct JournalReport {
  private let journal: JournalSnapshot
  /// The maximum number of changes with an unknown outcome that the text lists.
  private static let limit = 20

  init(_ journal: JournalSnapshot) { self.journal = journal }

  var text: String {
    let header = journal.header
    let target = header.queue.isEmpty ? "" : " \(header.queue), type \(header.type)"
    var lines = ["\(header.verb)\(target), on \(header.brokerText)"]
    let reason = header.reason.map { ", reason: \($0)" } ?? ""
    lines.append("begun \(header.created) by \(header.by)\(reason)")
    if let key = header.key { lines.append("key: \(key)") }
    if let changes = header.changes, !changes.isEmpty { lines.append("changes: \(changes)") }
    let counts = journal.counts
    lines.append("recorded: \(counts.done) done, \(counts.open) not carried out, \(counts.unknown) unknown")
    lines += journal.unknown.prefix(Self.limit).map { unknown in
      "unknown: \(unknown.identity.text)"
        + (unknown.changes.isEmpty ? "" : ", sent: \(unknown.changes.joined(separator: ", "))")
    }
    lines += journal.required.prefix(Self.limit).map { "to be carried out again: \($0.text)" }
    if journal.unknown.count > Self.limit { lines.append("and \(journal.unknown.count - Self.limit) more") }
    if journal.isInUse {
      lines.append("a run has this journal open: the counts can change")
      return lines.map { TerminalSafeText.message($0) + "\n" }.joined()
    }
    if journal.cutLines == 1 { lines.append("the last line is damaged; the next run removes it") }
    if journal.cutLines > 1 {
      lines.append("the last \(journal.cutLines) lines are damaged; the next run removes them")
    }
    if journal.end == nil { lines.append("elements that no run has reached yet are not recorded") }
    lines.append(journal.end.map { "complete since \($0)" } ?? resuming)
    return lines.map { TerminalSafeText.message($0) + "\n" }.joined()
  }

  private static func resuming(_ command: String) -> String {
    let secrets = ShellVariablesForSecrets.names(in: command)
    return secrets.isEmpty
      ? "to resume: \(command)"
      : "the command has variables in place of secrets; to resume, set \(secrets.joined(separator: ", ")), "
        + "then run: \(command)"
  }

  private var resuming: String {
    journal.header.isOfSample
      ? JournalHeader.noteOnSample
      : journal.header.command.map { Self.resuming($0) }
        ?? "to resume, run the same statement with the same journal again"
  }
}

extension JournalError {
  /// Whether the file is not a journal at all: it has neither a journal's header nor a line that records a change.
  fileprivate var isForeign: Bool { if case .notAJournal(_, .other, recorded: 0) = self { true } else { false } }
}
