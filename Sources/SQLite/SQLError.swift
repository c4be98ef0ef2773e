import CSQLite

/// An error of SQLite (https://www.sqlite.org/rescode.html).
public struct SQLError: Error, Sendable, Equatable {
  /// The kinds of errors.
  public enum Kind: Sendable, Equatable {
    /// The database is open for reading only.
    case readOnly
    /// A statement violates a foreign key: a row would refer to a row that does not exist.
    case foreignKey
    /// A required column has no value (NOT NULL).
    case notNull
    /// A row violates a UNIQUE or CHECK constraint of its table, or a condition of a trigger.
    case constraint
    /// Any other error, such as a full disk.
    case other
  }

  /// SQLite's extended result code.
  public let code: Int32
  /// SQLite's message for the error.
  public let message: String

  /// The kind of the error.
  public var kind: Kind {
    switch code {
    case SQLITE_CONSTRAINT | (3 << 8): .foreignKey
    case SQLITE_CONSTRAINT | (7 << 8) where message == "FOREIGN KEY constraint failed": .foreignKey
    case SQLITE_CONSTRAINT | (5 << 8): .notNull
    case _ where code & 0xFF == SQLITE_CONSTRAINT: .constraint
    case _ where code & 0xFF == SQLITE_READONLY: .readOnly
    default: .other
    }
  }

  init(_ code: Int32, _ message: String) {
    self.code = code
    self.message = message
  }

  /// Creates the error for the last failed operation on a connection.
  init(_ code: Int32, on connection: OpaquePointer?) {
    let text = connection.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
    self.init(code, text.map { String(cString: $0) } ?? "SQLite error \(code)")
  }
}
