import JSONText
import SQLite

/// Reads one resource and writes its document, which is the reply to `show`, `create` and `update`.
struct SingleResourceReplyWriter {
  private let type: ResourceType
  private let schema: Schema
  private let content: RequestedContent

  init(_ params: JSONObject, of type: ResourceType, in schema: Schema) throws(RequestRefusal) {
    self.type = type
    self.schema = schema
    content = try RequestedContent(params, of: type, in: schema)
  }

  /// Reads a row and returns its document as JSON; nil if the row does not exist.
  func document(_ key: SQLValue, _ database: Database) throws -> [UInt8]? {
    let query = "SELECT \(type.selection) FROM \(type.quoted) AS t WHERE t.\(type.key.quoted) = ?"
    guard let row = try database.firstRow(SQLFragment(query, [key])) else { return nil }
    var document = CompoundDocument([type.record(row)], in: schema)
    try document.include(content.include, from: database)
    var writer = DocumentWriter(content.fieldsets, schema.dialect)
    for record in document.records.prefix(1) { writer.data(record) }
    writer.included(document.included)
    writer.end()
    return writer.bytes
  }
}

/// Parses the id of a request.
enum ResourceIDParser {
  /// Parses an id, which must be a string or a number.
  ///
  /// - Returns: The text of the id, and the key to find in the database.
  /// - Throws: A refusal if the id is missing, or if no row can have the id.
  static func parse(_ id: JSONValue?, of type: ResourceType) throws(RequestRefusal) -> (text: String, key: SQLValue) {
    guard let id, !id.isNull else { throw RequestRefusal(.missing("id")) }
    let text = id.stringValue ?? id.numberValue?.text
    guard let text, let key = type.key.stored(text) else { throw RequestRefusal(.invalidID(id)) }
    return (text, key)
  }
}
