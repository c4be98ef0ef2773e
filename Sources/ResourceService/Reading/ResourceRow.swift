import SQLite

/// A row of a type: its key, its attributes and the keys of related rows.
struct ResourceRow {
  let type: ResourceType
  let key: SQLValue
  /// The attributes in the type's order, then the columns of the to-one relationships.
  let values: ArraySlice<SQLValue>
  /// The keys of the related rows, by the names of included to-many relationships; also of included to-one
  /// relationships, if the dialect needs them.
  var linkages: [String: [SQLValue]] = [:]

  /// Returns the key in a to-one relationship's column; NULL without a related row.
  func linkage(_ relationship: Relationship) -> SQLValue {
    let toOnes = type.toOnes
    guard let position = toOnes.firstIndex(where: { $0.name == relationship.name }) else { return .null }
    return values[values.startIndex + type.attributes.count + position - toOnes.startIndex]
  }

  /// The record's identifier in a document.
  var identifier: Identifier { Identifier(type: type.name, key: key) }

  /// A type and a key.
  struct Identifier: Hashable {
    let type: String
    let key: SQLValue
  }
}

extension ResourceType {
  /// The columns that a SELECT reads for a record; the table's alias is `t`.
  var selection: String {
    let columns = attributes + toOnes.compactMap(\.column)
    return (["t.\(key.quoted)"] + columns.map { "t.\($0.quoted)" }).joined(separator: ", ")
  }

  /// The number of columns of ``selection``.
  var selectionCount: Int { 1 + attributes.count + toOnes.count }

  /// Returns the record in a row; `start` is the index at which the columns of ``selection`` begin.
  func record(_ row: Row, from start: Int = 0) -> ResourceRow {
    ResourceRow(type: self, key: row[start], values: row.values[(start + 1)..<(start + selectionCount)])
  }
}
