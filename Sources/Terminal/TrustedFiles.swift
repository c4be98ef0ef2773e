/// The list of start files that the user trusts, each with its text; a file whose text has changed is no longer
/// trusted.
public struct TrustedFiles: Sendable {
  private let file: HistoryFile

  /// Finds the list, the file `trusted` in the directory of the program's state; nil if the directory is unknown.
  public init?(environment: [String: String]) {
    guard let directory = HistoryFile.stateDirectory(environment) else { return nil }
    file = HistoryFile(path: directory + "/trusted")
  }

  /// Whether a file is trusted with this text.
  ///
  /// - Throws: ``TerminalError/history(path:call:errno:)``.
  public func contains(_ path: String, _ text: String) throws(TerminalError) -> Bool {
    let entry = HistoryFile.line(of: Self.entry(path, text))
    return try file.load().contains { HistoryFile.line(of: $0) == entry }
  }

  /// Trusts a file with its text.
  ///
  /// - Throws: ``TerminalError/history(path:call:errno:)``.
  public func add(_ path: String, _ text: String) throws(TerminalError) {
    if try !contains(path, text) { try file.append(History.StoredStatement(statement: Self.entry(path, text))) }
  }

  private static func entry(_ path: String, _ text: String) -> String { "\(path)\n\(text)" }
}
