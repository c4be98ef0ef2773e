import SQLite

/// The types of a database's tables, and the relationships that their foreign keys define.
///
/// - Each table is a type, and has a queue of the same name.
/// - A table of exactly two columns that are both foreign keys is a join table, and not a type. From a join table, each
///   of the two types gets a to-many relationship with the name of the other table.
/// - A foreign key of one column that refers to the key of a table is a to-one relationship. The relationship has the
///   name of the column without `_id`.
/// - For each foreign key, the type to which the foreign key refers gets a to-many relationship in the reverse
///   direction. The reverse relationship has the name of the table with the foreign key, such as `comments`. If the
///   name is already in use, or if several foreign keys lead to the same table, the name is longer. It then consists of
///   the to-one relationship and the table, such as `editor-comments`.
/// - A foreign key of several columns is not a relationship: its columns are attributes.
/// - A primary key of one column is the id. In any other table, the rowid is the id. The service does not serve a
///   `WITHOUT ROWID` table whose primary key has several columns.
/// - The service does not serve views and virtual tables.
struct Schema: Sendable {
  /// The service's dialect.
  let dialect: ProtocolDialect
  /// The types by name.
  let types: [String: ResourceType]

  /// The names of the types, in alphabetical order.
  var names: [String] { types.keys.sorted() }

  /// Reads the schema of a database.
  init(_ database: Database, _ dialect: ProtocolDialect) throws {
    self.dialect = dialect
    let tables = try TableDescription.all(database)
    var drafts: [String: ResourceTypeBuilder] = [:]
    for table in tables where table.joined == nil {
      guard let key = table.key else { continue }
      drafts[table.name.lowercased()] = ResourceTypeBuilder(table: table, key: key)
    }
    Self.addToOnes(&drafts, in: tables)
    Self.addReverses(&drafts, in: tables)
    Self.addJoins(&drafts, in: tables)
    var types: [String: ResourceType] = [:]
    for draft in drafts.values { types[draft.table.name] = try draft.finished(database) }
    self.types = types
  }

  private static func addToOnes(_ drafts: inout [String: ResourceTypeBuilder], in tables: [TableDescription]) {
    for table in tables {
      for foreignKey in table.foreignKeys {
        guard let target = drafts[foreignKey.table.lowercased()], target.isKey(foreignKey.target),
          let column = table.columns.first(where: { $0.name == foreignKey.column })
        else { continue }
        drafts[table.name.lowercased()]?.addToOne(column, to: target.table.name)
      }
    }
  }

  private static func addReverses(_ drafts: inout [String: ResourceTypeBuilder], in tables: [TableDescription]) {
    for table in tables {
      guard let own = drafts[table.name.lowercased()] else { continue }
      for relationship in own.toOnes {
        guard let column = relationship.column,
          let foreignKey = table.foreignKeys.first(where: { $0.column == column.name })
        else { continue }
        let isOnly = own.toOnes.count { $0.type == relationship.type } == 1
        let longName = "\(relationship.name)-\(Column.member(table.name))"
        drafts[relationship.type.lowercased()]?.addToMany(
          isOnly ? [Column.member(table.name), longName] : [longName], to: table.name,
          .reverse(column: column.name, isRestricting: foreignKey.isRestricting))
      }
    }
  }

  private static func addJoins(_ drafts: inout [String: ResourceTypeBuilder], in tables: [TableDescription]) {
    for table in tables {
      guard let (left, right) = table.joined, let leftType = drafts[left.table.lowercased()],
        let rightType = drafts[right.table.lowercased()], leftType.isKey(left.target), rightType.isKey(right.target)
      else { continue }
      for (own, other, target) in [(left, right, rightType), (right, left, leftType)] {
        let longName = "\(Column.member(table.name))-\(Column.member(other.column))"
        drafts[own.table.lowercased()]?.addToMany(
          [Column.member(target.table.name), longName], to: target.table.name,
          .join(table: table.name, own: own.column, other: other.column))
      }
    }
  }
}
