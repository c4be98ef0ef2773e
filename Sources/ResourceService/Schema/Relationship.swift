/// A way from the rows of one table to those of another.
struct Relationship: Sendable {
  /// Where the linkage is kept.
  enum Storage: Sendable {
    /// In a column of the own table, which holds the key of one row of the other.
    case toOne(Column)
    /// In a column of the other table, which holds the own key.
    case reverse(column: String, isRestricting: Bool)
    /// In a table that holds pairs of keys.
    case join(table: String, own: String, other: String)
  }

  /// The name on the wire.
  let name: String
  /// The type of the resources it leads to.
  let type: String
  let storage: Storage
  /// The name as it begins a JSON member.
  let label: [UInt8]

  init(name: String, type: String, storage: Storage) {
    self.name = name
    self.type = type
    self.storage = storage
    label = Column.label(name)
  }

  /// The column that holds a to-one linkage.
  var column: Column? {
    if case .toOne(let column) = storage { column } else { nil }
  }
}
