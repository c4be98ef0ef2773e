import JSONRPC
import Redaction

/// The error of a journal or a backup that can't be used.
///
/// If the journal records changes, ``nextStep`` warns the user about a new journal: a run with a new journal may repeat
/// these changes.
public enum JournalError: ChangePreventingError, Equatable {
  /// The file can't be opened or read.
  ///
  /// The values are the path, the noun for the file (`journal` or `backup`), and the reason.
  case file(String, String, reason: String)
  /// A write failed; the statement then sends no more changes.
  ///
  /// The values are the path, the noun for the file (`journal` or `backup`), and the system's reason.
  case unwritable(String, String, reason: String)
  /// Another program removed the file during the run; the statement then sends no more changes.
  ///
  /// The values are the path and the noun for the file (`journal` or `backup`). `isRestored` is true if the file was
  /// created again with its content.
  case removed(String, String, isRestored: Bool)
  /// Another run or another statement of this run has the file open.
  ///
  /// The values are the path and the noun for the file (`journal` or `backup`). `isHere` is true if this process has
  /// the file open.
  case inUse(String, String, isHere: Bool)
  /// The file is not a journal, or can't be read as one.
  ///
  /// The values are the path, the reason, and the number of changes in the readable lines.
  case notAJournal(String, UnreadableJournalReason, recorded: Int)
  /// The file is not a backup.
  case notABackup(String)
  /// The backup has the resource of a change, but not the linkage that the change affects.
  ///
  /// The values are the path, the resource (`posts/1`) and the relationship.
  case imageLacks(String, String, String)
  /// The backup has resources of another broker, or of another queue.
  case otherTarget(String, recorded: BackupSourceQueue, here: BackupSourceQueue)
  /// Undamaged lines follow a damaged line; `recorded` is the number of changes that the file records.
  case damaged(String, line: Int, recorded: Int)
  /// A line is undamaged, but lines before this line were removed, moved or added.
  ///
  /// `recorded` is the number of changes that the file records.
  case displaced(String, line: Int, recorded: Int)
  /// The journal belongs to another statement.
  ///
  /// The values are the path, the differences as texts, and the number of recorded changes.
  case otherStatement(String, [String], recorded: Int)
  /// The broker in the journal is not the broker of the connection.
  ///
  /// `recorded` is the broker in the journal. `here` is the broker of the connection. `isByAddress` is true for a
  /// journal of an earlier version, which records the address instead of the name.
  case otherBroker(String, recorded: String, here: String, isByAddress: Bool)
  /// The statement of the journal is already complete; `at` is the time of completion.
  case complete(String, at: String)

  /// The message, one sentence.
  public var message: String {
    switch self {
    case .file(let path, let noun, let reason): "the \(noun) \(path) can't be used: \(reason)"
    case .unwritable(let path, let noun, let reason): "the \(noun) \(path) can't be written: \(reason)"
    case .removed(let path, let noun, true):
      "another program removed the \(noun) \(path) during the run: retort created it again with its content"
    case .removed(let path, let noun, false): "another program removed the \(noun) \(path) during the run"
    case .inUse(let path, let noun, true): "the \(noun) \(path) is in use by another statement of this run"
    case .inUse(let path, let noun, false): "the \(noun) \(path) is in use by another run"
    case .notAJournal(let path, let form, let recorded):
      "\(path) can't be read as a journal: \(form.text)\(Self.unknown(recorded))"
    case .notABackup(let path): "\(path) has lines that are not resources, so it is not a backup"
    case .imageLacks(let path, let resource, let relationship):
      "the change replaces the relationship \(relationship), "
        + "but the backup \(path) has \(resource) without this relationship"
    case .otherTarget(let path, let recorded, let here) where recorded.broker == here.broker:
      "the backup \(path) has resources of the queue \(recorded.queue), but this statement changes the queue \(here.queue)"
    case .otherTarget(let path, let recorded, let here):
      "the backup \(path) has resources of the broker \(recorded.broker), but this broker is \(here.broker)"
    case .damaged(let path, let line, let recorded):
      "\(path):\(line): the line is damaged, and undamaged lines follow\(Self.unknown(recorded))"
    case .displaced(let path, let line, let recorded):
      "\(path):\(line): lines before this line were removed, moved or added"
        + Self.unknown(recorded)
    case .otherStatement(let path, let differences, _):
      "the journal \(path) belongs to another statement: \(differences.joined(separator: "; "))"
    case .otherBroker(let path, let recorded, let here, false):
      "the journal \(path) belongs to the broker \(recorded), but this broker is \(here)"
    case .otherBroker(let path, let recorded, let here, true):
      "the journal \(path) has an earlier format, which records the broker's address, \(recorded); "
        + "the name of this broker is \(here)"
    case .complete(let path, let time): "the journal \(path) was completed at \(time)"
    }
  }

