/// What a journal holds, read without changing it, also while a run has it open.
public struct JournalReading: Sendable {
  /// The statement it belongs to.
  public let header: JournalHeader
  /// How many changes are done, may be sent again, and are unknown.
  public let counts: (done: Int, open: Int, unknown: Int)
  /// The identities that are unknown, sorted, each with the changes of its iteration.
  public let unknown: [(identity: ChangeIdentity, changes: [String])]
  /// When its statement was carried out to the end; nil if it was not.
  public let end: String?
  /// How many lines at its end are not whole.
  public let cutLines: Int

  /// Reads a file.
  ///
  /// - Throws: ``JournalError`` if there is none, or it is damaged or no journal.
  public init(_ path: String) throws(JournalError) {
    let contents = try JournalContents(try RecordFile(reading: path))
    guard let header = contents.header else { throw .notAJournal(path) }
    self.header = header
    counts = contents.states.counts
    unknown = contents.states.unknown.sorted().map { (ChangeIdentity(text: $0), contents.states.changes(of: $0)) }
    (end, cutLines) = (contents.end, contents.cutLines)
  }
}
