import SQLite

/// SQLite's description of a table: its columns, primary key, foreign keys and indexes.
struct TableDescription {
  /// A foreign key of one column.
  struct ForeignKey {
    let column: String
    let table: String
    /// The column to which the foreign key refers; nil for the primary key.
    let target: String?
    /// Whether the database refuses to delete a row to which the foreign key refers.
    let isRestricting: Bool
  }

  /// An index with its columns in order.
  ///
  /// The name of a column is nil if the index contains an expression or the rowid instead.
  struct TableIndex {
    let isUnique: Bool
    let isPartial: Bool
    let parts: [(column: String?, collation: String)]
  }

  let name: String
  let sql: String
  let columns: [Column]
  let primaryKey: [String]
  let isIntegerKey: Bool
  let isWithoutRowID: Bool
  let foreignKeys: [ForeignKey]
  let indexes: [TableIndex]

  /// Reads the descriptions of all tables.
  ///
  /// The result omits views, virtual tables, SQLite's internal tables, and the service's table of stored answers.
  static func all(_ database: Database) throws -> [TableDescription] {
    let tables = try database.run(
      """
      SELECT l.name, l.wr, m.sql FROM pragma_table_list AS l
      JOIN sqlite_schema AS m ON m.type = 'table' AND m.name = l.name
      WHERE l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        AND l.name <> '\(AnsweredChanges.table)'
      ORDER BY l.name
      """)
    return try tables.map { row in
      try TableDescription(database, name: row.text(0) ?? "", isWithoutRowID: row.isTrue(1), sql: row.text(2) ?? "")
    }
  }

  private init(_ database: Database, name: String, isWithoutRowID: Bool, sql: String) throws {
    self.name = name
    self.isWithoutRowID = isWithoutRowID
    self.sql = sql
    let rows = try database.run(
      #"SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?) WHERE hidden <> 1"#,
      [.text(name)])
    columns = rows.map { row in
      Column(
        name: row.text(0) ?? "", declaredType: row.text(1) ?? "", isRequired: row.isTrue(2),
        defaultExpression: row.text(3), isGenerated: row.isTrue(5))
    }
    let keyRows = rows.filter { $0.integer(4) > 0 }.sorted { $0.integer(4) < $1.integer(4) }
    primaryKey = keyRows.compactMap { $0.text(0) }
    isIntegerKey =
      primaryKey.count == 1 && keyRows.allSatisfy { ($0.text(1) ?? "").uppercased().contains("INT") }
    foreignKeys = try Self.foreignKeys(database, name)
    indexes = try Self.indexes(database, name)
  }

  private static func foreignKeys(_ database: Database, _ table: String) throws -> [ForeignKey] {
    let rows = try database.run(
      """
      SELECT "from", "table", "to", on_delete FROM pragma_foreign_key_list(?1) AS f
      WHERE (SELECT count(*) FROM pragma_foreign_key_list(?1) AS o WHERE o.id = f.id) = 1 ORDER BY f.id DESC
      """, [.text(table)])
    return rows.map { row in
      ForeignKey(
        column: row.text(0) ?? "", table: row.text(1) ?? "", target: row.text(2),
        isRestricting: ["RESTRICT", "NO ACTION"].contains(row.text(3) ?? ""))
    }
  }

  private static func indexes(_ database: Database, _ table: String) throws -> [TableIndex] {
    let rows = try database.run(
      #"SELECT name, "unique", partial FROM pragma_index_list(?) ORDER BY seq DESC"#,
      [.text(table)])
    return try rows.map { row in
      let parts = try database.run(
        "SELECT name, coll FROM pragma_index_xinfo(?) WHERE key ORDER BY seqno",
        [row[0]])
      return TableIndex(
        isUnique: row.isTrue(1), isPartial: row.isTrue(2), parts: parts.map { ($0.text(0), $0.text(1) ?? "BINARY") })
    }
  }

  /// The column that identifies a row; nil if there is no such column.
  ///
  /// A table without a primary key of one column uses its rowid. A rowid stays the same until the next VACUUM.
  var key: ResourceIDColumn? {
    if let name = primaryKey.first, primaryKey.count == 1 {
      let isText = columns.contains { $0.name == name && ($0.kind == .text || $0.kind == .numberText) }
      return ResourceIDColumn(name: name, kind: isIntegerKey ? .integer : isText ? .text : .untyped, isRowID: false)
    }
    let names = ["rowid", "_rowid_", "oid"].filter { name in !columns.contains { $0.name.lowercased() == name } }
    guard !isWithoutRowID, let name = names.first else { return nil }
    return ResourceIDColumn(name: name, kind: .integer, isRowID: true)
  }

  /// The two foreign keys of a join table; nil for any other table.
  ///
  /// A join table has no other column.
  var joined: (ForeignKey, ForeignKey)? {
    guard columns.count == 2, foreignKeys.count == 2, foreignKeys[0].column != foreignKeys[1].column else { return nil }
    let inOrder = columns.compactMap { column in foreignKeys.first { $0.column == column.name } }
    return inOrder.count == 2 ? (inOrder[0], inOrder[1]) : nil
  }

  var uniques: [UniqueConstraint] {
    indexes.filter { $0.isUnique && !$0.isPartial }.compactMap { index in
      let parts = index.parts.compactMap { part in
        part.column.map { UniqueConstraint.ConstrainedColumn(column: $0, collation: part.collation) }
      }
      let isKey = parts.count == 1 && primaryKey == parts.map(\.column)
      return parts.count == index.parts.count && !isKey ? UniqueConstraint(parts: parts) : nil
    }
  }
}
