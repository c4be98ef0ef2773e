import JSONText
import SQLite

/// A piece of SQL with the arguments for its question marks.
struct SQLFragment {
  var sql: String
  var arguments: [SQLValue] = []

  init(_ sql: String, _ arguments: [SQLValue] = []) {
    self.sql = sql
    self.arguments = arguments
  }

  /// Creates the condition that an expression is one of the given values.
  ///
  /// Several values are one argument, a JSON array, so the statement does not depend on their number.
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

  /// Returns integers, numbers and texts as one argument for `json_each`, a JSON array.
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
  /// Runs a query with a cached statement.
  func rows(_ query: SQLFragment) throws -> [Row] { try run(query.sql, query.arguments) }

  /// Returns the first row of a query, which runs with a cached statement; nil without rows.
  func firstRow(_ query: SQLFragment) throws -> Row? { try rows(query).first }

  /// Returns the result of a counting query.
  func count(_ query: SQLFragment) throws -> Int { try firstRow(query)?.integer(0) ?? 0 }

  /// Runs a cached statement.
  func run(_ statement: SQLFragment) throws { try run(statement.sql, statement.arguments) }
}
