import JSONText

/// A served table: the type of its resources, and the name of its queue.
struct ResourceType: Sendable {
  /// The table's name, which is the type and the queue.
  let name: String
  let key: ResourceKey
  /// Every column of the table in order, including the key and the foreign keys.
  let columns: [Column]
  /// The columns that are attributes.
  let attributes: [Column]
  /// The to-one relationships in the columns' order, then the to-many relationships.
  let relationships: [Relationship]
  let checks: [CheckConstraint]
  let uniques: [UniqueConstraint]

  /// The name, quoted for SQL.
  var quoted: String { name.quotedForSQL }

  /// The relationships stored in a column of this table.
  var toOnes: ArraySlice<Relationship> { relationships.prefix { $0.column != nil } }

  /// Returns the attribute that has this name on the wire; nil if no attribute has it.
  func attribute(_ member: String) -> Column? { attributes.first { $0.member.isSame(as: member) } }

  /// Returns the relationship that has this name on the wire; nil if no relationship has it.
  func relationship(_ name: String) -> Relationship? { relationships.first { $0.name.isSame(as: name) } }

  /// Returns the JSON pointer and the member name for an error about a column.
  func place(ofColumn name: String) -> (pointer: String, member: String) {
    if !key.isRowID, key.name == name { return ("/data/id", "id") }
    if let relationship = toOnes.first(where: { $0.column?.name == name }) {
      return ("/data/relationships/\(relationship.name)", relationship.name)
    }
    let member = Column.member(name)
    return ("/data/attributes/\(member)", member)
  }
}

/// Columns whose combined values are unique in a table; a row with NULL in one of them can have equal values.
struct UniqueConstraint: Sendable {
  /// A column, and the collation that compares its values.
  struct ConstrainedColumn: Sendable {
    let column: String
    let collation: String
  }

  let parts: [ConstrainedColumn]
}
