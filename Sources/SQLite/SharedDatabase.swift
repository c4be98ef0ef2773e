import Synchronization

/// A database that several threads can use, one after another.
///
/// ```swift
/// let database = try SharedDatabase(path: "shop.sqlite")
/// let count = try database.use { try $0.run("SELECT count(*) FROM posts")[0].integer(0) }
/// ```
public final class SharedDatabase: Sendable {
  private let database: Mutex<Database>

  /// Opens the database file at a path, or an empty database in memory if the path is nil.
  ///
  /// - Throws: ``SQLError`` if the file can't be opened or is not a database.
  public init(path: String? = nil, isReadOnly: Bool = false) throws(SQLError) {
    database = Mutex(try Database(path: path, isReadOnly: isReadOnly))
  }

  /// Calls `body` with the connection.
  ///
  /// Other threads that call the function wait until `body` returns.
  public func use<Result: Sendable>(_ body: @Sendable (Database) throws -> Result) rethrows -> Result {
    try database.withLock { try body($0) }
  }

  /// Runs `body` in a transaction.
  ///
  /// The function commits the transaction after `body`, or rolls the transaction back if `body` throws.
  public func inTransaction<Result: Sendable>(
    _ kind: Database.TransactionKind, _ body: @Sendable (Database) throws -> Result
  ) throws -> Result {
    try use { try $0.inTransaction(kind, body) }
  }
}
