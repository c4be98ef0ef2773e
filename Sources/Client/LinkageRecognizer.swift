import JSONAPI
import JSONText

/// Decides whether a value in a record is linkage or an attribute.
///
/// The decision depends on the form of the value, and on the relationships that the client declares. Linkage is a
/// resource identifier, such as `{type: "authors", id: "1"}`, a list of identifiers, or null.
struct LinkageRecognizer {
  private let settings: ClientSettings
  private let verb: String

  init(_ settings: ClientSettings, _ verb: String) {
    self.settings = settings
    self.verb = verb
  }

  /// Returns the linkage to send for the value of a field; nil if the value is an attribute.
  ///
  /// - Throws: A `value` error for malformed linkage.
  func of(_ value: JSONValue, _ name: String) throws(ClientError) -> JSONValue? {
    guard let declared = settings.declared(name) else { return try undeclared(value, name) }
    switch (declared, value) {
    case (.toOne, .null): return .null
    case (.toOne(let type), .object(let object)): return try identifier(object, name, type)
    case (.toMany(let type), .array(let array)):
      return try list(array, name) { object throws(ClientError) in try identifier(object, name, type) }
    case (.toOne(let type), _):
      throw refusal(
        name, "is a to-one relationship to \(type), but the value is not a record with an id",
        "\(name): {id: \"1\"}, or null")
    case (.toMany(let type), _):
      throw refusal(
        name, "is a to-many relationship to \(type), but the value is not a list", "\(name): [{id: \"1\"}], or []")
    }
  }

  /// Returns the linkage to send for the `data` of a relationship in a resource object.
  ///
  /// - Throws: A `value` error if `data` is not linkage.
  func of(data: JSONValue, _ name: String) throws(ClientError) -> JSONValue {
    switch data {
    case .null: return .null
    case .object(let object): return try typed(object, name)
    case .array(let array):
      return try list(array, name) { object throws(ClientError) in try typed(object, name) }
    default: throw noLinkage(name)
    }
  }

  /// Returns the id to send for a value.
  ///
  /// - Throws: A `value` error if the value is neither a string nor an integer, or if the id is empty or contains a
  ///   comma.
  func id(_ value: JSONValue?, of name: String) throws(ClientError) -> String {
    switch value {
    case .string(let text) where !text.isEmpty && !text.holds(","): return text
    case .number(let number) where !number.text.contains { ".eE".contains($0) }: return number.text
    default:
      throw refusal(
        name, "has \(value.map { "the id \($0.text)" } ?? "no id")",
        "an id must be an integer, or a string that is not empty and has no comma")
    }
  }

  private func undeclared(_ value: JSONValue, _ name: String) throws(ClientError) -> JSONValue? {
    switch value {
    case .object(let object):
      try refuseUntyped(object, name)
      guard object.isLinkage else { return nil }
      return try typed(object, name)
    case .array(let array):
      let objects = array.compactMap(\.objectValue)
      for object in objects { try refuseUntyped(object, name) }
      guard !objects.isEmpty, objects.count == array.count, objects.allSatisfy(\.isLinkage) else { return nil }
      return try list(array, name) { object throws(ClientError) in try typed(object, name) }
    default: return nil
    }
  }

  private func refuseUntyped(_ object: JSONObject, _ name: String) throws(ClientError) {
    guard object.count == 1, object.contains("id") else { return }
    throw refusal(
      name, "has an id but no type",
      "write \(name): {type: \"...\", id: ...}, or declare the relationship: client ... relationships: {\(name): \"...\"}"
    )
  }

  private func list(
    _ array: JSONArray, _ name: String, _ identifier: (JSONObject) throws(ClientError) -> JSONValue
  ) throws(ClientError) -> JSONValue {
    var identifiers: [JSONValue] = []
    for (index, element) in array.enumerated() {
      do throws(ClientError) {
        guard let object = element.objectValue else { throw noLinkage(name) }
        identifiers.append(try identifier(object))
      } catch {
        var error = error
        error.path.append("\(index)")
        throw error
      }
    }
    return .array(JSONArray(identifiers))
  }

  /// Returns the identifier to send for a value of a declared relationship, such as `{id: "1"}`.
  private func identifier(_ object: JSONObject, _ name: String, _ type: String) throws(ClientError) -> JSONValue {
    if object.isLinkage { return try typed(object, name) }
    guard object.contains("id") else {
      throw refusal(
        name, "is a relationship, but its value has no id",
        "create the related resource first: let made = create ...; then write "
          + "\(name): {type: \"\(type)\", id: made.id}")
    }
    guard object.count == 1 else {
      throw refusal(
        name, "is a relationship, but the value has fields besides the id", "write only \(name): {id: ...}")
    }
    return ResourceIdentifier(type: type, id: try id(object["id"], of: name)).json
  }

  private func typed(_ object: JSONObject, _ name: String) throws(ClientError) -> JSONValue {
    guard let type = object["type"]?.stringValue, !type.isEmpty else { throw noLinkage(name) }
    return ResourceIdentifier(type: type, id: try id(object["id"], of: name)).json
  }

  private func noLinkage(_ name: String) -> ClientError {
    refusal(name, "is a relationship, but the value is not a record with type and id", "{type: \"...\", id: \"1\"}")
  }

  private func refusal(_ name: String, _ message: String, _ nextStep: String) -> ClientError {
    ClientError(.value, "\(settings.type) \(verb): \(name) \(message)", nextStep: nextStep, path: [name])
  }
}

extension JSONObject {
  /// Whether the object is linkage: an identifier, or a whole resource object.
  ///
  /// An identifier has only `type` and `id`.
  fileprivate var isLinkage: Bool {
    if count == 2, contains("type"), contains("id") { return true }
    return self["type"]?.stringValue != nil && (contains("attributes") || contains("relationships"))
  }
}
