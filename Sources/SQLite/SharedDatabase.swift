import Synchronization

/// A database that several threads use, one at a time.
///
/// ```swift
/// let database = try SharedDatabase(path: "shop.sqlite")
/// let count = try database.use { try $0.run("SELECT count(*) FROM posts")[0].integer(0) }
/// ```
public final class SharedDatabase: Sendable {
  private let database: Mutex<Database>

  /// Opens the file at a path.
  ///
  /// Without a path, opens an empty database in memory.
  ///
  /// - Throws: ``SQLError`` if the file can't be opened or is not a database.
  public init(path: String? = nil, isReadOnly: Bool = false) throws(SQLError) {
    database = Mutex(try Database(path: path, isReadOnly: isReadOnly))
  }

  /// Runs `body` with the connection.
  ///
  /// Other threads wait until `body` ends.
  public func use<Result: Sendable>(_ body: @Sendable (Database) throws -> Result) rethrows -> Result {
    try database.withLock { try body($0) }
  }

  /// Runs `body` in a transaction.
  ///
  /// Commits the transaction after `body`, or rolls it back if `body` throws.
  public func inTransaction<Result: Sendable>(
    _ kind: Database.TransactionKind, _ body: @Sendable (Database) throws -> Result
  ) throws -> Result {
    try use { try $0.inTransaction(kind, body) }
  }
}
