import SQLite

/// The indexes on foreign keys that a database is given when it is opened.
///
/// Without them each reverse relationship, each include and each deletion would read a whole table. A file that
/// can be written gets those that it lacks, named `retort_TABLE_COLUMN`; no other change is made to it but what
/// ``AnsweredChanges`` keeps.
enum ForeignKeyIndexes {
  /// Creates the missing indexes.
  static func create(_ database: Database) throws {
    for table in try TableDescription.all(database) {
      for foreignKey in table.foreignKeys where !isIndexed(foreignKey.column, in: table) {
        let name = "retort_\(table.name)_\(foreignKey.column)".quotedForSQL
        let place = "\(table.name.quotedForSQL) (\(foreignKey.column.quotedForSQL))"
        try database.execute("CREATE INDEX IF NOT EXISTS \(name) ON \(place)")
      }
    }
  }

  private static func isIndexed(_ column: String, in table: TableDescription) -> Bool {
    let isKey = table.primaryKey.count == 1 && table.primaryKey.first == column
    return isKey || table.indexes.contains { !$0.isPartial && $0.parts.first?.column == column }
  }
}
