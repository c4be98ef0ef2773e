import JSONText
import SQLite

/// A piece of SQL with question marks, and the arguments that replace them.
struct SQLFragment {
  var sql: String
  var arguments: [SQLValue] = []

  init(_ sql: String, _ arguments: [SQLValue] = []) {
    self.sql = sql
    self.arguments = arguments
  }

  /// Creates the condition that the value of an expression is one of the given values.
  ///
  /// Several values become a single argument, a JSON array. The text of the statement therefore does not depend on the
  /// number of values, and the database can reuse the compiled statement.
  init(_ expression: String, isOneOf values: [SQLValue]) {
    switch values.count {
    case 0: self.init("0")
    case 1: self.init("\(expression) = ?", values)
    default: self.init("\(expression) IN (SELECT value FROM json_each(?))", [Self.list(values)])
    }
  }

  static func + (left: SQLFragment, right: SQLFragment) -> SQLFragment {
    SQLFragment(left.sql + right.sql, left.arguments + right.arguments)
  }

  static func += (left: inout SQLFragment, right: SQLFragment) {
    left.sql += right.sql
    left.arguments += right.arguments
  }

  /// Returns values as one argument for `json_each`: a JSON array of numbers and texts.
  static func list(_ values: [SQLValue]) -> SQLValue {
    var bytes: [UInt8] = [UInt8(ascii: "[")]
    for (index, value) in values.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      switch value {
      case .integer(let integer): bytes.append(contentsOf: String(integer).utf8)
      case .real(let double): bytes.append(contentsOf: "\(double)".utf8)
      case .text(let text): bytes.append(jsonString: text)
      case .null, .blob: bytes.append(contentsOf: "null".utf8)
      }
    }
    bytes.append(UInt8(ascii: "]"))
    return .text(String(decoding: bytes, as: UTF8.self))
  }
}

extension Database {
  /// Runs a query, and caches the prepared statement.
  func rows(_ query: SQLFragment) throws -> [Row] { try run(query.sql, query.arguments) }

  /// Runs a query, and returns its first row; nil if there are no rows.
  func firstRow(_ query: SQLFragment) throws -> Row? { try rows(query).first }

  /// Runs a query that counts rows, and returns the count.
  func count(_ query: SQLFragment) throws -> Int { try firstRow(query)?.integer(0) ?? 0 }

  /// Runs a statement, and caches the prepared statement.
  func run(_ statement: SQLFragment) throws { try run(statement.sql, statement.arguments) }
}
