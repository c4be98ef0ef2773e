import JSONText
import SQLite

/// What a `create` or an `update` wants a row to be, read from its document.
struct Draft {
  /// The values of the columns that are written, by column.
  private(set) var values: [String: SQLValue] = [:]
  /// The keys of the to-many relationships that are written.
  private(set) var linkages: [(relationship: Relationship, keys: [SQLValue])] = []
  /// The values that no column can hold, by column.
  private(set) var mismatches: [String: String] = [:]
  /// The to-many relationships that name a row which can't exist.
  private(set) var danglingLinkages: [String] = []
  /// The id that the document gives.
  private(set) var id: JSONValue?

  /// Reads `data`.
  ///
  /// A to-many relationship is written where a join table holds it; where another table's column does, that
  /// table's rows are the place to write it.
  ///
  /// - Throws: ``Refusal`` with every member that is wrong or may not be written.
  init(_ params: JSONObject, of type: ResourceType, in schema: Schema) throws(Refusal) {
    guard let value = params["data"], value != [:] else { throw Refusal(.missing("data")) }
    guard let data = value.objectValue else { throw Refusal(.invalidData("data")) }
    guard let typeName = data["type"] else { throw Refusal(.missing("type", in: "/data")) }
    guard typeName == .string(type.name) else { throw Refusal(.invalidResource(typeName.stringValue ?? typeName.text)) }
    id = data["id"]
    var errors = data.keys.filter { !["type", "id", "attributes", "relationships"].contains($0) }.map {
      Objection.notAllowed($0)
    }
    if let attributes = Self.object(data, "attributes", &errors) { readAttributes(attributes, of: type, &errors) }
    if let relationships = Self.object(data, "relationships", &errors) {
      for (name, value) in relationships { readRelationship(name, value, of: type, in: schema, &errors) }
    }
    guard errors.isEmpty else { throw Refusal(errors) }
  }

  private static func object(_ data: JSONObject, _ name: String, _ errors: inout [Objection]) -> JSONObject? {
    guard let value = data[name] else { return nil }
    if value.objectValue == nil { errors.append(.invalidData(name)) }
    return value.objectValue
  }

  private mutating func readAttributes(_ attributes: JSONObject, of type: ResourceType, _ errors: inout [Objection]) {
    for (name, value) in attributes {
      guard let column = type.attribute(name), !column.isGenerated else {
        errors.append(.notAllowed(name))
        continue
      }
      do throws(Column.Mismatch) {
        values[column.name] = try column.stored(value)
      } catch {
        mismatches[column.name] = error.message
      }
    }
  }

  private mutating func readRelationship(
    _ name: String, _ value: JSONValue, of type: ResourceType, in schema: Schema, _ errors: inout [Objection]
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

  /// Reads the id of a resource identifier; jsonapi-resources wants no other member, and loses the type of one of many.
  private static func identifier(
    _ json: JSONValue, _ type: ResourceType, _ dialect: Dialect, isOfMany: Bool = false, _ errors: inout [Objection]
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

  /// Gives the row its key.
  mutating func setKey(_ key: SQLValue, _ type: ResourceType) { values[type.key.name] = key }

  /// The columns that the document wants to write, the unfit values too.
  var touched: Set<String> { Set(values.keys).union(mismatches.keys) }
}
