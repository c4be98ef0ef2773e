import CSQLite

/// A connection to a SQLite database, for one thread at a time; ``SharedDatabase`` shares it between threads.
public final class Database {
  /// The kinds of transactions.
  public enum TransactionKind: String, Sendable {
    /// A transaction that reads; it takes no lock at its start.
    case deferred = "BEGIN DEFERRED"
    /// A transaction that writes; it waits for the write lock at its start.
    case immediate = "BEGIN IMMEDIATE"
  }

  private let connection: OpaquePointer
  private var statements: [String: Statement] = [:]
  /// Called before each statement runs, with the SQL that contains its arguments.
  public var trace: (@Sendable (String) -> Void)?

  /// Opens a file, or a database in memory; foreign keys are enforced.
  ///
  /// A writable file is created if it is missing, and uses WAL mode. A statement waits up to five seconds for the locks
  /// of other connections.
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

  /// Runs statements without arguments and without rows.
  public func execute(_ sql: String) throws(SQLError) {
    let status = sqlite3_exec(connection, sql, nil, nil, nil)
    if status != SQLITE_OK { throw SQLError(status, on: connection) }
  }

  /// Runs a statement and returns its rows; the compiled statement is cached.
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

  /// The maximum number of cached statements.
  private static let capacity = 500

  /// Whether a text compiles as a statement of this database.
  public func isStatement(_ sql: String) -> Bool { (try? Statement(sql, on: connection)) != nil }

  /// The number of rows that the last statement changed.
  public var changes: Int { Int(sqlite3_changes64(connection)) }

  /// The number of rows changed on this connection.
  public var totalChanges: Int { Int(sqlite3_total_changes64(connection)) }

  /// Runs a body in a transaction; commits it after the body, or rolls it back if the body throws.
  public func inTransaction<Result>(_ kind: TransactionKind, _ body: (Database) throws -> Result) throws -> Result {
    try run(kind.rawValue)
    do {
      let result = try body(self)
      try run("COMMIT")
      return result
    } catch {
      // A failed statement may already have rolled the transaction back.
      if sqlite3_get_autocommit(connection) == 0 { _ = try? run("ROLLBACK") }
      throw error
    }
  }
}
