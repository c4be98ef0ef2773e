public import JSONText

/// A resource as it was received, or an identifier that stands for one.
///
/// Its attributes and relationships are fields beside `type id links meta`; a relationship wins over an attribute.
public struct ResourceValue: Sendable {
  /// The resource object, as received.
  public let object: JSONObject
  /// The attributes, empty where the service left them out.
  let attributes: JSONObject
  /// The relationships, empty where the service left them out.
  let relationships: JSONObject
  /// What came with it in its document.
  let compound: Compound?
  /// The resources on the way here, so that a cycle ends in identifiers.
  let path: [String]
  /// The relationship it was reached by where it is an identifier only: for the error that says how to include it.
  let reachedBy: String?

  /// What a document holds beside its primary data, shared by its resources.
  final class Compound: Sendable {
    let included: @Sendable (_ type: String, _ id: String) -> JSONObject?
    /// Names the client that read it.
    let client: String
    init(client: String, included: @escaping @Sendable (String, String) -> JSONObject?) {
      self.client = client
      self.included = included
    }
  }

  init(_ object: JSONObject, compound: Compound? = nil, path: [String] = [], reachedBy: String? = nil) {
    self.object = object
    attributes = object["attributes"]?.objectValue ?? JSONObject()
    relationships = object["relationships"]?.objectValue ?? JSONObject()
    self.compound = compound
    self.path = path
    self.reachedBy = reachedBy
  }

  /// Creates a resource of an object that has a `type`, and `attributes` or `relationships`; nil of any other.
  init?(found object: JSONObject) {
    let (attributes, relationships) = (object["attributes"]?.objectValue, object["relationships"]?.objectValue)
    guard attributes != nil || relationships != nil, object["type"]?.stringValue != nil else { return nil }
    self.object = object
    self.attributes = attributes ?? JSONObject()
    self.relationships = relationships ?? JSONObject()
    (compound, path, reachedBy) = (nil, [], nil)
  }

  /// The type.
  public var type: String { object["type"]?.stringValue ?? "" }

  /// The id as a string, or nil where it has none yet.
  public var id: String? {
    switch object["id"] {
    case .string(let id): id
    case .number(let number): number.text
    default: nil
    }
  }

  /// Whether only type and id are known.
  public var isIdentifier: Bool {
    reachedBy != nil || !object.contains("attributes") && !object.contains("relationships")
  }

  /// Whether both are the same resource.
  func isSame(as other: ResourceValue) -> Bool { type == other.type && id == other.id }

  /// The value of a field, or nil where the resource has none of that name.
  func field(_ name: String) throws(Fault) -> Value? {
    switch name {
    case "type": return .string(type)
    case "id": return id.map { .string($0) } ?? .null
    case "links", "meta": return .record(Record(object[name]?.objectValue ?? JSONObject()))
    default: break
    }
    if let reachedBy { throw notIncluded(reachedBy, field: name) }
    if name == "attributes" { return .record(Record(attributes)) }
    if name == "relationships" { return .record(try related()) }
    if let relationship = relationships[name] { return try linked(name, relationship) }
    return attributes[name].map { Value($0) }
  }

  /// The names of all fields, relationships last.
  var fieldNames: [String] {
    let attributes = attributes.keys
    return ["type", "id"] + attributes + relationships.keys.filter { !attributes.contains($0) }
  }

  private func related() throws(Fault) -> Record {
    var fields: [Record.Field] = []
    for (name, relationship) in relationships {
      fields.append((name, relationship["data"] == nil ? .null : try linked(name, relationship)))
    }
    return Record(fields)
  }

  /// What a relationship leads to: resources where they are included, identifiers where not.
  private func linked(_ name: String, _ relationship: JSONValue) throws(Fault) -> Value {
    switch relationship["data"] {
    case nil:
      throw Fault(
        .field, "\(name) of \(label) is not loaded: the service sent the relationship without data",
        nextStep: "ask for it: include: \"\(name)\"")
    case .null?: return .null
    case .object(let identifier)?: return .resource(resolve(identifier, name))
    case .array(let identifiers)?:
      return .list(identifiers.compactMap(\.objectValue).map { .resource(resolve($0, name)) })
    default: throw Fault(.malformed, "\(name) of \(label) has data that is no linkage")
    }
  }

  private func resolve(_ identifier: JSONObject, _ name: String) -> ResourceValue {
    let type = identifier["type"]?.stringValue ?? ""
    let id = ResourceValue(identifier).id ?? ""
    let key = "\(type)/\(id)"
    guard !path.contains(key), key != label, let object = compound?.included(type, id) else {
      return ResourceValue(identifier, compound: compound, path: path, reachedBy: name)
    }
    return ResourceValue(object, compound: compound, path: path + [label])
  }

  private func notIncluded(_ name: String, field: String) -> Fault {
    Fault(
      .field, "\(name) is \(label), of which only type and id are known",
      nextStep: "ask for it where it is read: include: \"\(name)\"")
  }

  /// How messages name it: `posts/12`.
  var label: String { "\(type)/\(id ?? "(no id)")" }
}
