import CSQLite

extension Database {
  /// The version of SQLite that the program uses (`sqlite3_libversion`).
  public static var libraryVersion: String { String(cString: sqlite3_libversion()) }
}
