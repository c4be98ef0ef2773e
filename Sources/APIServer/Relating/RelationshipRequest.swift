import JSONAPI
import JSONText
import SQLite

/// A request of a relationship method, such as `show_relationship` or `update_relationship`.
///
/// The service carries out the request by reading and updating the parent resource.
struct RelationshipRequest {
  private let type: ResourceType
  private let schema: Schema
  private let relationship: Relationship
  private let id: JSONValue
  private let data: JSONValue?

  /// Parses the parent's id, the relationship's name and the linkage.
  ///
  /// The id is in `SINGULAR_id`, such as `post_id`, or in any other parameter whose name ends in `_id`. The
  /// relationship's name can have `-` or `_`. A service that imitates jsonapi-resources (flavour `carrot`) is stricter;
  /// see ``CarrotRelationshipParamsParser``.
  init(_ method: Method, _ params: JSONObject, of type: ResourceType, in schema: Schema) throws(RequestRefusal) {
    self.schema = schema
    data = params["data"]
    if schema.dialect.flavour == .carrot {
      (self.type, id, relationship) = try CarrotRelationshipParamsParser.parse(method, params, of: type, in: schema)
    } else {
      self.type = type
      let parent = "\(SingularForm.word(of: type.name))_id"
      guard let id = params[parent] ?? params.first(where: { $0.key.hasSuffix("_id") })?.value else {
        throw RequestRefusal(.missing(parent))
      }
      self.id = id
      guard let said = params["relationship"]?.stringValue else { throw RequestRefusal(.missing("relationship")) }
      let dashed = String(said.map { $0 == "_" ? "-" : $0 })
      guard let relationship = type.relationship(dashed) ?? type.relationship(said) else {
        throw RequestRefusal(.notAllowed(said))
      }
      self.relationship = relationship
    }
    let isRequired = method == .destroyRelationship ? !isToOne : method.changesRelationship
    if isRequired, data == nil { throw RequestRefusal(.missing("data")) }
  }

  private var name: String { relationship.name }
  private var isToOne: Bool { relationship.column != nil }
  private var isCarrot: Bool { schema.dialect.flavour == .carrot }

  /// Returns a document with the linkage, and with links if the dialect's `linksEverything` is true.
  func show(_ database: Database) throws -> [UInt8] {
    let member = try document(database)["data"]?["relationships"]?[name]
    var document = JSONObject()
    if schema.dialect.linksEverything { document["links"] = member?["links"] }
    document["data"] = member?["data"] ?? .null
    return JSONValue.object(document).encoded()
  }

  /// Returns a document with the related resources.
  func related(_ database: Database) throws -> [UInt8] {
    let parent = try document(database)
    var resources: [String: JSONValue] = [:]
    for resource in parent["included"]?.arrayValue ?? [] { resources[Self.label(resource)] = resource }
    switch Self.linkage(name, in: parent) {
    case .array(let identifiers):
      let found = identifiers.compactMap { resources[Self.label($0)] }
      return JSONValue.object(["data": .array(JSONArray(found))]).encoded()
    case let one: return JSONValue.object(["data": resources[Self.label(one)] ?? .null]).encoded()
    }
  }

  /// Carries out a change of the relationship.
  ///
  /// A service that imitates jsonapi-resources (flavour `carrot`) can't add a resource to a to-one relationship. Such a
  /// request changes nothing, and its result is null.
  func change(_ method: Method, _ database: Database) throws -> [UInt8] {
    switch method {
    case .createRelationship where isCarrot && isToOne:
      _ = try WrittenValues(["data": document(data ?? .null)], of: type, in: schema)
      return Array("null".utf8)
    case .createRelationship: try write(added(database), database)
    case .destroyRelationship: try write(without(database), database)
    default: try write(data ?? .null, database)
    }
    return Array("{}".utf8)
  }

  /// Returns the new linkage after the request: the resource's linkage plus the identifiers of the request.
  private func added(_ database: Database) throws -> JSONValue {
    guard case .array(let own) = try linkage(database) else { return data ?? .null }
    let known = own.map(Self.label)
    let elements = try elements()
    if isCarrot { for element in elements { try refuse(element, among: known, database) } }
    let new = elements.filter { !known.contains(Self.label($0)) }
    return .array(JSONArray(Array(own) + new))
  }

  /// Checks a resource that a request adds to the relationship, as jsonapi-resources does.
  ///
  /// - Throws: A refusal if the resource does not exist, or if the relationship already contains the resource.
  private func refuse(_ element: JSONValue, among known: [String], _ database: Database) throws {
    let id = element["id"].map { $0.stringValue ?? $0.text } ?? ""
    if known.contains(Self.label(element)) { throw RequestRefusal(.relationExists(id)) }
    guard let target = schema.types[relationship.type], element["type"]?.stringValue == target.name else { return }
    let query = "SELECT count(*) FROM \(target.quoted) WHERE \(target.key.quoted) = ?"
    guard let key = target.key.stored(id), try database.count(SQLFragment(query, [key])) > 0 else {
      throw RequestRefusal(.notFound(id))
    }
  }

  /// Returns the new linkage after the request: the resource's linkage minus the identifiers of the request.
  ///
  /// For a to-one relationship, a service that imitates jsonapi-resources (flavour `carrot`) ignores the identifiers,
  /// and always returns null.
  private func without(_ database: Database) throws -> JSONValue {
    let linkage = try linkage(database)
    guard case .array(let own) = linkage else {
      guard !isCarrot, let data, data.objectValue != nil else { return .null }
      return Self.label(data) == Self.label(linkage) ? .null : linkage
    }
    let gone = try elements().map(Self.label)
    return .array(JSONArray(own.filter { !gone.contains(Self.label($0)) }))
  }

  /// Writes the linkage by updating the resource.
  private func write(_ linkage: JSONValue, _ database: Database) throws {
    let params: JSONObject = ["id": id, "data": document(linkage)]
    _ = try CreateOrUpdateRequest(updating: params, of: type, in: schema).carryOut(database)
  }

  /// Returns the member `data` of an `update` that writes the linkage.
  private func document(_ linkage: JSONValue) -> JSONValue {
    let relationships: JSONObject = [name: ["data": linkage]]
    return ["type": .string(type.name), "relationships": .object(relationships)]
  }

  private func elements() throws(RequestRefusal) -> [JSONValue] {
    guard case .array(let elements)? = data else {
      throw RequestRefusal(isCarrot ? .invalidLinkage : .noList(name))
    }
    return Array(elements)
  }

  private func linkage(_ database: Database) throws -> JSONValue { Self.linkage(name, in: try document(database)) }

  /// Returns the document of the parent resource, which includes the related resources.
  private func document(_ database: Database) throws -> JSONObject {
    let replyWriter = try SingleResourceReplyWriter(["include": .string(name)], of: type, in: schema)
    let (text, key) = try ResourceIDParser.parse(id, of: type)
    guard let bytes = try replyWriter.document(key, database) else { throw RequestRefusal(.notFound(text)) }
    return try JSONValue(parsing: bytes).objectValue ?? [:]
  }

  private static func linkage(_ name: String, in document: JSONObject) -> JSONValue {
    document["data"]?["relationships"]?[name]?["data"] ?? .null
  }

  /// Returns the type and the id of a resource or an identifier, as `TYPE/ID`.
  private static func label(_ resource: JSONValue) -> String {
    "\(resource["type"]?.stringValue ?? "")/\(resource["id"].map { $0.stringValue ?? $0.text } ?? "")"
  }
}
