import GRDB
import JSONAPI
import JSONText

/// The resource object of a write, as values for columns.
struct Change {
  /// The id that the client gives.
  private(set) var id: String?
  /// Columns to their new values.
  private(set) var values: [String: DatabaseValue] = [:]
  /// Relationships that are replaced as a whole.
  private(set) var toMany: [(relationship: Relationship, ids: [String])] = []
  /// Values that their columns can't hold.
  private(set) var mismatches: [ErrorDetail] = []

  init(_ data: JSONValue?, _ type: ResourceType, _ schema: Schema) throws(Failure) {
    guard let data, !data.isNull else { throw Failure.missing("data") }
    guard let object = data.objectValue else {
      throw Failure("400", "115", "Invalid Links Object", "data is not a resource object.")
    }
    guard let name = object["type"]?.stringValue else { throw Failure.missing("type") }
    guard name == type.name else {
      throw Failure("400", "101", "Invalid resource", "\(name) is not a valid resource.")
    }
    for member in object.keys where !["type", "id", "attributes", "relationships"].contains(member) {
      throw Failure.notAllowed(member)
    }
    if let id = object["id"], !id.isNull {
      guard let text = id.stringValue, type.key.stored(text) != nil else {
        throw Failure("400", "103", "Invalid field value", "\(id.text) is not a valid value for id.")
      }
      self.id = text
    }
    try take(object["attributes"]?.objectValue ?? [:], type)
    try link(object["relationships"]?.objectValue ?? [:], type)
  }

  private mutating func take(_ attributes: JSONObject, _ type: ResourceType) throws(Failure) {
    for (name, value) in attributes {
      guard let column = type.attribute(name), !column.isGenerated else { throw Failure.notAllowed(name) }
      do throws(Column.Mismatch) {
        values[column.name] = try column.stored(value)
      } catch {
        mismatches.append(.violation(error.message, of: column.name, in: type))
      }
    }
  }

  private mutating func link(_ relationships: JSONObject, _ type: ResourceType) throws(Failure) {
    for (name, value) in relationships {
      guard let relationship = type.relationship(name) else { throw Failure.notAllowed(name) }
      guard let data = value["data"] else {
        throw Failure("400", "115", "Invalid Links Object", "\(name) has no data.")
      }
      switch relationship.storage {
      case .toOne(let column):
        values[column.name] = try Self.identifier(data, relationship)?.databaseValue ?? .null
      case .join:
        guard let array = data.arrayValue else {
          throw Failure("400", "115", "Invalid Links Object", "\(name) is not a list.")
        }
        var ids: [String] = []
        for element in array {
          if let id = try Self.identifier(element, relationship) { ids.append(id) }
        }
        toMany.append((relationship, ids))
      case .reverse:
        throw Failure(
          "403", "403", "Complete replacement forbidden", "\(name) can't be replaced: update the \(relationship.type)",
          pointer: "/data/relationships/\(name)")
      }
    }
  }

  private static func identifier(_ data: JSONValue, _ relationship: Relationship) throws(Failure) -> String? {
    if data.isNull { return nil }
    guard let object = data.objectValue, let identifier = Identifier(object) else {
      throw Failure("400", "115", "Invalid Links Object", "Data is not a valid Links Object.")
    }
    guard identifier.type == relationship.type else {
      throw Failure("400", "116", "Type Mismatch", "\(identifier.type) is not a valid type for this operation.")
    }
    return identifier.id
  }
}

extension ErrorDetail {
  /// A value that can't be.
  static func violation(_ message: String, of column: String, in type: ResourceType) -> ErrorDetail {
    let place = type.place(ofColumn: column)
    return ErrorDetail(
      status: "422", code: "100", title: message, detail: "\(place.member) - \(message)", pointer: place.pointer)
  }
}
