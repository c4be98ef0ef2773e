import SQLite

/// Creates the missing indexes of foreign keys when the service opens a database.
///
/// Without these indexes, each reverse relationship, each include and each deletion reads a whole table. The indexes
/// have names such as `retort_comments_post_id`, and are created only in a writable file. Apart from creating these
/// indexes and the table of ``AnsweredChanges``, the service changes a file only to carry out a request.
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
