public import JSONText

/// A resource as the service sent it, or only its identifier (`type` and `id`).
///
/// Its fields are `type id links meta attributes relationships`, and each attribute and each relationship by its name.
/// A relationship hides an attribute with the same name.
public struct ResourceValue: Sendable {
  /// The resource object, as received.
  public let object: JSONObject
  /// The attributes; empty if absent.
  package let attributes: JSONObject
  /// The relationships; empty if absent.
  package let relationships: JSONObject
  /// The included resources of the document that contained the resource; nil without a document.
  package let compound: IncludedResources?
  /// The resources, as `TYPE/ID`, on the path of relationships by which this resource was reached.
  ///
  /// A related resource that is already in the path becomes an identifier, so that a cycle ends.
  package let path: [String]
  /// The names of the relationships through which this resource was reached, for an error that proposes an include
  /// path.
  package let includePath: [String]
  /// The reason why the value is only an identifier; nil for a whole resource.
  package let stub: IdentifierOnlyReason?

  /// The reason why a relationship contains only an identifier.
  package enum IdentifierOnlyReason: Sendable {
    case notIncluded
    /// The resource was reached through itself.
    case cycle
  }

  /// Whether the value is only the identifier of a related resource.
  package var isStub: Bool { stub != nil }

  /// The included resources of a document, shared by its primary resources.
  package final class IncludedResources: Sendable {
    package let included: @Sendable (_ type: String, _ id: String) -> JSONObject?
    /// Returns whether a resource is part of the document's primary data.
    package let isListed: @Sendable (_ type: String, _ id: String) -> Bool
    /// The name of the client that read the document.
    package let client: String
    /// The relationship paths of the request's `include`.
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
    _ object: JSONObject, compound: IncludedResources? = nil, path: [String] = [], includePath: [String] = [],
    stub: IdentifierOnlyReason? = nil
  ) {
    self.object = object
    attributes = object["attributes"]?.objectValue ?? JSONObject()
    relationships = object["relationships"]?.objectValue ?? JSONObject()
    self.compound = compound
    self.path = path
    self.includePath = includePath
    self.stub = stub
  }

  /// Creates a resource from an object with a `type` and `attributes` or `relationships`; nil for other objects.
  package init?(found object: JSONObject) {
    let (attributes, relationships) = (object["attributes"]?.objectValue, object["relationships"]?.objectValue)
    guard attributes != nil || relationships != nil, object["type"]?.stringValue != nil else { return nil }
    self.object = object
    self.attributes = attributes ?? JSONObject()
    self.relationships = relationships ?? JSONObject()
    (compound, path, includePath, stub) = (nil, [], [], nil)
  }

  /// The resource type.
  public var type: String { object["type"]?.stringValue ?? "" }

  /// The id as a string; nil before the resource is created.
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

