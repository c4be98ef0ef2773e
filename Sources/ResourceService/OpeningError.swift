extension ResourceService {
  /// The reason why a database can't be served.
  public struct OpeningError: Error, Sendable, Equatable {
    /// The kinds of failure.
    public enum Code: Sendable, Equatable {
      /// The file does not exist.
      case noSuchFile
      /// The file is a directory, is empty or is not a SQLite database.
      case notADatabase
      /// The file can't be opened or read.
      case unreadable
      /// The database has no table to serve.
      case noTables
    }

    /// The kind of failure.
    public var code: Code
    /// The message, one sentence with the problem and the file.
    public var message: String

    /// Creates an error.
    public init(_ code: Code, _ message: String) {
      self.code = code
      self.message = message
    }
  }
}
