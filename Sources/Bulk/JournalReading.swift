/// The content of a journal that was read without a lock and without changing the file, which a run may have open.
public struct JournalReading: Sendable {
  /// The statement of the journal.
  public let header: JournalHeader
  /// The numbers of changes that are done, that may be sent again, and that are unknown.
  public let counts: (done: Int, open: Int, unknown: Int)
  /// The unknown identities, sorted, each with the changes of its iteration.
  public let unknown: [(identity: ChangeIdentity, changes: [String])]
  /// The time at which its statement was completed; nil if it is not complete.
  public let end: String?
  /// The number of damaged lines at the end.
  public let cutLines: Int

  /// Reads the journal in a file.
  ///
  /// - Throws: ``JournalError`` if it is missing, damaged or not a journal.
  public init(_ path: String) throws(JournalError) {
    let contents = try JournalContents(try RecordFile(reading: path))
    guard let header = contents.header else { throw .notAJournal(path, .torn, recorded: 0) }
    self.header = header
    counts = contents.states.counts
    unknown = contents.states.unknown.sorted().map { (ChangeIdentity(text: $0), contents.states.changes(of: $0)) }
    (end, cutLines) = (contents.end, contents.cutLines)
  }
}
