/// A relationship from the rows of one table to the rows of another table.
struct Relationship: Sendable {
  /// How the database stores which rows are related.
  enum Storage: Sendable {
    /// A column of this table, which contains the key of a row of the other table.
    case toOne(Column)
    /// A column of the other table, which contains the key of a row of this table.
    case reverse(column: String, isRestricting: Bool)
    /// A join table, which contains pairs of keys.
    case join(table: String, own: String, other: String)
  }

  /// The name in requests and replies.
  let name: String
  /// The type of the related resources.
  let type: String
  let storage: Storage
  /// The name as a JSON key with its colon, such as `"author":`.
  let label: [UInt8]

  init(name: String, type: String, storage: Storage) {
    self.name = name
    self.type = type
    self.storage = storage
    label = Column.label(name)
  }

  /// The column of a to-one relationship; nil for a to-many relationship.
  var column: Column? {
    if case .toOne(let column) = storage { column } else { nil }
  }
}
