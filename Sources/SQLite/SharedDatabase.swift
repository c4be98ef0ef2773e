import Synchronization

/// A database that any thread may use, one after another.
///
/// ```swift
/// let database = try SharedDatabase(path: "shop.sqlite")
/// let count = try database.use { try $0.run("SELECT count(*) FROM posts")[0].integer(0) }
/// ```
public final class SharedDatabase: Sendable {
  private let database: Mutex<Database>

  /// Opens a file; without a path, an empty database in memory.
  ///
  /// - Throws: ``SQLError`` where it can't be opened, or is no database.
  public init(path: String? = nil, isReadOnly: Bool = false) throws(SQLError) {
    database = Mutex(try Database(path: path, isReadOnly: isReadOnly))
  }

  /// Lends the connection to a body.
  public func use<Result: Sendable>(_ body: @Sendable (Database) throws -> Result) rethrows -> Result {
    try database.withLock { try body($0) }
  }

  /// Lends the connection to a body in a transaction, which ends with it: in a commit, or in a rollback where it throws.
  public func inTransaction<Result: Sendable>(
    _ kind: Database.Transaction, _ body: @Sendable (Database) throws -> Result
  ) throws -> Result {
    try use { try $0.inTransaction(kind, body) }
  }
}
