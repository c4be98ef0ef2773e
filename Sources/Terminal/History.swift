internal import Redaction

/// The entered statements, oldest first; a statement of several lines is one entry.
///
/// It omits statements that start with a space, repetitions of the previous statement, and passwords.
public struct History: Sendable {
  /// The maximum number of kept statements.
  static let limit = 10_000

  /// A statement in its stored form: without passwords, and with the directory in which it was entered.
  struct StoredStatement: Sendable, Equatable {
    var statement: String
    /// The working directory when the statement was entered; nil if unknown.
    var directory: String?
  }

  private var all: [StoredStatement] = []
  private let directory: String?
  /// Whether only statements entered in the working directory are shown.
  private var isOfDirectory = false
  private var file: HistoryFile?
  private var redact: @Sendable (String) -> String = { Secrets.hidden(in: $0) }

  /// The statements for the arrow keys and the search, oldest first.
  public var entries: [String] {
    all.filter { !isOfDirectory || $0.directory == directory }.map(\.statement)
  }

  /// Creates a history in memory.
  public init() { directory = nil }

  /// Creates a history that begins with the statements in a file.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - directory: The working directory, which is stored with each statement; nil to store no directory.
  ///   - redact: Removes secrets from a statement; nil for the default rules.
  /// - Throws: ``TerminalError/history(path:call:errno:)``.
  public init(
    file: HistoryFile, directory: String? = nil, redacting redact: (@Sendable (String) -> String)? = nil
  ) throws(TerminalError) {
    all = try file.load()
    self.file = file
    self.directory = directory
    if let redact { self.redact = redact }
  }

  /// Adds a statement and returns it in its stored form; returns nil if it is omitted.
  mutating func add(_ statement: String) -> String? {
    guard let first = statement.first, first != " ", first != "\t", !statement.allSatisfy(\.isWhitespace) else {
      return nil
    }
    var kept = redact(statement)
    while kept.last?.isNewline == true { kept.removeLast() }
    guard kept != all.last(where: { !isOfDirectory || $0.directory == directory })?.statement else { return nil }
    all.append(StoredStatement(statement: kept, directory: directory))
    if all.count > Self.limit { all.removeFirst() }
    return kept
  }

  /// Appends to the file a statement that ``add(_:)`` returned.
  func save(_ statement: String) throws(TerminalError) {
    try file?.append(StoredStatement(statement: statement, directory: directory))
  }

  /// Shows all statements or only those entered in the working directory.
  mutating func show(ofDirectory isOfDirectory: Bool) { self.isOfDirectory = isOfDirectory }
}
