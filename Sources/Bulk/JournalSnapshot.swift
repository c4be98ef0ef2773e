/// The content of a journal, read without a lock and without changing the file, so that a run may use it meanwhile.
public struct JournalSnapshot: Sendable {
  /// The first line, which tells to which statement the journal belongs.
  public let header: JournalHeader
  /// The numbers of changes that are done, that may be sent again, and that are unknown.
  public let counts: (done: Int, open: Int, unknown: Int)
  /// The identities of the unknown changes, sorted.
  ///
  /// An iteration of `each` also has the changes that it sent; for any other identity, `changes` is empty.
  public let unknown: [(identity: ChangeIdentity, changes: [String])]
  /// The time at which the statement was completed; nil if it is not complete.
  public let end: String?
  /// The number of damaged lines at the end.
  public let cutLines: Int

  /// Reads the journal in a file.
  ///
  /// - Throws: ``JournalError`` if the file is missing, damaged or not a journal.
  public init(_ path: String) throws(JournalError) {
    let contents = try JournalContents(try LockedFile(reading: path))
    guard let header = contents.header else { throw .notAJournal(path, .torn, recorded: 0) }
    self.header = header
    counts = contents.states.counts
    unknown = contents.states.unknown.sorted().map {
      (ChangeIdentity(text: $0), contents.states.changes(of: $0).map(\.text))
    }
    (end, cutLines) = (contents.end, contents.cutLines)
  }
}
