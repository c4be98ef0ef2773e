import CSQLite

/// A connection to a SQLite database.
///
/// Only one thread at a time may use the object. ``SharedDatabase`` makes a connection usable by several threads.
public final class Database {
  /// The kinds of transactions.
  public enum TransactionKind: String, Sendable {
    /// A transaction that only reads, and locks nothing at its start.
    case deferred = "BEGIN DEFERRED"
    /// A transaction that writes, and waits for the write lock at its start.
    case immediate = "BEGIN IMMEDIATE"
  }

  private let connection: OpaquePointer
  private var statements: [String: Statement] = [:]
  /// Called before each statement is executed.
  ///
  /// The argument is the SQL text, in which the statement's arguments replace the question marks.
  public var trace: (@Sendable (String) -> Void)?

  /// Opens the database file at a path, or a database in memory if the path is nil.
  ///
  /// The connection enforces foreign keys. If `isReadOnly` is false, a missing file is created, and the database uses
  /// WAL mode. A statement waits at most five seconds for the locks of other connections.
  init(path: String?, isReadOnly: Bool) throws(SQLError) {
    let access = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    var handle: OpaquePointer?
    let status = sqlite3_open_v2(path ?? ":memory:", &handle, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard status == SQLITE_OK, let handle else {
      let error = SQLError(status, on: handle)
      sqlite3_close_v2(handle)
      throw error
    }
    connection = handle
    retort_sqlite_take_double_quotes(handle)
    sqlite3_busy_timeout(handle, 5_000)
    try execute("PRAGMA foreign_keys = ON")
    if path != nil, !isReadOnly { try execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL") }
  }

  deinit {
    statements = [:]
    sqlite3_close_v2(connection)
  }

  /// Executes SQL statements without arguments, and ignores their rows.
  public func execute(_ sql: String) throws(SQLError) {
    let status = sqlite3_exec(connection, sql, nil, nil, nil)
    if status != SQLITE_OK { throw SQLError(status, on: connection) }
  }

  /// Executes a statement, and returns its rows.
  ///
  /// The connection caches the compiled statement for the next call with the same SQL.
  @discardableResult
  public func run(_ sql: String, _ arguments: [SQLValue] = []) throws(SQLError) -> [Row] {
    let statement: Statement
    if let known = statements[sql] {
      statement = known
    } else {
      if statements.count >= Self.capacity { statements = [:] }
      statement = try Statement(sql, on: connection)
      statements[sql] = statement
    }
    return try statement.run(arguments, trace: trace)
  }

  /// The maximum number of compiled statements in the cache.
  private static let capacity = 500

  /// Whether a text is a valid SQL statement for this database.
  public func isStatement(_ sql: String) -> Bool { (try? Statement(sql, on: connection)) != nil }

  /// The number of rows that the last statement changed.
  public var changes: Int { Int(sqlite3_changes64(connection)) }

  /// The number of rows that this connection has changed since it was opened.
  public var totalChanges: Int { Int(sqlite3_total_changes64(connection)) }

  /// Runs `body` in a transaction.
  ///
  /// The function commits the transaction after `body`, or rolls the transaction back if `body` throws.
  public func inTransaction<Result>(_ kind: TransactionKind, _ body: (Database) throws -> Result) throws -> Result {
    try run(kind.rawValue)
    do {
      let result = try body(self)
      try run("COMMIT")
      return result
    } catch {
      // SQLite may already have rolled the transaction back after a failed statement.
      if sqlite3_get_autocommit(connection) == 0 { _ = try? run("ROLLBACK") }
      throw error
    }
  }
}
