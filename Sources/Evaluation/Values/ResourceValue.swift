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
  /// The relationships on the way here: for the error that says what to include.
  let way: [String]
  /// Whether it is all that was sent of what a relationship leads to.
  let isStub: Bool

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

  init(
    _ object: JSONObject, compound: Compound? = nil, path: [String] = [], way: [String] = [], isStub: Bool = false
  ) {
    self.object = object
    attributes = object["attributes"]?.objectValue ?? JSONObject()
    relationships = object["relationships"]?.objectValue ?? JSONObject()
    self.compound = compound
    self.path = path
    self.way = way
    self.isStub = isStub
  }

  /// Creates a resource of an object that has a `type`, and `attributes` or `relationships`; nil of any other.
  init?(found object: JSONObject) {
    let (attributes, relationships) = (object["attributes"]?.objectValue, object["relationships"]?.objectValue)
    guard attributes != nil || relationships != nil, object["type"]?.stringValue != nil else { return nil }
    self.object = object
    self.attributes = attributes ?? JSONObject()
    self.relationships = relationships ?? JSONObject()
    (compound, path, way, isStub) = (nil, [], [], false)
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
    isStub || !object.contains("attributes") && !object.contains("relationships")
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
    if isStub { throw notIncluded() }
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
        nextStep: "ask for it: include: \"\((way + [name]).joined(separator: "."))\"")
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
      return ResourceValue(identifier, compound: compound, path: path, way: way + [name], isStub: true)
    }
    return ResourceValue(object, compound: compound, path: path + [label], way: way + [name])
  }

  private func notIncluded() -> Fault {
    Fault(
      .field, "\(way.last ?? "it") is \(label), of which only type and id are known",
      nextStep: "ask for it where it is read: include: \"\(way.joined(separator: "."))\"")
  }

  /// How messages name it: `posts/12`.
  var label: String { "\(type)/\(id ?? "(no id)")" }
}
