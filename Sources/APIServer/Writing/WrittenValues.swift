import JSONText
import SQLite

/// The values that a `create` or an `update` writes, parsed from its document.
struct WrittenValues {
  /// The values to write, by column.
  private(set) var values: [String: SQLValue] = [:]
  /// The to-many relationships to write, each with the keys of the related rows.
  private(set) var linkages: [(relationship: Relationship, keys: [SQLValue])] = []
  /// The error messages for values of the wrong type, by column.
  private(set) var mismatches: [String: String] = [:]
  /// The names of the to-many relationships whose linkage contains an id that no row can have.
  private(set) var danglingLinkages: [String] = []
  /// The id in the document; nil if it is missing.
  private(set) var id: JSONValue?

  /// Parses the member `data` of a request.
  ///
  /// A request can write a to-many relationship that is stored in a join table. The service refuses to write a to-many
  /// relationship that is stored in a column of the other table. A client must write the rows of the other table
  /// instead.
  ///
  /// - Throws: ``RequestRefusal`` that names every member that is invalid or not writable.
  init(_ params: JSONObject, of type: ResourceType, in schema: Schema) throws(RequestRefusal) {
    guard let value = params["data"], value != [:] else { throw RequestRefusal(.missing("data")) }
    guard let data = value.objectValue else { throw RequestRefusal(.invalidData("data")) }
    guard let typeName = data["type"] else { throw RequestRefusal(.missing("type", in: "/data")) }
    guard typeName == .string(type.name) else {
      throw RequestRefusal(.invalidResource(typeName.stringValue ?? typeName.text))
    }
    id = data["id"]
    var errors = data.keys.filter { !["type", "id", "attributes", "relationships"].contains($0) }.map {
      ErrorInBothWordings.notAllowed($0)
    }
    if let attributes = Self.object(data, "attributes", &errors) { readAttributes(attributes, of: type, &errors) }
    if let relationships = Self.object(data, "relationships", &errors) {
      for (name, value) in relationships { readRelationship(name, value, of: type, in: schema, &errors) }
    }
    guard errors.isEmpty else { throw RequestRefusal(errors) }
  }

  private static func object(_ data: JSONObject, _ name: String, _ errors: inout [ErrorInBothWordings]) -> JSONObject? {
    guard let value = data[name] else { return nil }
    if value.objectValue == nil { errors.append(.invalidData(name)) }
    return value.objectValue
  }

  private mutating func readAttributes(
    _ attributes: JSONObject, of type: ResourceType, _ errors: inout [ErrorInBothWordings]
  ) {
    for (name, value) in attributes {
      guard let column = type.attribute(name), !column.isGenerated else {
        errors.append(.notAllowed(name))
        continue
      }
      do throws(Column.ColumnTypeMismatch) {
        values[column.name] = try column.stored(value)
      } catch {
        mismatches[column.name] = error.message
      }
    }
  }

  private mutating func readRelationship(
    _ name: String, _ value: JSONValue, of type: ResourceType, in schema: Schema, _ errors: inout [ErrorInBothWordings]
  ) {
    guard let relationship = type.relationship(name), let target = schema.types[relationship.type] else {
      return errors.append(.notAllowed(name))
    }
    guard let data = value["data"] else { return errors.append(.invalidLinkage) }
    switch relationship.storage {
    case .toOne(let column):
      guard !data.isNull else { return values[column.name] = .null }
      guard let id = Self.identifier(data, target, schema.dialect, &errors) else { return }
      values[column.name] = target.key.stored(id)
      if values[column.name] == nil { mismatches[column.name] = "must exist" }
    case .reverse: errors.append(.notAllowed(name))
    case .join:
      guard let elements = data.arrayValue else { return errors.append(.invalidLinkage) }
      let ids = elements.compactMap { Self.identifier($0, target, schema.dialect, isOfMany: true, &errors) }
      let keys = ids.compactMap(target.key.stored)
      if keys.count < ids.count { danglingLinkages.append(name) }
      linkages.append((relationship, Array(Set(keys))))
    }
  }

  /// Returns the id of a resource identifier.
  ///
  /// jsonapi-resources allows only `type` and `id` in an identifier. In a to-many relationship, jsonapi-resources does
  /// not check the type.
  private static func identifier(
    _ json: JSONValue, _ type: ResourceType, _ dialect: ProtocolDialect, isOfMany: Bool = false,
    _ errors: inout [ErrorInBothWordings]
  ) -> String? {
    let isCarrot = dialect.flavour == .carrot
    guard let name = json["type"]?.stringValue, let id = json["id"], let text = id.stringValue ?? id.numberValue?.text,
      !isCarrot || json.objectValue?.count == 2
    else {
      errors.append(.invalidLinkage)
      return nil
    }
    if !name.isSame(as: type.name) { errors.append(.typeMismatch(isCarrot && isOfMany ? "" : name)) }
    return text
  }

  /// Sets the key of the row.
  mutating func setKey(_ key: SQLValue, _ type: ResourceType) { values[type.key.name] = key }
}
