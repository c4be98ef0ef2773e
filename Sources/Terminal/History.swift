internal import Redaction

/// The statements a person entered, oldest first; each whole, however many lines it has.
///
/// Not kept: what starts with a space, what repeats the statement before, and passwords.
public struct History: Sendable {
  /// How many statements are kept.
  static let limit = 10_000

  /// A statement as it is stored.
  struct Entry: Sendable, Equatable {
    var statement: String
    /// The working directory it was entered in; nil where that is not known.
    var directory: String?
  }

  private var all: [Entry] = []
  private let directory: String?
  /// Whether only what was entered in the working directory is shown.
  private var isOfDirectory = false
  private var file: HistoryFile?
  private var redact: @Sendable (String) -> String = { Secrets.hidden(in: $0) }

  /// The statements that the arrow keys and the search find, oldest first.
  public var entries: [String] {
    all.filter { !isOfDirectory || $0.directory == directory }.map(\.statement)
  }

  /// Creates a history that ends with the process.
  public init() { directory = nil }

  /// Creates a history that goes on from a file's.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - directory: The working directory, which is kept with each statement; nil to keep none.
  ///   - redact: Hides what is not to be kept.
  /// - Throws: ``TerminalError/history(path:call:errno:)``.
  public init(
    file: HistoryFile, directory: String? = nil, redacting redact: (@Sendable (String) -> String)? = nil
  ) throws(TerminalError) {
    all = try file.load()
    self.file = file
    self.directory = directory
    if let redact { self.redact = redact }
  }

  /// Adds a statement and returns it as it is to be kept, or nil when it is not.
  mutating func add(_ statement: String) -> String? {
    guard let first = statement.first, first != " ", first != "\t", !statement.allSatisfy(\.isWhitespace) else {
      return nil
    }
    var kept = redact(statement)
    while kept.last?.isNewline == true { kept.removeLast() }
    guard kept != all.last(where: { !isOfDirectory || $0.directory == directory })?.statement else { return nil }
    all.append(Entry(statement: kept, directory: directory))
    if all.count > Self.limit { all.removeFirst() }
    return kept
  }

  /// Appends what ``add(_:)`` returned to the file.
  func save(_ statement: String) throws(TerminalError) {
    try file?.append(Entry(statement: statement, directory: directory))
  }

  /// Shows all statements, or those that were entered in the working directory.
  mutating func show(ofDirectory isOfDirectory: Bool) { self.isOfDirectory = isOfDirectory }
}
