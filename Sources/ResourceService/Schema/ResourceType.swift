import JSONText

/// A served table: the type of its resources, and the name of its queue.
struct ResourceType: Sendable {
  /// The table's name, which is the type and the queue.
  let name: String
  let key: ResourceKey
  /// Every column of the table in its order, the key's and the foreign keys' too.
  let columns: [Column]
  /// The columns that are attributes.
  let attributes: [Column]
  /// The to-one relationships in the columns' order, then the to-many.
  let relationships: [Relationship]
  let checks: [CheckConstraint]
  let uniques: [UniqueConstraint]

  /// The name, quoted for SQL.
  var quoted: String { name.quotedForSQL }

  /// The relationships that a column of this table holds.
  var toOnes: ArraySlice<Relationship> { relationships.prefix { $0.column != nil } }

  /// The attribute of a name on the wire.
  func attribute(_ member: String) -> Column? { attributes.first { $0.member.isSame(as: member) } }

  /// The relationship of a name on the wire.
  func relationship(_ name: String) -> Relationship? { relationships.first { $0.name.isSame(as: name) } }

  /// Where an error about a column points, and how it calls the column.
  func place(ofColumn name: String) -> (pointer: String, member: String) {
    if !key.isRowID, key.name == name { return ("/data/id", "id") }
    if let relationship = toOnes.first(where: { $0.column?.name == name }) {
      return ("/data/relationships/\(relationship.name)", relationship.name)
    }
    let member = Column.member(name)
    return ("/data/attributes/\(member)", member)
  }
}

/// Columns whose values together may stand only once in a table, NULL excepted.
struct UniqueConstraint: Sendable {
  /// A column, and the collation by which two values of it are the same.
  struct Part: Sendable {
    let column: String
    let collation: String
  }

  let parts: [Part]
}
