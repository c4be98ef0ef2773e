import JSONText

/// A table that the service serves: the type of its resources, and the name of its queue.
struct ResourceType: Sendable {
  /// The name of the table, which is also the name of the type and of the queue.
  let name: String
  let key: ResourceIDColumn
  /// All columns of the table in order, including the key and the foreign keys.
  let columns: [Column]
  /// The columns whose values are attributes.
  let attributes: [Column]
  /// The to-one relationships in the order of the columns, followed by the to-many relationships.
  let relationships: [Relationship]
  let checks: [CheckConstraint]
  let uniques: [UniqueConstraint]

  /// The name, quoted for SQL.
  var quoted: String { name.quotedForSQL }

  /// The to-one relationships, which are stored in columns of this table.
  var toOnes: ArraySlice<Relationship> { relationships.prefix { $0.column != nil } }

  /// Returns the attribute with a given name in requests and replies; nil if there is no such attribute.
  func attribute(_ member: String) -> Column? { attributes.first { $0.member.isSame(as: member) } }

  /// Returns the relationship with a given name in requests and replies; nil if there is no such relationship.
  func relationship(_ name: String) -> Relationship? { relationships.first { $0.name.isSame(as: name) } }

  /// Returns the JSON pointer and the member's name for an error about a column.
  func place(ofColumn name: String) -> (pointer: String, member: String) {
    if !key.isRowID, key.name == name { return ("/data/id", "id") }
    if let relationship = toOnes.first(where: { $0.column?.name == name }) {
      return ("/data/relationships/\(relationship.name)", relationship.name)
    }
    let member = Column.member(name)
    return ("/data/attributes/\(member)", member)
  }
}

/// A UNIQUE constraint: no two rows of a table may have the same values in all columns of the constraint.
///
/// The constraint does not apply to a row with NULL in one of the columns.
struct UniqueConstraint: Sendable {
  /// A column, with the collation that compares its values.
  struct ConstrainedColumn: Sendable {
    let column: String
    let collation: String
  }

  let parts: [ConstrainedColumn]
}
