/// A value of SQLite, as a part of a row or as an argument of a statement (https://www.sqlite.org/datatype3.html).
///
/// As in SQLite, the integer 1 and the real number 1.0 are equal.
public enum SQLValue: Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])

  /// Whether the value is NULL.
  public var isNull: Bool { if case .null = self { true } else { false } }
}

extension SQLValue: Hashable {
  /// Whether two values are equal.
  ///
  /// NULL equals NULL. Numbers are compared by value, and texts byte by byte.
  public static func == (left: SQLValue, right: SQLValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.integer(let a), .integer(let b)): a == b
    case (.real(let a), .real(let b)): a == b
    case (.integer(let a), .real(let b)), (.real(let b), .integer(let a)): Int64(exactly: b) == a
    case (.text(let a), .text(let b)): a.utf8.elementsEqual(b.utf8)
    case (.blob(let a), .blob(let b)): a == b
    default: false
    }
  }

  /// Hashes the value.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .integer(let integer): hasher.combine(integer)
    case .real(let double):
      if let integer = Int64(exactly: double) { hasher.combine(integer) } else { hasher.combine(double) }
    case .text(let text): for byte in text.utf8 { hasher.combine(byte) }
    case .blob(let bytes): hasher.combine(bytes)
    }
  }
}

/// A row of a query.
public struct Row: Sendable {
  /// The values in the order of the columns.
  public let values: [SQLValue]

  /// The value in a column.
  ///
  /// Columns are counted from 0.
  public subscript(column: Int) -> SQLValue { values[column] }

  /// Returns the text in a column; nil if the value is not text.
  public func text(_ column: Int) -> String? {
    if case .text(let text) = values[column] { text } else { nil }
  }

  /// Returns the integer in a column; 0 if the value is not an integer.
  public func integer(_ column: Int) -> Int {
    if case .integer(let integer) = values[column] { Int(integer) } else { 0 }
  }

  /// Whether the value in a column is an integer other than 0, which SQLite treats as true.
  public func isTrue(_ column: Int) -> Bool { integer(column) != 0 }
}
