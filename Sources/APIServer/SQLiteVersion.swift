import SQLite

extension ResourceService {
  /// The version of SQLite that the program uses.
  public static var sqliteVersion: String { Database.libraryVersion }
}
