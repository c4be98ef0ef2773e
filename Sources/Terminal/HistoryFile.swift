internal import Glibc

/// A file of statements, one a line, that only its owner can read and several processes can append to.
///
/// A line feed inside a statement is written `\n`, a backslash `\\`. The file is made with mode 0600, its directory with
/// 0700, and a wider mode is narrowed at each use.
public struct HistoryFile: Sendable, Equatable {
  /// Where it is.
  public let path: String

  /// Creates a history file's description; nothing is opened yet.
  public init(path: String) {
    self.path = path
  }

  /// Finds the file: `$RETORT_HISTORY`, else in `$XDG_STATE_HOME`, else in `~/.local/state`; nil for none.
  ///
  /// An empty `RETORT_HISTORY` means no file. https://specifications.freedesktop.org/basedir-spec/latest/
  public init?(environment: [String: String]) {
    if let chosen = environment["RETORT_HISTORY"] {
      guard !chosen.isEmpty else { return nil }
      path = chosen
    } else {
      guard let directory = Self.stateDirectory(environment) else { return nil }
      path = directory + "/history"
    }
  }

  /// Where the program keeps what it remembers: below `$XDG_STATE_HOME`, else below `~/.local/state`.
  static func stateDirectory(_ environment: [String: String]) -> String? {
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/retort" }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return home + "/.local/state/retort"
  }

  /// Reads the newest statements; a file twice the limit is cut down to it.
  func load() throws(TerminalError) -> [String] {
    let file = try OwnFile(path: path)
    let lines = try file.read().split(separator: UInt8(ascii: "\n"))
    let newest = lines.suffix(History.limit)
    if lines.count > 2 * History.limit {
      try file.replace(with: Array((newest + [[]]).joined(separator: [UInt8(ascii: "\n")])))
    }
    return newest.map { Self.statement(from: String(decoding: $0, as: UTF8.self)) }
  }

  /// Appends one statement.
  func append(_ statement: String) throws(TerminalError) {
    try OwnFile(path: path).append(line: Array(Self.line(of: statement).utf8))
  }

  static func line(of statement: String) -> String {
    statement.reduce(into: "") { line, character in
      switch character {
      case "\\": line += "\\\\"
      case "\n", "\r\n": line += "\\n"
      default: line.append(character)
      }
    }
  }

  static func statement(from line: String) -> String {
    var statement = ""
    var isEscaped = false
    for character in line {
      switch (isEscaped, character) {
      case (false, "\\"): isEscaped = true; continue
      case (true, "n"): statement += "\n"
      case (true, "\\"): statement += "\\"
      case (true, _): statement += "\\\(character)"
      case (false, _): statement.append(character)
      }
      isEscaped = false
    }
    return isEscaped ? statement + "\\" : statement
  }
}
