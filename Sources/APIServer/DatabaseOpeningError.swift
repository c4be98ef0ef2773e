extension ResourceService {
  /// The reason why the service can't serve a database.
  public struct DatabaseOpeningError: Error, Sendable, Equatable {
    /// The kinds of failure, such as a missing file.
    public enum Kind: Sendable, Equatable {
      /// The file does not exist.
      case noSuchFile
      /// The file is a directory, is empty, or is not a SQLite database.
      case notADatabase
      /// The program can't open or read the file.
      case unreadable
      /// The database has no table that the service can serve.
      case noTables
    }

    /// The kind of failure.
    public var kind: Kind
    /// The message: one sentence that names the problem and the file.
    public var message: String

    /// The next step for the user.
    public var nextStep: String {
      switch kind {
      case .noSuchFile: "check the path, which is relative to the working directory; the sample is blog"
      case .notADatabase: "give the path of a SQLite database, or the word blog for the sample database"
      case .unreadable: "check the permissions of the file and of its directory"
      case .noTables:
        "create a table with a primary key in the database: "
          + "sqlite3 FILE \"create table posts (id integer primary key)\""
      }
    }

    /// Creates an error.
    public init(_ kind: Kind, _ message: String) {
      self.kind = kind
      self.message = message
    }
  }
}
