/// The reason why a journal or a backup can't be used.
public enum JournalError: ElementError, Equatable {
  /// The file can't be opened or read; with the path, its noun, and the system's reason.
  case file(String, String, reason: String)
  /// A write failed, after which nothing is sent; with the path, its noun, and the system's reason.
  case unwritable(String, String, reason: String)
  /// Another run has it open; with the path and its noun.
  case inUse(String, String)
  /// The file is not a journal, or has another version.
  case notAJournal(String)
  /// The file of a backup has other content.
  case notABackup(String)
  /// A line before the end is damaged.
  case damaged(String, line: Int)
  /// It belongs to another statement, with the differences.
  case otherStatement(String, [String])
  /// Its statement was completed at a time.
  case complete(String, at: String)

  /// One sentence.
  public var message: String {
    switch self {
    case .file(let path, let noun, let reason): "the \(noun) \(path) can't be used: \(reason)"
    case .unwritable(let path, let noun, let reason): "the \(noun) \(path) can't be written: \(reason)"
    case .inUse(let path, let noun): "the \(noun) \(path) is in use by another run"
    case .notAJournal(let path): "\(path) is not a journal of this version"
    case .notABackup(let path): "\(path) has lines that are not resources, so it is not a backup"
    case .damaged(let path, let line): "\(path):\(line): the journal is damaged before its end"
    case .otherStatement(let path, let differences):
      "the journal \(path) belongs to another statement: \(differences.joined(separator: "; "))"
    case .complete(let path, let time): "the journal \(path) was completed at \(time)"
    }
  }

  /// The name of the kind.
  public var kindWord: String { "file" }

  /// Whether it ends the statement, as it does if the journal can't be written.
  public var endsStatement: Bool { true }

  /// What to do next.
  public var nextStep: String {
    switch self {
    case .file: "use another file"
    case .unwritable: "make room on the disk, then run the same statement again with the same file"
    case .inUse: "wait for the other run, or stop it"
    case .notABackup: "use another file: backup: \"FILE.ndjson\""
    case .notAJournal, .otherStatement: "use another file: journal: \"FILE.journal\""
    case .damaged: "read \"FILE\" as: \"ndjson\" shows its lines; use another file for the statement"
    case .complete: "nothing is left to do; use another file for a new run"
    }
  }
}
