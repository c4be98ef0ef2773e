public import JSONText

/// A resource as the service sent it, or only its identifier (`type` and `id`).
///
/// A script reads the fields `type`, `id`, `links`, `meta`, `attributes` and `relationships`. Each attribute and each
/// relationship is also a field. A relationship hides an attribute with the same name.
public struct ResourceValue: Sendable {
  /// The resource object that the service sent.
  public let object: JSONObject
  /// The attributes; empty if absent.
  package let attributes: JSONObject
  /// The relationships; empty if absent.
  package let relationships: JSONObject
  /// The included resources of the document from which the resource comes; nil if there is no document.
  package let compound: IncludedResources?
  /// The resources from which relationships lead to this resource, each as `TYPE/ID`.
  ///
  /// For an element of `post.author.posts`, the list has the post and the author. A relationship that leads back to a
  /// resource in the list gives only an identifier. So a cycle of relationships ends.
  package let path: [String]
  /// The names of the relationships that lead to this resource, such as `author` and `posts`.
  ///
  /// An error message joins these names to propose a value of `include:`, such as `author.posts`.
  package let includePath: [String]
  /// The reason why the program knows only the identifier; nil for a whole resource.
  package let stub: IdentifierOnlyReason?

  /// The reason why a relationship gives only an identifier.
  package enum IdentifierOnlyReason: Sendable {
    case notIncluded
    /// The relationships lead from the resource back to the same resource.
    case cycle
  }

  /// Whether the value is only the identifier of a related resource.
  package var isStub: Bool { stub != nil }

  /// The included resources of a document, which all primary resources of the document share.
  package final class IncludedResources: Sendable {
    package let included: @Sendable (_ type: String, _ id: String) -> JSONObject?
    /// Returns whether a resource is part of the document's primary data.
    package let isListed: @Sendable (_ type: String, _ id: String) -> Bool
    /// The name of the client that read the document.
    package let client: String
    /// The relationship paths that the request named in `include`, such as `author.posts`.
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

  /// Creates a resource from a JSON object with `type`, and with `attributes` or `relationships`.
  ///
  /// The result is nil for any other object.
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

  /// The id as a string; nil for a resource that the service has not created yet.
  public var id: String? {
    switch object["id"] {
    case .string(let id): id
    case .number(let number): number.text
    default: nil
    }
  }

  /// Whether the program knows only the type and the id.
  public var isIdentifier: Bool {
    isStub || !object.contains("attributes") && !object.contains("relationships")
  }

  /// Returns the resource without a field.
  ///
  /// The field is an attribute, a relationship, or a member such as `links`. The result is nil if the resource has no
  /// such field.
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

  /// Whether the resource object alone determines the value.
  ///
  /// This is true for a resource that has attributes or relationships, belongs to no document, and was not reached
  /// through another resource.
  package var isAlone: Bool { compound == nil && stub == nil && path.isEmpty && includePath.isEmpty && !isIdentifier }

  /// Whether both resources have the same type and id.
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

  /// The names of the relationships for which the service sent no `data`.
  package var notLoaded: [String] { relationships.compactMap { $0.value["data"] == nil ? $0.key : nil } }

  /// The names of the fields: `type` and `id`, then the attributes, then the relationships.
  package var fieldNames: [String] {
    let attributes = attributes.keys
    return ["type", "id"] + attributes + relationships.keys.filter { !attributes.has($0) }
  }

  /// Returns a record with the related resources of each loaded relationship.
  ///
  /// A relationship is not loaded if the service sent it without `data`. The record omits such a relationship, because
  /// null would say that the relationship is empty.
  private func related() throws(Fault) -> Record {
    var fields: [Record.Field] = []
    for (name, relationship) in relationships where relationship["data"] != nil {
      fields.append((name, try linked(name, relationship)))
    }
    return Record(fields)
  }

  /// Returns the value of a relationship: related resources, or identifiers for resources that are not included.
  private func linked(_ name: String, _ relationship: JSONValue) throws(Fault) -> Value {
    switch relationship["data"] {
    case nil:
      throw Fault(
        .field, "\(name) of \(label) is not loaded: the service sent the relationship without data",
        nextStep: "add include: \"\((includePath + [name]).joined(separator: "."))\"")
    case .null?: return .null
    case .object(let identifier)?: return .resource(resolve(identifier, name))
    case .array(let identifiers)? where identifiers.allSatisfy({ $0.objectValue != nil }):
      return .list(identifiers.compactMap(\.objectValue).map { .resource(resolve($0, name)) })
    default:
      throw Fault(
        .malformed, "the data of \(name) in \(label) must be null, an identifier or a list of identifiers")
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
        .field, "\(what), which this path of relationships already contains; only its type and id can be read here",
        nextStep: "assign the earlier resource to a variable, and read its fields there: let post = ...")
    }
    if compound?.isListed(type, id ?? "") == true {
      return Fault(
        .field,
        "\(what), which is in the list, but not among the included resources; only its type and id can be read here",
        nextStep: "look the resource up in the list by its id, or read it with show")
    }
    let path = includePath.joined(separator: ".")
    if let compound, compound.asked.contains(where: { $0.isSame(as: path) || $0.begins(with: path + ".") }) {
      return Fault(
        .field, "\(what); the option include: asks for this resource, but the reply does not contain it",
        nextStep: "perhaps the resource was deleted, or is hidden; to check this, read it by its id with show")
    }
    return Fault(
      .field, "\(what), but only the type and the id of this resource are known",
      nextStep: "add include: \"\(path)\" to the command that reads the resource")
  }

  /// The name of the resource in messages, such as `posts/12`.
  package var label: String { "\(type)/\(id ?? "(no id)")" }
}
