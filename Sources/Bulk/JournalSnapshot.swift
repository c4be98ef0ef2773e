/// The content of a journal, for commands that only show a journal.
///
/// The file is read without a lock, so a run can use the journal at the same time.
public struct JournalSnapshot: Sendable {
  /// The journal's first line, which identifies the statement of the journal.
  public let header: JournalHeader
  /// The number of changes in each state.
  ///
  /// `done` changes were carried out. `open` changes were not carried out, so a run may send them. `unknown` changes
  /// were announced, but no recorded outcome shows whether they were carried out.
  public let counts: (done: Int, open: Int, unknown: Int)
  /// The changes and iterations whose outcomes are unknown, sorted by their identities.
  ///
  /// For an iteration of `each`, `changes` lists the changes that the iteration sent. For a single change, such as
  /// `update posts 12`, `changes` is empty.
  public let unknown: [(identity: ChangeIdentity, changes: [String])]
  /// The changes and iterations that a person marked to be carried out again, and that no run has carried out, sorted.
  public let required: [ChangeIdentity]
  /// The time at which a run completed the statement; nil if the statement is not complete.
  public let end: String?
  /// The number of damaged lines at the end of the file, which a crash can leave.
  public let cutLines: Int
  /// Whether a run has the journal open, so that the counts can change.
  public let isInUse: Bool

  /// Reads the journal in a file.
  ///
  /// - Throws: ``JournalError`` if the file is missing, damaged or not a journal.
  public init(_ path: String) throws(JournalError) {
    let file = try LockedFile(reading: path)
    isInUse = file.isLockedElsewhere
    let contents = try JournalContents(file)
    guard let header = contents.header else { throw .notAJournal(path, .torn, recorded: 0) }
    self.header = header
    counts = contents.states.counts
    unknown = contents.states.unknown.sorted().map {
      (ChangeIdentity(text: $0), contents.states.changes(of: $0).map(\.text))
    }
    required = contents.states.requiredIdentities.map(\.text).sorted().map { ChangeIdentity(text: $0) }
    (end, cutLines) = (contents.end, contents.cutLines)
  }
}
