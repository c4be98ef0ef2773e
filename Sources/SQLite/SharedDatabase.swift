import Synchronization

/// A database for several threads, which use it one at a time.
///
/// ```swift
/// let database = try SharedDatabase(path: "shop.sqlite")
/// let count = try database.use { try $0.run("SELECT count(*) FROM posts")[0].integer(0) }
/// ```
public final class SharedDatabase: Sendable {
  private let database: Mutex<Database>

  /// Opens a file; without a path, an empty database in memory.
  ///
  /// - Throws: ``SQLError`` if the file can't be opened or is not a database.
  public init(path: String? = nil, isReadOnly: Bool = false) throws(SQLError) {
    database = Mutex(try Database(path: path, isReadOnly: isReadOnly))
  }

  /// Runs a body with the connection.
  public func use<Result: Sendable>(_ body: @Sendable (Database) throws -> Result) rethrows -> Result {
    try database.withLock { try body($0) }
  }

  /// Runs a body with the connection in a transaction; commits it after the body, or rolls it back if the body throws.
  public func inTransaction<Result: Sendable>(
    _ kind: Database.TransactionKind, _ body: @Sendable (Database) throws -> Result
  ) throws -> Result {
    try use { try $0.inTransaction(kind, body) }
  }
}