  /// Returns the resource without a field: an attribute, a relationship, or a member such as `links`; nil if the field
  /// is missing.
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
    return ResourceValue(object, compound: compound, path: path, includePath: includePath, stub: stub)
  }

  /// Whether the resource object alone determines the value: the resource is no identifier, belongs to no document, and
  /// was not reached through another resource.
  package var isAlone: Bool { compound == nil && stub == nil && path.isEmpty && includePath.isEmpty && !isIdentifier }

  /// Whether two values have the same type and id.
  package func isSame(as other: ResourceValue) -> Bool {
    type.isSame(as: other.type) && (id ?? "").isSame(as: other.id ?? "") && (id == nil) == (other.id == nil)
  }

  /// Returns the value of a field; nil if the resource has no field with this name.
  package func field(_ name: FieldName) throws(Fault) -> Value? {
    switch name.part {
    case .type: return .string(type)
    case .id: return id.map { .string($0) } ?? .null
    case .links, .meta: return .record(Record(object[name.text]?.objectValue ?? JSONObject()))
    case .attributes, .relationships, nil: break
    }
    if let stub { throw unread(stub) }
    switch name.part {
    case .attributes: return .record(Record(attributes))
    case .relationships: return .record(try related())
    default: return try relationship(name.text) ?? attributes[name.text].map { Value($0) }
    }
  }

  /// Returns the value of a field; nil if the resource has no field with this name.
  package func field(_ name: String) throws(Fault) -> Value? { try field(FieldName(name)) }

  /// Returns the related resources of a relationship; nil if the resource has no relationship with this name.
  ///
  /// - Throws: A `field` error if the relationship is not loaded.
  package func relationship(_ name: String) throws(Fault) -> Value? {
    guard stub == nil, let relationship = relationships[name] else { return nil }
    return try linked(name, relationship)
  }

  /// The names of relationships that the service sent without data.
  package var notLoaded: [String] { relationships.compactMap { $0.value["data"] == nil ? $0.key : nil } }

  /// The names of the fields: `type` and `id`, then the attributes, then the relationships.
  package var fieldNames: [String] {
    let attributes = attributes.keys
    return ["type", "id"] + attributes + relationships.keys.filter { !attributes.has($0) }
  }

  /// Returns the related resources of each relationship that is loaded.
  ///
  /// A relationship that is not loaded is omitted, because null would mean that it is empty.
  private func related() throws(Fault) -> Record {
    var fields: [Record.Field] = []
    for (name, relationship) in relationships where relationship["data"] != nil {
      fields.append((name, try linked(name, relationship)))
    }
    return Record(fields)
  }

  /// Returns the value of a relationship: resources if they are included, otherwise identifiers.
  private func linked(_ name: String, _ relationship: JSONValue) throws(Fault) -> Value {
    switch relationship["data"] {
    case nil:
      throw Fault(
        .field, "\(name) of \(label) is not loaded: the service sent the relationship without data",
        nextStep: "add include: \"\((includePath + [name]).joined(separator: "."))\"")
    case .null?: return .null
    case .object(let identifier)?: return .resource(resolve(identifier, name))
    case .array(let identifiers)?:
      return .list(identifiers.compactMap(\.objectValue).map { .resource(resolve($0, name)) })
    default: throw Fault(.malformed, "\(name) of \(label) has data that is not linkage")
    }
  }

  private func resolve(_ identifier: JSONObject, _ name: String) -> ResourceValue {
    let type = identifier["type"]?.stringValue ?? ""
    let id = ResourceValue(identifier).id ?? ""
    let key = "\(type)/\(id)"
    let isCycle = path.has(key) || key.isSame(as: label)
    guard !isCycle, let object = compound?.included(type, id) else {
      return ResourceValue(
        identifier, compound: compound, path: path, includePath: includePath + [name],
        stub: isCycle ? .cycle : .notIncluded)
    }
    return ResourceValue(object, compound: compound, path: path + [label], includePath: includePath + [name])
  }

  private func unread(_ stub: IdentifierOnlyReason) -> Fault {
    let what = "\(includePath.last ?? "it") is \(label)"
    if stub == .cycle {
      return Fault(
        .field, "\(what), which occurs earlier on the same path, so here only its type and id can be read",
        nextStep: "assign the earlier resource to a variable, and read its fields there: let post = ...")
    }
    if compound?.isListed(type, id ?? "") == true {
      return Fault(
        .field,
        "\(what), which is an element of the list and was not included, so here only its type and id can be read",
        nextStep: "look the resource up in the list by its id, or read it with show")
    }
    let path = includePath.joined(separator: ".")
    if let compound, compound.asked.contains(where: { $0.isSame(as: path) || $0.begins(with: path + ".") }) {
      return Fault(
        .field, "\(what), which the reply does not contain, although include: asks for it",
        nextStep: "the resource may be deleted or hidden: read it by its id with show")
    }
    return Fault(
      .field, "\(what), of which only type and id are known",
      nextStep: "add include: \"\(path)\" to the command that reads the resource")
  }

  /// The name in messages: `posts/12`.
  package var label: String { "\(type)/\(id ?? "(no id)")" }
}
