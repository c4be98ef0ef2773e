import CReadline

extension LineEditor {
  /// The version of readline that the program uses (`rl_library_version`).
  public static var libraryVersion: String { String(cString: retort_readline_version()) }
}
