import Foundation
import SQLite

/// The column that identifies the rows of a table.
///
/// The column is the primary key of the table if the primary key has one column. Otherwise the column is SQLite's
/// rowid.
struct ResourceIDColumn: Sendable {
  /// The kinds of ids that a key can have.
  enum Kind: Sendable {
    /// The ids are integers of 64 bits, in decimal digits without leading zeros.
    case integer
    /// An id can be any text.
    case text
    /// The column has no type.
    ///
    /// The database stores an integer for an id such as `12`, and text for any other id.
    case untyped
  }

  /// The name of the column in SQL, or the name of the rowid.
  let name: String
  let kind: Kind
  /// Whether the key is SQLite's rowid instead of a column that the table declares.
  let isRowID: Bool

  /// The name, quoted for SQL.
  var quoted: String { name.quotedForSQL }

  /// Returns the value that the database stores for an id; nil if no row can have the id.
  func stored(_ id: String) -> SQLValue? {
    guard !id.utf8.contains(0) else { return nil }
    if kind == .text { return .text(id) }
    if let integer = Int64(id), String(integer) == id { return .integer(integer) }
    return kind == .integer ? nil : .text(id)
  }

  /// Returns the id, as text, for a stored value of the key.
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
