internal import CReadline
internal import Glibc
internal import Synchronization

/// Returns properties of a terminal, such as its width.
public enum TerminalProperties {
  /// Whether a file descriptor is a terminal.
  public static func isTerminal(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1
  }

  private static let knownTypes = Mutex<[String: Bool]>([:])

  /// Whether `TERM` in the environment names a known type of terminal that can move the cursor and show colours.
  ///
  /// Returns false if `TERM` is not set, and for `dumb`. The first call for a type must come before the creation of a
  /// ``LineEditor``.
  public static func canMoveCursor(_ environment: [String: String]) -> Bool {
    guard let type = environment["TERM"], !type.isEmpty, type != "dumb" else { return false }
    return knownTypes.withLock { known in
      if let result = known[type] { return result }
      let result = retort_terminal_moves_cursor(type) != 0
      known[type] = result
      return result
    }
  }

  /// Returns the height of the terminal in lines; `LINES` or 24 if the height is unknown.
  public static func rows(of descriptor: Int32 = 1) -> Int {
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 { return Int(size.ws_row) }
    guard let text = getenv("LINES"), let rows = Int(String(cString: text)), rows > 0 else { return 24 }
    return rows
  }

  /// Returns the width of the terminal in columns; `COLUMNS` or 80 if the width is unknown.
  ///
  /// The width can change between two calls, because the user can resize the window.
  public static func columns(of descriptor: Int32 = 1) -> Int {
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    guard let text = getenv("COLUMNS"), let columns = Int(String(cString: text)), columns > 0 else { return 80 }
    return columns
  }
}
