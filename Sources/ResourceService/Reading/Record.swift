import SQLite

/// A row of a type: its key, its attributes and the keys it refers to.
struct Record {
  let type: ResourceType
  let key: SQLValue
  /// The attributes in the type's order, then the columns of its to-one relationships.
  let values: ArraySlice<SQLValue>
  /// The keys of the to-many relationships that were included, by name; of the to-one ones too, where that matters.
  var linkages: [String: [SQLValue]] = [:]

  /// The key that a to-one relationship's column holds; NULL is none.
  func linkage(_ relationship: Relationship) -> SQLValue {
    let toOnes = type.toOnes
    guard let position = toOnes.firstIndex(where: { $0.name == relationship.name }) else { return .null }
    return values[values.startIndex + type.attributes.count + position - toOnes.startIndex]
  }

  /// What identifies it in a document.
  var identifier: Identifier { Identifier(type: type.name, key: key) }

  /// A type and a key.
  struct Identifier: Hashable {
    let type: String
    let key: SQLValue
  }
}

extension ResourceType {
  /// What to select of a row for a record, as the table's alias is `t`.
  var selection: String {
    let columns = attributes + toOnes.compactMap(\.column)
    return (["t.\(key.quoted)"] + columns.map { "t.\($0.quoted)" }).joined(separator: ", ")
  }

  /// The number of columns of ``selection``.
  var selectionCount: Int { 1 + attributes.count + toOnes.count }

  /// The record of a row of ``selection``, which other columns may stand before.
  func record(_ row: Row, from start: Int = 0) -> Record {
    Record(type: self, key: row[start], values: row.values[(start + 1)..<(start + selectionCount)])
  }
}
