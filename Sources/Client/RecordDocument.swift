import JSONAPI
public import JSONText

extension ResourceClient {
  /// The request that creates a resource of a record (Retort.Client.Generic `create`).
  ///
  /// - Throws: a `value` error for a nested record that is no linkage.
  public func createRequest(
    _ record: JSONObject, options: JSONObject = [:], keepID: Bool = false
  ) throws(ClientError) -> PreparedRequest {
    var document = try RecordDocument(record, settings, verb: "create")
    document.id = keepID ? document.id : nil
    let params = JSONObject([("data", document.data)]).merging(options)
    return PreparedRequest(method: "create", params: params, changes: true, pointers: document.pointers)
  }

  /// The request that updates a resource (Retort.Client.Generic `update`).
  public func updateRequest(
    _ id: String, _ record: JSONObject, options: JSONObject = [:]
  ) throws(ClientError) -> PreparedRequest {
    var document = try RecordDocument(record, settings, verb: "update")
    document.id = id
    let params = JSONObject([("id", .string(id)), ("data", document.data)]).merging(options)
    return PreparedRequest(method: "update", params: params, changes: true, pointers: document.pointers)
  }

  /// The request that destroys a resource.
  public func destroyRequest(_ id: String, options: JSONObject = [:]) -> PreparedRequest {
    PreparedRequest(method: "destroy", params: JSONObject([("id", .string(id))]).merging(options), changes: true)
  }
}

/// A record sorted into what JSON:API keeps apart: attributes and relationships.
struct RecordDocument {
  private let type: String
  var id: String?
  private var attributes = JSONObject()
  private var relationships = JSONObject()
  private(set) var pointers: [String: [String]] = [:]
  private let settings: Settings
  private let verb: String

  init(_ record: JSONObject, _ settings: Settings, verb: String) throws(ClientError) {
    self.settings = settings
    self.verb = verb
    type = settings.type
    if record["type"]?.stringValue != nil, record.contains("attributes") || record.contains("relationships") {
      try takeResource(record)
      return
    }
    for (name, value) in record { try take(name, value) }
  }

  /// The resource object: `attributes` always, else the members that are not empty.
  var data: JSONValue {
    var data: JSONObject = ["type": .string(type)]
    if let id { data["id"] = .string(id) }
    data["attributes"] = .object(attributes)
    if !relationships.isEmpty { data["relationships"] = .object(relationships) }
    return .object(data)
  }

  private mutating func takeResource(_ resource: JSONObject) throws(ClientError) {
    if let given = resource["type"]?.stringValue, given != type {
      throw ClientError(
        .value, "\(type) \(verb): the resource is of type \(given)", nextStep: "use the client of that type")
    }
    id = resource["id"]?.idText
    for (name, value) in resource["attributes"]?.objectValue ?? [:] {
      attributes[name] = value
      note("attributes", name, [name])
    }
    for (name, value) in resource["relationships"]?.objectValue ?? [:] {
      guard let linkage = value["data"] else { continue }
      relationships[name] = ["data": linkage]
      note("relationships", name, [name])
    }
  }

  private mutating func take(_ name: String, _ value: JSONValue) throws(ClientError) {
    if name == "id", let text = value.idText {
      id = text
      return
    }
    if let linkage = try linkage(name, value) {
      relationships[name] = ["data": linkage]
      note("relationships", name, [name])
    } else {
      attributes[name] = value
      note("attributes", name, [name])
    }
  }

  private mutating func note(_ member: String, _ name: String, _ path: [String]) {
    let wire = settings.keys == .underscore ? name.replacing("_", with: "-") : name
    pointers["/data/\(member)/\(wire)"] = path
  }

  /// The linkage that a value is, or nil where it is an attribute.
  private func linkage(_ name: String, _ value: JSONValue) throws(ClientError) -> JSONValue? {
    let declared = settings.relationships[name]
    switch value {
    case .null: return declared == nil ? nil : .null
    case .object(let object): return try identifier(name, object, declared)
    case .array(let array):
      let objects = array.compactMap(\.objectValue)
      if array.isEmpty { return declared == nil ? nil : .array([]) }
      guard objects.count == array.count else {
        guard declared == nil else { throw noLinkage(name) }
        return nil
      }
      var identifiers: [JSONValue] = []
      for object in objects {
        guard let identifier = try identifier(name, object, declared) else { return nil }
        identifiers.append(identifier)
      }
      return .array(JSONArray(identifiers))
    default:
      guard declared == nil else { throw noLinkage(name) }
      return nil
    }
  }

  private func identifier(
    _ name: String, _ object: JSONObject, _ declared: Settings.Relationship?
  ) throws(ClientError) -> JSONValue? {
    let keys = Set(object.keys)
    let isResource =
      object["type"]?.stringValue != nil && (keys.contains("attributes") || keys.contains("relationships"))
    if keys == ["type", "id"] || isResource {
      guard let identifier = Identifier(object) else { throw noID(name) }
      return try checked(identifier, name).json
    }
    if keys == ["id"] {
      guard let declared else {
        throw ClientError(
          .value, "\(type) \(verb): \(name) has an id and no type",
          nextStep:
            "write \(name): {type: \"...\", id: ...}, or declare it: client ... relationships: {\(name): \"...\"}")
      }
      guard let id = object["id"]?.idText else { throw noID(name) }
      return try checked(Identifier(type: declared.type, id: id), name).json
    }
    if declared != nil { throw noID(name) }
    return nil
  }

  private func checked(_ identifier: Identifier, _ name: String) throws(ClientError) -> Identifier {
    guard !identifier.id.isEmpty, !identifier.id.contains(",") else {
      throw ClientError(
        .value, "\(type) \(verb): \(name) has the id \"\(identifier.id)\"",
        nextStep: "an id is not empty and holds no comma")
    }
    return identifier
  }

  private func noID(_ name: String) -> ClientError {
    ClientError(
      .value, "\(type) \(verb): \(name) is a relationship, and this record has no id",
      nextStep: "create it first and give its id: \(name): {type: \"...\", id: made.id}")
  }

  private func noLinkage(_ name: String) -> ClientError {
    ClientError(
      .value, "\(type) \(verb): \(name) is a relationship, and this is no record with an id",
      nextStep: "write \(name): {id: \"1\"}, a list of those, or null")
  }
}
