/// A list of the files that the user trusts, stored together with their texts.
///
/// A file whose text has changed is no longer trusted.
public struct FilesTrustedByUser: Sendable {
  private let file: HistoryFile

  /// Finds the file that stores the list, `trusted` in the directory for state files; nil if the directory is unknown.
  public init?(environment: [String: String]) {
    guard let directory = HistoryFile.stateDirectory(environment) else { return nil }
    file = HistoryFile(path: directory + "/trusted")
  }

  /// Whether the user trusts the file at a path with the given text.
  ///
  /// - Throws: ``LineEditorError/history(path:call:errno:)``.
  public func contains(_ path: String, _ text: String) throws(LineEditorError) -> Bool {
    let entry = HistoryFile.line(of: Self.entry(path, text))
    return try file.load().contains { HistoryFile.line(of: $0) == entry }
  }

  /// Adds the file at a path, with its text, to the list.
  ///
  /// - Throws: ``LineEditorError/history(path:call:errno:)``.
  public func add(_ path: String, _ text: String) throws(LineEditorError) {
    if try !contains(path, text) { try file.append(History.StatementWithDirectory(statement: Self.entry(path, text))) }
  }

  private static func entry(_ path: String, _ text: String) -> String { "\(path)\n\(text)" }
}
