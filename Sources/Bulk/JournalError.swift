/// Why a journal or a backup can't be used.
public enum JournalError: ElementError, Equatable {
  /// The file can't be opened, read or written: the path, what it is, and the system's reason.
  case file(String, String, reason: String)
  /// Another run has it open: the path, and what it is.
  case inUse(String, String)
  /// The file is no journal, or of another version.
  case notAJournal(String)
  /// The file of a backup holds something else.
  case notABackup(String)
  /// A line before the last ones is not whole.
  case damaged(String, line: Int)
  /// It belongs to another statement: what differs.
  case otherStatement(String, [String])
  /// Its statement was carried out to the end, at a time.
  case complete(String, at: String)

  /// One sentence.
  public var message: String {
    switch self {
    case .file(let path, let noun, let reason): "the \(noun) \(path) can't be used: \(reason)"
    case .inUse(let path, let noun): "the \(noun) \(path) is in use by another run"
    case .notAJournal(let path): "\(path) is no journal of this version"
    case .notABackup(let path): "\(path) holds lines that are no resources: it is no backup"
    case .damaged(let path, let line): "\(path):\(line): the journal is damaged before its end"
    case .otherStatement(let path, let differences):
      "the journal \(path) belongs to another statement: \(differences.joined(separator: "; "))"
    case .complete(let path, let time): "the journal \(path) was completed at \(time)"
    }
  }

  /// The kind, by its word.
  public var kindWord: String { "file" }

  /// A journal that can't be written ends the statement.
  public var endsStatement: Bool { true }

  /// What to do next.
  public var nextStep: String {
    switch self {
    case .file: "name another file, or make room"
    case .inUse: "wait for the other run, or stop it"
    case .notABackup: "name another file: backup: \"FILE.ndjson\""
    case .notAJournal, .otherStatement: "name another file: journal: \"FILE.journal\""
    case .damaged: "read \"FILE\" as: \"ndjson\" shows its lines; name another file for the statement"
    case .complete: "nothing is left to do; for a new run name another file"
    }
  }
}
