import SQLite

/// A row of a table: its key, its attributes, and the keys of related rows.
struct ResourceRow {
  let type: ResourceType
  let key: SQLValue
  /// The values of the row: the attributes in the order of the type, followed by the columns of to-one relationships.
  let values: ArraySlice<SQLValue>
  /// The keys of related rows, by the name of an included relationship.
  ///
  /// The dictionary contains all included to-many relationships. It contains included to-one relationships only if the
  /// dialect's `linksEverything` is true.
  var linkages: [String: [SQLValue]] = [:]

  /// Returns the key of the related row of a to-one relationship; NULL if there is no related row.
  func linkage(_ relationship: Relationship) -> SQLValue {
    let toOnes = type.toOnes
    guard let position = toOnes.firstIndex(where: { $0.name == relationship.name }) else { return .null }
    return values[values.startIndex + type.attributes.count + position - toOnes.startIndex]
  }

  /// The type and the key, which identify the row in a document.
  var identifier: RowIdentifier { RowIdentifier(type: type.name, key: key) }

  /// The type and the key of a row, such as the type `posts` and the key 5.
  struct RowIdentifier: Hashable {
    let type: String
    let key: SQLValue
  }
}

extension ResourceType {
  /// The columns to select for a `ResourceRow`, such as `t."id", t."text"`; `t` is the alias of the table.
  var selection: String {
    let columns = attributes + toOnes.compactMap(\.column)
    return (["t.\(key.quoted)"] + columns.map { "t.\($0.quoted)" }).joined(separator: ", ")
  }

  /// The number of columns that ``selection`` contains.
  var selectionCount: Int { 1 + attributes.count + toOnes.count }

  /// Converts a row of a query to a `ResourceRow`.
  ///
  /// The columns of ``selection`` begin at the index `start` of the row.
  func record(_ row: Row, from start: Int = 0) -> ResourceRow {
    ResourceRow(type: self, key: row[start], values: row.values[(start + 1)..<(start + selectionCount)])
  }
}
