import JSONText
import SQLite

/// A `destroy` request, parsed from its parameters.
struct DestroyRequest {
  private let type: ResourceType
  private let schema: Schema
  private let id: String
  private let key: SQLValue

  init(_ params: JSONObject, of type: ResourceType, in schema: Schema) throws(RequestRefusal) {
    self.type = type
    self.schema = schema
    (id, key) = try ResourceIDParser.parse(params["id"], of: type)
  }

  /// Deletes the row; the caller must be in a transaction.
  ///
  /// - Throws: ``RequestRefusal`` if the row does not exist, or if a foreign key of another row prevents the deletion.
  func carryOut(_ database: Database) throws {
    do {
      try database.run(SQLFragment("DELETE FROM \(type.quoted) WHERE \(type.key.quoted) = ?", [key]))
    } catch let error as SQLError where error.kind == .foreignKey {
      throw RequestRefusal(.conflict(try conflict(database)))
    }
    guard database.changes > 0 else { throw RequestRefusal(.notFound(id)) }
  }

  /// Returns the error message with the number of rows that prevent the deletion.
  private func conflict(_ database: Database) throws -> String {
    var references: [String] = []
    for relationship in type.relationships {
      guard case .reverse(let column, true) = relationship.storage else { continue }
      let table = relationship.type.quotedForSQL
      let query = "SELECT count(*) FROM \(table) WHERE \(column.quotedForSQL) = ?"
      let count = try database.count(SQLFragment(query, [key]))
      if count > 0 { references.append("\(count) \(relationship.name)") }
    }
    let cause = references.isEmpty ? "other rows" : references.joined(separator: " and ")
    return "\(type.name) \(id) can't be destroyed: \(cause) refer to it."
  }
}
