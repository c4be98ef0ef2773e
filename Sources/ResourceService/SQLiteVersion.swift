import SQLite

extension ResourceService {
  /// The version of SQLite that the program runs with.
  public static var sqliteVersion: String { Database.libraryVersion }
}
