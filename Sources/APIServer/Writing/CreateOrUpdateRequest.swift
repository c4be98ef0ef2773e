import JSONText
import SQLite

/// A `create` or `update` request, parsed from its parameters.
struct CreateOrUpdateRequest {
  private let type: ResourceType
  private let schema: Schema
  private let replyWriter: SingleResourceReplyWriter
  private var draft: WrittenValues
  /// The row to update; nil for the method `create`.
  private var existing: (text: String, key: SQLValue)?

  /// Parses a `create`, whose document may contain an id.
  init(creating params: JSONObject, of type: ResourceType, in schema: Schema) throws(RequestRefusal) {
    try self.init(params, type, schema)
    guard draft.id != nil else { return }
    guard !type.key.isRowID else { throw RequestRefusal(.notAllowed("id")) }
    draft.setKey(try ResourceIDParser.parse(draft.id, of: type).key, type)
  }

  /// Parses an `update`, whose id is in `id`, in `data.id`, or in both.
  init(updating params: JSONObject, of type: ResourceType, in schema: Schema) throws(RequestRefusal) {
    try self.init(params, type, schema)
    let existing = try ResourceIDParser.parse(params["id"] ?? draft.id, of: type)
    if let id = draft.id {
      let named = try ResourceIDParser.parse(id, of: type)
      guard named.key == existing.key else { throw RequestRefusal(.keyMismatch(named.text)) }
    }
    self.existing = existing
  }

  private init(_ params: JSONObject, _ type: ResourceType, _ schema: Schema) throws(RequestRefusal) {
    self.type = type
    self.schema = schema
    var errors: [ErrorInBothWordings] = []
    let replyWriter = errors.collect { () throws(RequestRefusal) in
      try SingleResourceReplyWriter(params, of: type, in: schema)
    }
    let draft = errors.collect { () throws(RequestRefusal) in try WrittenValues(params, of: type, in: schema) }
    guard let replyWriter, let draft else { throw RequestRefusal(errors) }
    self.replyWriter = replyWriter
    self.draft = draft
  }

  /// Writes the row and its linkage, and returns the document of the written row.
  ///
  /// The caller must be in a transaction.
  ///
  /// - Throws: ``RequestRefusal`` with all errors. In this case, the function writes nothing.
  func carryOut(_ database: Database) throws -> [UInt8] {
    if let existing, try replyWriter.document(existing.key, database) == nil {
      throw RequestRefusal(.notFound(existing.text))
    }
    let candidate = ProposedRowCheck(draft, of: type, in: schema, updating: existing?.key)
    let violations = try candidate.violations(database)
    guard violations.isEmpty else { throw RequestRefusal(violations) }
    let key = try existing.map { try update($0.key, database) } ?? insert(database)
    for (relationship, keys) in draft.linkages { try link(key, relationship, keys, database) }
    guard let document = try replyWriter.document(key, database) else {
      throw RequestRefusal(.notFound(ResourceIDColumn.id(key)))
    }
    return document
  }

  /// The columns to write and their values, in the order of the table.
  private var columns: [(name: String, value: SQLValue)] {
    type.columns.compactMap { column in draft.values[column.name].map { (column.quoted, $0) } }
  }

  private func insert(_ database: Database) throws -> SQLValue {
    let names = columns.map(\.name).joined(separator: ", ")
    let marks = columns.map { _ in "?" }.joined(separator: ", ")
    let values = columns.isEmpty ? "DEFAULT VALUES" : "(\(names)) VALUES (\(marks))"
    let insert = SQLFragment(
      "INSERT INTO \(type.quoted) \(values) RETURNING \(type.key.quoted)", columns.map(\.value))
    return try database.firstRow(insert)?[0] ?? .null
  }

  private func update(_ key: SQLValue, _ database: Database) throws -> SQLValue {
    if columns.isEmpty { return key }
    let changes = columns.map { "\($0.name) = ?" }.joined(separator: ", ")
    try database.run(
      SQLFragment("UPDATE \(type.quoted) SET \(changes) WHERE \(type.key.quoted) = ?", columns.map(\.value) + [key]))
    return key
  }

  private func link(_ key: SQLValue, _ relationship: Relationship, _ keys: [SQLValue], _ database: Database)
    throws
  {
    guard case .join(let table, let own, let other) = relationship.storage else { return }
    let (pairs, owner) = (table.quotedForSQL, own.quotedForSQL)
    if existing != nil { try database.run(SQLFragment("DELETE FROM \(pairs) WHERE \(owner) = ?", [key])) }
    try database.run(
      SQLFragment(
        "INSERT INTO \(pairs) (\(owner), \(other.quotedForSQL)) SELECT ?, value FROM json_each(?)",
        [key, SQLFragment.list(keys)]))
  }
}
