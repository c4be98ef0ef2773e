internal import Redaction

/// The statements a person entered, oldest first; each whole, however many lines it has.
///
/// Not kept: what starts with a space, what repeats the statement before, and passwords.
public struct History: Sendable {
  /// How many statements are kept.
  static let limit = 10_000

  /// The statements, as they are stored.
  public private(set) var entries: [String] = []
  private var file: HistoryFile?
  private var redact: @Sendable (String) -> String = { Secrets.hidden(in: $0) }

  /// Creates a history that ends with the process.
  public init() {}

  /// Creates a history that goes on from a file's.
  ///
  /// - Throws: ``TerminalError/history(path:call:errno:)``.
  public init(
    file: HistoryFile, redacting redact: (@Sendable (String) -> String)? = nil
  ) throws(TerminalError) {
    entries = try file.load()
    self.file = file
    if let redact { self.redact = redact }
  }

  /// Adds a statement and returns it as it is to be kept, or nil when it is not.
  mutating func add(_ statement: String) -> String? {
    guard let first = statement.first, first != " ", first != "\t", !statement.allSatisfy(\.isWhitespace) else {
      return nil
    }
    var kept = redact(statement)
    while kept.last?.isNewline == true { kept.removeLast() }
    guard kept != entries.last else { return nil }
    entries.append(kept)
    if entries.count > Self.limit { entries.removeFirst() }
    return kept
  }

  /// Appends what ``add(_:)`` returned to the file.
  func save(_ entry: String) throws(TerminalError) {
    try file?.append(entry)
  }
}
