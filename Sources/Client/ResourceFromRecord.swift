import JSONText

/// The attributes and the relationships of a record (WireProtocol.md, "Records become documents").
///
/// A resource object is a record with `type`, and with `attributes` or `relationships`. Its attributes and linkage are
/// copied unchanged. In any other record, ``LinkageRecognizer`` decides which values are relationships. All other
/// values are attributes.
struct ResourceFromRecord {
  /// Whether the record is a resource object.
  let isResource: Bool
  private var attributes = JSONObject()
  private var relationships = JSONObject()
  /// The relationships of a resource object that have no `data`, so that the client can't send them.
  private(set) var notLoaded: [String] = []
  private let settings: ClientSettings
  private let verb: String

  init(_ record: JSONObject, _ settings: ClientSettings, verb: String) throws(ClientError) {
    self.settings = settings
    self.verb = verb
    isResource =
      record["type"]?.stringValue != nil
      && (record["attributes"]?.objectValue != nil || record["relationships"]?.objectValue != nil)
    if isResource {
      try take(resource: record)
    } else {
      for (name, value) in record where name != "id" { try take(name, value) }
    }
  }

  /// Returns the resource object to send.
  ///
  /// The result always has `attributes`, because the Elixir library Alembic treats an object without them as an
  /// identifier. The member `relationships` is omitted if it would be empty.
  func data(id: String?) -> JSONValue {
    var members: [(String, JSONValue)] = []
    members.reserveCapacity(4)
    members.append(("type", .string(settings.type)))
    if let id { members.append(("id", .string(id))) }
    members.append(("attributes", .object(attributes)))
    if !relationships.isEmpty { members.append(("relationships", .object(relationships))) }
    return .object(JSONObject(members))
  }

  /// Returns the id to send for a string or an integer; throws a `value` error otherwise (TheLanguage.md, "IDs").
  func id(_ value: JSONValue?, of name: String) throws(ClientError) -> String {
    try LinkageRecognizer(settings, verb).id(value, of: name)
  }

  private mutating func take(resource: JSONObject) throws(ClientError) {
    if let type = resource["type"]?.stringValue, type != settings.type {
      throw ClientError(
        .value, "\(settings.type) \(verb): the resource has the type \(type)", nextStep: "use a client of that type")
    }
    for (name, value) in try members("attributes", resource) {
      attributes[name] = value
    }
    for (name, relationship) in try members("relationships", resource) {
      guard let data = relationship["data"] else {
        notLoaded.append(name)
        continue
      }
      relationships[name] = ["data": try LinkageRecognizer(settings, verb).of(data: data, name)]
    }
  }

  private func members(_ member: String, _ resource: JSONObject) throws(ClientError) -> JSONObject {
    switch resource[member] {
    case nil, .null?: return [:]
    case .object(let object)?: return object
    default: throw ClientError(.value, "\(settings.type) \(verb): the \(member) of the resource are not a record")
    }
  }

  private mutating func take(_ name: String, _ value: JSONValue) throws(ClientError) {
    if let linkage = try LinkageRecognizer(settings, verb).of(value, name) {
      relationships[name] = ["data": linkage]
    } else {
      attributes[name] = value
    }
  }
}
