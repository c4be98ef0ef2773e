import Foundation
import SQLite

/// The column that identifies a table's rows: a primary key of one column, or else the rowid.
struct ResourceKey: Sendable {
  /// The kinds of ids.
  enum Kind: Sendable {
    /// The ids are integers of 64 bits, in decimal digits without leading zeros.
    case integer
    /// Texts without a restriction.
    case text
    /// The ids are in a column without a type; an id that looks like an integer is stored as an integer, any other id
    /// as text.
    case untyped
  }

  /// The column's name in SQL, or the name of the rowid.
  let name: String
  let kind: Kind
  /// Whether the key is SQLite's rowid instead of a declared column.
  let isRowID: Bool

  /// The name, quoted for SQL.
  var quoted: String { name.quotedForSQL }

  /// Returns the stored value of an id; nil if no row can have it.
  func stored(_ id: String) -> SQLValue? {
    guard !id.utf8.contains(0) else { return nil }
    if kind == .text { return .text(id) }
    if let integer = Int64(id), String(integer) == id { return .integer(integer) }
    return kind == .integer ? nil : .text(id)
  }

  /// Returns the id of a stored value.
  static func id(_ value: SQLValue) -> String {
    switch value {
    case .null: ""
    case .integer(let integer): String(integer)
    case .real(let double): "\(double)"
    case .text(let text): text
    case .blob(let content): Data(content).base64EncodedString()
    }
  }
}