  private static func unknown(_ recorded: Int) -> String {
    text(
      of: recorded, one: ", so the outcome of the recorded change is unknown",
      several: ", so the outcomes of the \(recorded) recorded changes are unknown")
  }

  /// Returns the text that fits the number of recorded changes: empty for 0, otherwise `one` or `several`.
  private static func text(of recorded: Int, one: String, several: String) -> String {
    recorded == 0 ? "" : recorded == 1 ? one : several
  }

  /// The kind of the error in the language: `file`.
  public var kindWord: String { "file" }

  /// Whether the error ends the statement; always true, because nothing may be sent without the journal.
  public var endsStatement: Bool { true }

  /// The next step for the user.
  public var nextStep: String {
    switch self {
    case .file(_, let noun, _): "correct the path or its permissions; a \(noun) must be a regular file"
    case .unwritable: "make room on the disk, then run the same statement again with the same file"
    case .removed(_, _, isRestored: true): "run the same statement again with the same file"
    case .removed(_, "journal", _):
      "the records of this run are lost: before you run the statement again, check which changes were carried out"
    case .removed: "the resources that this run stored in the file are lost; use another file for the next run"
    case .inUse(_, "journal", isHere: true):
      "a journal belongs to one statement; for the iterations of the stage `each`, give the journal to `each`: "
        + "each journal: \"FILE.journal\" key: .id do ... end"
    case .inUse(_, _, isHere: true): "use one file for each statement; or, in the stage `each`, use in-flight: 1"
    case .inUse: "wait for the other run, or stop it"
    case .notABackup, .imageLacks, .otherTarget: "use another file: backup: \"FILE.ndjson\""
    case .notAJournal(let path, let form, let recorded):
      form.nextStep(ShellWordQuoter.quoted(path), ShellWordQuoter.quoted(path + ".copy")) + Self.warning(recorded)
    case .damaged(_, _, let recorded), .displaced(_, _, let recorded):
      "restore the file from a copy\(Self.warning(recorded))"
    case .otherStatement(_, _, recorded: 0): "use another file: journal: \"FILE.journal\""
    case .otherStatement(_, _, let recorded):
      "run the statement that began this journal; or use a new journal for this statement, which then knows nothing of "
        + "the \(recorded) recorded \(recorded == 1 ? "change" : "changes")"
    case .otherBroker(_, let recorded, _, _) where SampleDatabaseIdentity.isIn(recorded): JournalHeader.noteOnSample
    case .otherBroker(_, _, let here, _) where SampleDatabaseIdentity.isIn(here):
      "the open connection is to a sample in memory: connect to the journal's broker, or use another journal"
    case .otherBroker(let path, _, let here, _):
      "if this is the same broker, record its name: retort journal \(ShellWordQuoter.quoted(path)) broker "
        + "\(ShellWordQuoter.quoted(here)); "
        + "a run with another journal would repeat the recorded changes"
    case .complete:
      "all changes of this statement are done: to run the rest of the script, remove the statement; "
        + "with another journal, all changes would be repeated"
    }
  }

  private static func warning(_ recorded: Int) -> String {
    text(
      of: recorded, one: "; with another journal, the recorded change may be repeated",
      several: "; with another journal, these \(recorded) changes may be repeated")
  }
}
