import GRDB

/// The tables of a database as resource types.
struct Schema: Sendable {
  let types: [String: ResourceType]

  /// The names of the types, which are the queues.
  var names: [String] { types.keys.sorted() }

  /// A table as SQLite describes it.
  private struct TableFacts {
    var name: String
    var sql: String
    var columns: [(column: Column, keyPosition: Int, type: String)] = []
    var references: [(column: String, table: String, onDelete: String)] = []
    var uniques: [UniqueConstraint] = []

    /// A table of nothing but two references joins two types.
    var isJoin: Bool { references.count == 2 && columns.count == 2 && Set(references.map(\.column)).count == 2 }
  }

  /// Reads the schema; foreign keys that no index serves get one, since every relationship is read by them.
  init(_ db: Database) throws {
    let names = try Row.fetchAll(
      db, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    let tables = try names.map { try Self.facts(db, $0[0], $0[1] ?? "") }
    let joins = tables.filter(\.isJoin)
    let served = tables.filter { !$0.isJoin }
    var types: [String: ResourceType] = [:]
    for table in served { types[table.name] = Self.type(table, served: served, joins: joins) }
    self.types = types
  }

  private static func facts(_ db: Database, _ name: String, _ sql: String) throws -> TableFacts {
    var table = TableFacts(name: name, sql: sql)
    for row in try Row.fetchAll(db, sql: "PRAGMA table_xinfo(\(name.quotedForSQL))") {
      let hidden: Int = row["hidden"]
      guard hidden != 1 else { continue }
      let type: String = row["type"] ?? ""
      let column = Column(
        name: row["name"], declaredType: type, isRequired: row["notnull"], defaultExpression: row["dflt_value"],
        isGenerated: hidden > 1)
      table.columns.append((column, row["pk"], type))
    }
    for row in try Row.fetchAll(db, sql: "PRAGMA foreign_key_list(\(name.quotedForSQL))") {
      let sequence: Int = row["seq"]
      if sequence == 0 { table.references.append((row["from"], row["table"], row["on_delete"])) }
    }
    for index in try Row.fetchAll(db, sql: "PRAGMA index_list(\(name.quotedForSQL))") {
      let (isUnique, isPartial, origin): (Bool, Bool, String) = (index["unique"], index["partial"], index["origin"])
      guard isUnique, !isPartial, origin != "pk" else { continue }
      let indexName: String = index["name"]
      let parts = try Row.fetchAll(db, sql: "PRAGMA index_xinfo(\(indexName.quotedForSQL))").compactMap {
        part -> UniqueConstraint.Part? in
        guard let column: String = part["name"], part["key"] == 1 else { return nil }
        return UniqueConstraint.Part(column: column, collation: part["coll"] ?? "BINARY")
      }
      table.uniques.insert(UniqueConstraint(parts: parts), at: 0)
    }
    return table
  }

  private static func type(_ table: TableFacts, served: [TableFacts], joins: [TableFacts]) -> ResourceType {
    let key = key(table)
    let referring = Set(table.references.map(\.column))
    let columns = table.columns.map(\.column)
    var relationships: [Relationship] = []
    for column in columns {
      guard let reference = table.references.first(where: { $0.column == column.name }) else { continue }
      let name = column.name.hasSuffix("_id") ? String(column.name.dropLast(3)) : column.name
      relationships.append(
        Relationship(name: Column.member(name), type: reference.table, storage: .toOne(column)))
    }
    relationships += toMany(table, served: served, joins: joins)
    return ResourceType(
      name: table.name, key: key, columns: columns,
      attributes: columns.filter { $0.name != key.name && !referring.contains($0.name) },
      relationships: relationships,
      checks: CheckConstraint.all(inTable: table.sql, columns: columns.map(\.name)), uniques: table.uniques)
  }

  private static func toMany(
    _ table: TableFacts, served: [TableFacts], joins: [TableFacts]
  ) -> [Relationship] {
    var result: [Relationship] = []
    for other in served {
      let references = other.references.filter { $0.table == table.name }
      for reference in references {
        let name = references.count == 1 ? other.name : "\(other.name)-by-\(reference.column)"
        let isRestricting = reference.onDelete == "RESTRICT" || reference.onDelete == "NO ACTION"
        result.append(
          Relationship(
            name: Column.member(name), type: other.name,
            storage: .reverse(column: reference.column, isRestricting: isRestricting)))
      }
    }
    for join in joins {
      for (own, other) in [(0, 1), (1, 0)] where join.references[own].table == table.name {
        let storage = Relationship.Storage.join(
          table: join.name, own: join.references[own].column, other: join.references[other].column)
        result.append(
          Relationship(
            name: Column.member(join.references[other].table), type: join.references[other].table, storage: storage))
      }
    }
    return result
  }

  private static func key(_ table: TableFacts) -> ResourceKey {
    let keys = table.columns.filter { $0.keyPosition > 0 }
    guard keys.count == 1, let key = keys.first else {
      return ResourceKey(name: "rowid", kind: .integer, isRowID: true)
    }
    let type = key.type.uppercased()
    let kind: ResourceKey.Kind = type.contains("INT") ? .integer : type.isEmpty ? .untyped : .text
    return ResourceKey(name: key.column.name, kind: kind, isRowID: false)
  }

  /// Makes an index for each foreign key that has none.
  static func indexForeignKeys(_ db: Database) throws {
    let tables = try String.fetchAll(
      db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    for table in tables {
      let indexed = try Set(
        Row.fetchAll(db, sql: "PRAGMA index_list(\(table.quotedForSQL))").compactMap { index -> String? in
          let name: String = index["name"]
          return try Row.fetchOne(db, sql: "PRAGMA index_info(\(name.quotedForSQL))")?["name"]
        })
      for row in try Row.fetchAll(db, sql: "PRAGMA foreign_key_list(\(table.quotedForSQL))") {
        let column: String = row["from"]
        guard !indexed.contains(column) else { continue }
        let name = "\(table)_\(column)_index".quotedForSQL
        try db.execute(sql: "CREATE INDEX IF NOT EXISTS \(name) ON \(table.quotedForSQL) (\(column.quotedForSQL))")
      }
    }
  }
}
