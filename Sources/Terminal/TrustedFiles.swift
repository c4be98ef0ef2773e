/// The list of the start files that the user trusts, each with its text.
///
/// The user no longer trusts a file after its text has changed.
public struct TrustedFiles: Sendable {
  private let file: HistoryFile

  /// Finds the list: the file `trusted` in the directory of the program's state; nil if the directory is unknown.
  public init?(environment: [String: String]) {
    guard let directory = HistoryFile.stateDirectory(environment) else { return nil }
    file = HistoryFile(path: directory + "/trusted")
  }

  /// Whether the user trusts a file with this text.
  ///
  /// - Throws: ``TerminalError/history(path:call:errno:)``.
  public func contains(_ path: String, _ text: String) throws(TerminalError) -> Bool {
    let entry = HistoryFile.line(of: Self.entry(path, text))
    return try file.load().contains { HistoryFile.line(of: $0) == entry }
  }

  /// Adds a file with its text to the list.
  ///
  /// - Throws: ``TerminalError/history(path:call:errno:)``.
  public func add(_ path: String, _ text: String) throws(TerminalError) {
    if try !contains(path, text) { try file.append(History.StoredStatement(statement: Self.entry(path, text))) }
  }

  private static func entry(_ path: String, _ text: String) -> String { "\(path)\n\(text)" }
}
