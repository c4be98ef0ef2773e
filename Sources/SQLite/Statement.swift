import CSQLite

/// A compiled SQL statement, which can be executed repeatedly.
///
/// The deinitializer frees the statement.
final class Statement {
  private let handle: OpaquePointer
  private let connection: OpaquePointer

  /// Compiles the first SQL statement of a text.
  ///
  /// - Throws: ``SQLError`` if the text is not a statement.
  init(_ sql: String, on connection: OpaquePointer) throws(SQLError) {
    var handle: OpaquePointer?
    let status = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
    guard status == SQLITE_OK, let handle else { throw SQLError(status, on: connection) }
    self.handle = handle
    self.connection = connection
  }

  deinit { sqlite3_finalize(handle) }

  /// Executes the statement, and returns its rows.
  ///
  /// The arguments replace the question marks of the statement. Before the execution, the function passes the resulting
  /// SQL text to `trace`.
  func run(_ arguments: [SQLValue], trace: ((String) -> Void)?) throws(SQLError) -> [Row] {
    defer {
      sqlite3_reset(handle)
      sqlite3_clear_bindings(handle)
    }
    for (index, argument) in arguments.enumerated() { try bind(argument, at: Int32(index + 1)) }
    if let trace, let text = sqlite3_expanded_sql(handle) {
      trace(String(cString: text))
      sqlite3_free(text)
    }
    var rows: [Row] = []
    while true {
      switch sqlite3_step(handle) {
      case SQLITE_ROW: rows.append(row)
      case SQLITE_DONE: return rows
      case let status: throw SQLError(status, on: connection)
      }
    }
  }

  private func bind(_ value: SQLValue, at index: Int32) throws(SQLError) {
    let status =
      switch value {
      case .null: sqlite3_bind_null(handle, index)
      case .integer(let integer): sqlite3_bind_int64(handle, index, integer)
      case .real(let double): sqlite3_bind_double(handle, index, double)
      case .text(let text):
        sqlite3_bind_text(handle, index, text, Int32(clamping: text.utf8.count), retort_sqlite_copy())
      case .blob(let bytes) where bytes.isEmpty: sqlite3_bind_zeroblob(handle, index, 0)
      case .blob(let bytes):
        sqlite3_bind_blob(handle, index, bytes, Int32(clamping: bytes.count), retort_sqlite_copy())
      }
    if status != SQLITE_OK { throw SQLError(status, on: connection) }
  }

  private var row: Row { Row(values: (0..<sqlite3_column_count(handle)).map(value)) }

  private func value(_ column: Int32) -> SQLValue {
    switch sqlite3_column_type(handle, column) {
    case SQLITE_INTEGER: .integer(sqlite3_column_int64(handle, column))
    case SQLITE_FLOAT: .real(sqlite3_column_double(handle, column))
    case SQLITE_TEXT: .text(String(decoding: bytes(sqlite3_column_text(handle, column), column), as: UTF8.self))
    case SQLITE_BLOB: .blob(Array(bytes(sqlite3_column_blob(handle, column), column)))
    default: .null
    }
  }

  private func bytes(_ start: UnsafeRawPointer?, _ column: Int32) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
  }
}
