import SQLite

/// A type to which the service is still adding relationships.
struct ResourceTypeBuilder {
  let table: TableDescription
  let key: ResourceIDColumn
  var toOnes: [Relationship] = []
  var toManies: [Relationship] = []

  init(table: TableDescription, key: ResourceIDColumn) {
    self.table = table
    self.key = key
  }

  /// Whether a foreign key refers to the key of this type.
  ///
  /// `target` is the column to which the foreign key refers. Nil means the primary key.
  func isKey(_ target: String?) -> Bool {
    guard !key.isRowID else { return false }
    return target.map { $0.lowercased() == key.name.lowercased() } ?? true
  }

  private func isTaken(_ name: String) -> Bool {
    if name == "id" || name == "type" || (toOnes + toManies).contains(where: { $0.name == name }) { return true }
    return attributes.contains { $0.member == name }
  }

  mutating func addToOne(_ column: Column, to type: String) {
    guard column.name != key.name, !toOnes.contains(where: { $0.column?.name == column.name }) else { return }
    let full = column.member
    let name = full.hasSuffix("-id") && full.count > 3 ? String(full.dropLast(3)) : full
    toOnes.append(Relationship(name: isTaken(name) && name != full ? full : name, type: type, storage: .toOne(column)))
  }

  mutating func addToMany(_ names: [String], to type: String, _ storage: Relationship.Storage) {
    guard let name = names.first(where: { !isTaken($0) }) else { return }
    toManies.append(Relationship(name: name, type: type, storage: storage))
  }

  private var attributes: [Column] {
    let others = Set(toOnes.compactMap { $0.column?.name } + (key.isRowID ? [] : [key.name]))
    return table.columns.filter { !others.contains($0.name) }
  }

  func finished(_ database: Database) throws -> ResourceType {
    let checks = CheckConstraint.all(inTable: table.sql, columns: table.columns.map(\.name))
    let candidate = table.columns.map { "NULL AS \($0.quoted)" }.joined(separator: ", ")
    return ResourceType(
      name: table.name, key: key, columns: table.columns, attributes: attributes, relationships: toOnes + toManies,
      checks: checks.filter { check in
        database.isStatement("SELECT (\(check.expression)) FROM (SELECT \(candidate))")
      }, uniques: table.uniques)
  }
}
