extension ResourceService {
  /// Why a database can't be served.
  public struct OpeningError: Error, Sendable, Equatable {
    /// The kinds of failure, each a fact that the wording is made from.
    public enum Code: Sendable, Equatable {
      /// There is no file of that name.
      case noSuchFile
      /// The file is a directory, is empty or holds something else.
      case notADatabase
      /// The file can't be opened or read.
      case unreadable
      /// The database has no table that can be served.
      case noTables
    }

    /// What kind of failure it is.
    public var code: Code
    /// One sentence for a person: what is wrong, and with which file.
    public var message: String

    /// Creates an error.
    public init(_ code: Code, _ message: String) {
      self.code = code
      self.message = message
    }
  }
}
