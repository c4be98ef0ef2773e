internal import Glibc

/// A file with one statement on each line, which only the file's owner can read.
///
/// In the file, `\n` stands for a line feed inside a statement, and `\\` for a backslash. If the directory of a
/// statement is known, the line begins with `\@`, the directory and `\:`. The program creates the file with mode 0600,
/// and the file's directory with mode 0700. At each use, the program sets the file's mode to 0600 again.
public struct HistoryFile: Sendable, Equatable {
  /// The path of the file.
  public let path: String

  /// Creates a description of the file; does not open the file.
  public init(path: String) {
    self.path = path
  }

  /// Finds the path of the file in the environment; nil if the user wants no file, or if no directory is known.
  ///
  /// The path is `$RETORT_HISTORY`. If this variable is not set, the path is `$XDG_STATE_HOME/retort/history`, or by
  /// default `~/.local/state/retort/history` (https://specifications.freedesktop.org/basedir-spec/latest/). An empty
  /// `RETORT_HISTORY` means no file.
  public init?(environment: [String: String]) {
    if let chosen = environment["RETORT_HISTORY"] {
      guard !chosen.isEmpty else { return nil }
      path = chosen
    } else {
      guard let directory = Self.stateDirectory(environment) else { return nil }
      path = directory + "/history"
    }
  }

  /// Returns the directory for the program's state files: `$XDG_STATE_HOME/retort`, or `~/.local/state/retort`.
  ///
  /// Returns nil if neither `$XDG_STATE_HOME` nor `$HOME` is an absolute path.
  static func stateDirectory(_ environment: [String: String]) -> String? {
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/retort" }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return home + "/.local/state/retort"
  }

  /// Reads the newest statements, oldest first.
  ///
  /// If the file has more than twice the maximum number of statements, the function shortens the file to the maximum.
  func load() throws(LineEditorError) -> [History.StatementWithDirectory] {
    let file = try LockedPrivateFile(path: path)
    let lines = try file.read().split(separator: UInt8(ascii: "\n"))
    let newest = lines.suffix(History.limit)
    if lines.count > 2 * History.limit {
      try file.replace(with: Array((newest + [[]]).joined(separator: [UInt8(ascii: "\n")])))
    }
    return newest.map(Self.entry)
  }

  /// Appends one statement.
  func append(_ entry: History.StatementWithDirectory) throws(LineEditorError) {
    try LockedPrivateFile(path: path).append(line: Array(Self.line(of: entry).utf8))
  }

  static func line(of entry: History.StatementWithDirectory) -> String {
    let statement = line(of: entry.statement)
    return entry.directory.map { "\\@\(line(of: $0))\\:\(statement)" } ?? statement
  }

  // The functions below decode bytes, because decoding characters is slower. The program must read up to 10,000 lines
  // before its first prompt.

  static func entry(from line: ArraySlice<UInt8>) -> History.StatementWithDirectory {
    guard line.starts(with: [backslash, UInt8(ascii: "@")]), let end = endOfDirectory(in: line) else {
      return History.StatementWithDirectory(statement: statement(from: line))
    }
    return History.StatementWithDirectory(
      statement: statement(from: line[(end + 2)...]),
      directory: statement(from: line[(line.startIndex + 2)..<end]))
  }

  private static let backslash = UInt8(ascii: "\\")

  /// Returns the position of the `\:` after a line's directory; nil if the line has no directory.
  private static func endOfDirectory(in line: ArraySlice<UInt8>) -> Int? {
    var place = line.startIndex + 2
    while place + 1 < line.endIndex {
      guard line[place] == backslash else {
        place += 1
        continue
      }
      if line[place + 1] == UInt8(ascii: ":") { return place }
      place += 2
    }
    return nil
  }

  static func line(of text: String) -> String {
    text.reduce(into: "") { line, character in
      switch character {
      case "\\": line += "\\\\"
      case "\n", "\r\n": line += "\\n"
      default: line.append(character)
      }
    }
  }

  static func statement(from line: ArraySlice<UInt8>) -> String {
    guard line.contains(backslash) else { return String(decoding: line, as: UTF8.self) }
    var bytes: [UInt8] = []
    var isEscaped = false
    for byte in line {
      switch (isEscaped, byte) {
      case (false, backslash): isEscaped = true; continue
      case (true, UInt8(ascii: "n")): bytes.append(UInt8(ascii: "\n"))
      case (true, backslash): bytes.append(backslash)
      case (true, _): bytes += [backslash, byte]
      case (false, _): bytes.append(byte)
      }
      isEscaped = false
    }
    if isEscaped { bytes.append(backslash) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
