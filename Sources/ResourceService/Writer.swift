import GRDB
import JSONAPI
import JSONText

/// Carries out `create`, `update` and `destroy` of a type, inside a transaction.
struct Writer {
  let db: Database
  let schema: Schema
  let type: ResourceType

  /// Creates a resource and returns its id.
  func create(_ params: JSONObject) throws -> String {
    let change = try Change(params["data"], type, schema)
    var values = change.values
    if let id = change.id { values[type.key.name] = type.key.stored(id) ?? .null }
    let violations = try change.mismatches + Violations(db: db, schema: schema, type: type, key: nil).find(values)
    guard violations.isEmpty else { throw Failure(violations) }
    let names = values.keys.sorted()
    let columns = names.map(\.quotedForSQL).joined(separator: ", ")
    let sql =
      names.isEmpty
      ? "INSERT INTO \(type.quoted) DEFAULT VALUES"
      : "INSERT INTO \(type.quoted) (\(columns)) VALUES (\(names.map { _ in "?" }.joined(separator: ", ")))"
    try db.cachedStatement(sql: sql).execute(arguments: StatementArguments(names.map { values[$0] ?? .null }))
    let row = db.lastInsertedRowID
    let key =
      try DatabaseValue.fetchOne(
        db, sql: "SELECT \(type.key.quoted) FROM \(type.quoted) WHERE rowid = ?", arguments: [row]) ?? row.databaseValue
    try link(change, key)
    return ResourceKey.id(key)
  }

  /// Updates a resource and returns its id.
  func update(_ params: JSONObject) throws -> String {
    guard let id = params["id"]?.stringValue else { throw Failure.missing("id") }
    let change = try Change(params["data"], type, schema)
    guard let own = change.id else { throw Failure("400", "109", "A key is required", "A key is required") }
    guard own == id else {
      throw Failure("400", "110", "Key is not included in URL", "The URL does not support the key \(own)")
    }
    guard let key = type.key.stored(id), var values = try current(key) else { throw Failure.notFound(id) }
    values.merge(change.values) { $1 }
    let check = Violations(db: db, schema: schema, type: type, key: key)
    let violations = try change.mismatches + check.find(values, changed: Set(change.values.keys))
    guard violations.isEmpty else { throw Failure(violations) }
    let names = change.values.keys.sorted()
    if !names.isEmpty {
      let sets = names.map { "\($0.quotedForSQL) = ?" }.joined(separator: ", ")
      let arguments = names.map { change.values[$0] ?? .null } + [key]
      try db.cachedStatement(sql: "UPDATE \(type.quoted) SET \(sets) WHERE \(type.key.quoted) = ?")
        .execute(arguments: StatementArguments(arguments))
    }
    try link(change, key)
    return id
  }

  /// Destroys a resource, and what its references cascade to.
  func destroy(_ params: JSONObject) throws {
    guard let id = params["id"]?.stringValue else {
      throw Failure("500", "500", "Internal Server Error", "the id is not a string")
    }
    guard let key = type.key.stored(id) else { throw Failure.notFound(id) }
    do {
      try db.cachedStatement(sql: "DELETE FROM \(type.quoted) WHERE \(type.key.quoted) = ?").execute(arguments: [key])
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
      let holders = try holders(key)
      throw Failure(
        "409", "113", "Resource is in use", "\(type.name) \(id) can't be destroyed: \(holders) refer to it")
    }
    if db.changesCount == 0 { throw Failure.notFound(id) }
  }

  /// Which types hold on to a row.
  private func holders(_ key: DatabaseValue) throws -> String {
    var names: [String] = []
    for relationship in type.relationships {
      guard case .reverse(let column, true) = relationship.storage else { continue }
      let sql = "SELECT 1 FROM \(relationship.type.quotedForSQL) WHERE \(column.quotedForSQL) = ? LIMIT 1"
      if try Int.fetchOne(db, sql: sql, arguments: [key]) != nil { names.append(relationship.type) }
    }
    return names.isEmpty ? "other resources" : names.joined(separator: ", ")
  }

  private func current(_ key: DatabaseValue) throws -> [String: DatabaseValue]? {
    let columns = type.columns.filter { !$0.isGenerated }
    let names = columns.map(\.quoted).joined(separator: ", ")
    let sql = "SELECT \(names) FROM \(type.quoted) WHERE \(type.key.quoted) = ?"
    guard let row = try Row.fetchOne(try db.cachedStatement(sql: sql), arguments: [key]) else { return nil }
    var values: [String: DatabaseValue] = [:]
    for (index, column) in columns.enumerated() { values[column.name] = row[index] }
    return values
  }

  /// Replaces the to-many relationships of a change.
  private func link(_ change: Change, _ key: DatabaseValue) throws {
    for (relationship, ids) in change.toMany {
      guard case .join(let table, let own, let far) = relationship.storage, let other = schema.types[relationship.type]
      else { continue }
      try db.execute(
        sql: "DELETE FROM \(table.quotedForSQL) WHERE \(own.quotedForSQL) = ?", arguments: [key])
      for id in ids {
        guard let stored = other.key.stored(id), try Violations.exists(db, other, stored) else {
          throw Failure.notFound(id)
        }
        try db.execute(
          sql: "INSERT OR IGNORE INTO \(table.quotedForSQL) (\(own.quotedForSQL), \(far.quotedForSQL)) VALUES (?, ?)",
          arguments: [key, stored])
      }
    }
  }
}
