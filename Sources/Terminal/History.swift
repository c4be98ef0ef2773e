internal import Redaction

/// The statements that the user entered, oldest first.
///
/// A statement of several lines is one entry. Statements are stored without their passwords.
///
/// The history omits statements that start with a space, and repetitions of the previous statement.
public struct History: Sendable {
  /// The maximum number of statements in the history.
  static let limit = 10_000

  /// A stored statement, without its passwords, and the directory in which the user entered it.
  struct StatementWithDirectory: Sendable, Equatable {
    var statement: String
    /// The working directory in which the user entered the statement; nil if unknown.
    var directory: String?
  }

  private var all: [StatementWithDirectory] = []
  private let directory: String?
  /// Whether ``entries`` contains only the statements that the user entered in the working directory.
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
  ///   - directory: The working directory, which the history stores with each statement; nil for no directory.
  ///   - redact: A function that removes secrets from a statement; nil for the default rules.
  /// - Throws: ``LineEditorError/history(path:call:errno:)``.
  public init(
    file: HistoryFile, directory: String? = nil, redacting redact: (@Sendable (String) -> String)? = nil
  ) throws(LineEditorError) {
    all = try file.load()
    self.file = file
    self.directory = directory
    if let redact { self.redact = redact }
  }

  /// Adds a statement, and returns the statement without its passwords.
  ///
  /// Returns nil if the history omits the statement.
  mutating func add(_ statement: String) -> String? {
    guard let first = statement.first, first != " ", first != "\t", !statement.allSatisfy(\.isWhitespace) else {
      return nil
    }
    var kept = redact(statement)
    while kept.last?.isNewline == true { kept.removeLast() }
    guard kept != all.last(where: { !isOfDirectory || $0.directory == directory })?.statement else { return nil }
    all.append(StatementWithDirectory(statement: kept, directory: directory))
    if all.count > Self.limit { all.removeFirst() }
    return kept
  }

  /// Appends a statement to the file.
  ///
  /// The statement must be a result of ``add(_:)``, which has removed the passwords.
  func save(_ statement: String) throws(LineEditorError) {
    try file?.append(StatementWithDirectory(statement: statement, directory: directory))
  }

  /// Sets whether ``entries`` contains all statements, or only the statements that the user entered in the working
  /// directory.
  mutating func show(ofDirectory isOfDirectory: Bool) { self.isOfDirectory = isOfDirectory }
}
