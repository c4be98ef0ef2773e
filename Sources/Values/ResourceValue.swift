public import JSONText

/// A resource as it was received, or an identifier that stands for one.
///
/// Its attributes and relationships are fields beside `type id links meta`; a relationship wins over an attribute.
public struct ResourceValue: Sendable {
  /// The resource object, as received.
  public let object: JSONObject
  /// The attributes, empty where the service left them out.
  package let attributes: JSONObject
  /// The relationships, empty where the service left them out.
  package let relationships: JSONObject
  /// What came with it in its document.
  package let compound: Compound?
  /// The resources on the way here, so that a cycle ends in identifiers.
  package let path: [String]
  /// The relationships on the way here: for the error that says what to include.
  package let way: [String]
  /// Why it is only an identifier of what a relationship leads to, where it is.
  package let stub: Stub?

  /// Why a relationship leads to an identifier and not to a resource.
  package enum Stub: Sendable {
    case notIncluded
    /// It is one of the resources on the way here.
    case cycle
  }

  /// Whether it is all that was sent of what a relationship leads to.
  package var isStub: Bool { stub != nil }

  /// What a document holds beside its primary data, shared by its resources.
  package final class Compound: Sendable {
    package let included: @Sendable (_ type: String, _ id: String) -> JSONObject?
    /// Whether it is among the primary data.
    package let isListed: @Sendable (_ type: String, _ id: String) -> Bool
    /// Names the client that read it.
    package let client: String
    /// The paths of relationships that the service was asked to include.
    package let asked: [String]

    package init(
      client: String, asked: [String] = [], included: @escaping @Sendable (String, String) -> JSONObject?,
      isListed: @escaping @Sendable (String, String) -> Bool = { _, _ in false }
    ) {
      self.client = client
      self.asked = asked
      self.included = included
      self.isListed = isListed
    }
  }

  package init(
    _ object: JSONObject, compound: Compound? = nil, path: [String] = [], way: [String] = [], stub: Stub? = nil
  ) {
    self.object = object
    attributes = object["attributes"]?.objectValue ?? JSONObject()
    relationships = object["relationships"]?.objectValue ?? JSONObject()
    self.compound = compound
    self.path = path
    self.way = way
    self.stub = stub
  }

  /// Creates a resource of an object that has a `type`, and `attributes` or `relationships`; nil of any other.
  package init?(found object: JSONObject) {
    let (attributes, relationships) = (object["attributes"]?.objectValue, object["relationships"]?.objectValue)
    guard attributes != nil || relationships != nil, object["type"]?.stringValue != nil else { return nil }
    self.object = object
    self.attributes = attributes ?? JSONObject()
    self.relationships = relationships ?? JSONObject()
    (compound, path, way, stub) = (nil, [], [], nil)
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

  /// The resource less a field: an attribute, a relationship, or a member such as `links`; nil where it has none such.
  package func without(_ name: String) -> ResourceValue? {
    var object = object
    if ["id", "links", "meta", "attributes", "relationships"].contains(name) {
      if object[name] == nil { return name == "links" || name == "meta" ? self : nil }
      object[name] = ["attributes", "relationships"].contains(name) ? .object([:]) : nil
    } else if relationships.contains(name) {
      var rest = relationships
      rest[name] = nil
      object["relationships"] = .object(rest)
    } else if attributes.contains(name) {
      var rest = attributes
      rest[name] = nil
      object["attributes"] = .object(rest)
    } else {
      return nil
    }
    return ResourceValue(object, compound: compound, path: path, way: way, stub: stub)
  }

  /// Whether it is all in its object: nothing came with it, and nothing led to it.
  package var isAlone: Bool { compound == nil && stub == nil && path.isEmpty && way.isEmpty && !isIdentifier }

  /// Whether both are the same resource.
  package func isSame(as other: ResourceValue) -> Bool {
    type.isSame(as: other.type) && (id ?? "").isSame(as: other.id ?? "") && (id == nil) == (other.id == nil)
  }

  /// The value of a field, or nil where the resource has none of that name.
  package func field(_ name: String) throws(Fault) -> Value? {
    switch name {
    case "type": return .string(type)
    case "id": return id.map { .string($0) } ?? .null
    case "links", "meta": return .record(Record(object[name]?.objectValue ?? JSONObject()))
    default: break
    }
    if let stub { throw unread(stub) }
    if name == "attributes" { return .record(Record(attributes)) }
    if name == "relationships" { return .record(try related()) }
    if let found = try relationship(name) { return found }
    return attributes[name].map { Value($0) }
  }

  /// What a relationship leads to, or nil where there is none of that name.
  ///
  /// - Throws: `field` where it is not loaded.
  package func relationship(_ name: String) throws(Fault) -> Value? {
    guard stub == nil, let relationship = relationships[name] else { return nil }
    return try linked(name, relationship)
  }

  /// The names of relationships that the service sent without data.
  package var notLoaded: [String] { relationships.compactMap { $0.value["data"] == nil ? $0.key : nil } }

  /// The names of all fields, relationships last.
  package var fieldNames: [String] {
    let attributes = attributes.keys
    return ["type", "id"] + attributes + relationships.keys.filter { !attributes.has($0) }
  }

  /// What the relationships lead to, without those that are not loaded: null would say that they lead nowhere.
  private func related() throws(Fault) -> Record {
    var fields: [Record.Field] = []
    for (name, relationship) in relationships where relationship["data"] != nil {
      fields.append((name, try linked(name, relationship)))
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
    let isCycle = path.has(key) || key.isSame(as: label)
    guard !isCycle, let object = compound?.included(type, id) else {
      return ResourceValue(
        identifier, compound: compound, path: path, way: way + [name], stub: isCycle ? .cycle : .notIncluded)
    }
    return ResourceValue(object, compound: compound, path: path + [label], way: way + [name])
  }

  private func unread(_ stub: Stub) -> Fault {
    let what = "\(way.last ?? "it") is \(label)"
    if stub == .cycle {
      return Fault(
        .field, "\(what), which it was reached from: a circle ends in type and id",
        nextStep: "keep the resource in a variable: let post = ...")
    }
    if compound?.isListed(type, id ?? "") == true {
      return Fault(
        .field, "\(what), which is in the list itself: only what is included is read through a relationship",
        nextStep: "look it up in the list by its id, or show it")
    }
    let path = way.joined(separator: ".")
    if let compound, compound.asked.contains(where: { $0.isSame(as: path) || $0.begins(with: path + ".") }) {
      return Fault(
        .field, "\(what), which the service was asked for and did not include",
        nextStep: "it may be gone, or not to be seen by all: show it by its id")
    }
    return Fault(
      .field, "\(what), of which only type and id are known",
      nextStep: "ask for it where it is read: include: \"\(path)\"")
  }

  /// How messages name it: `posts/12`.
  package var label: String { "\(type)/\(id ?? "(no id)")" }
}
