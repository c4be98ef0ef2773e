import GRDB
import JSONText

/// A request on a relationship of one resource: made of reading and of updating that resource.
struct Relating {
  private let type: ResourceType
  private let schema: Schema
  private let relationship: Relationship
  private let id: JSONValue
  private let data: JSONValue?

  /// Reads the parent's id under `SINGULAR_id`, the relationship's name in either spelling, and the linkage.
  ///
  /// The flavour carrot has one singular; else any name that ends so will do.
  init(_ params: JSONObject, of type: ResourceType, in schema: Schema) throws(Refusal) {
    self.type = type
    self.schema = schema
    let parent = "\(Self.singular(type.name))_id"
    let other = schema.dialect.flavour == .carrot ? nil : params.first { $0.key.hasSuffix("_id") }?.value
    guard let id = params[parent] ?? other else { throw Refusal(.missing(parent)) }
    self.id = id
    guard let said = params["relationship"]?.stringValue else { throw Refusal(.missing("relationship")) }
    let dashed = String(said.map { $0 == "_" ? "-" : $0 })
    guard let relationship = type.relationship(dashed) ?? type.relationship(said) else {
      throw Refusal(.notAllowed(said))
    }
    self.relationship = relationship
    data = params["data"]
  }

  private var name: String { relationship.name }

  private static func singular(_ type: String) -> String {
    let word = type.hasSuffix("ies") ? type.dropLast(3) + "y" : type.hasSuffix("s") ? type.dropLast() : type[...]
    return String(word.map { $0 == "-" ? "_" : $0 })
  }

  /// The linkage as a document, with its links where the dialect has them.
  func show(_ database: Database) throws -> [UInt8] {
    let member = try document(database)["data"]?["relationships"]?[name]
    var document = JSONObject()
    if schema.dialect.linksEverything { document["links"] = member?["links"] }
    document["data"] = member?["data"] ?? .null
    return JSONValue.object(document).encoded()
  }

  /// The resources it leads to, as a document.
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

  /// The linkage once identifiers are added to it.
  func added(_ database: Database) throws -> JSONValue {
    guard case .array(let own) = try linkage(database) else { return data ?? .null }
    let known = own.map(Self.label)
    let elements = try elements()
    if schema.dialect.flavour == .carrot, let old = elements.first(where: { known.contains(Self.label($0)) }) {
      throw Refusal(.relationExists(old["id"].map { $0.stringValue ?? $0.text } ?? ""))
    }
    let new = elements.filter { !known.contains(Self.label($0)) }
    return .array(JSONArray(Array(own) + new))
  }

  /// The linkage once identifiers are taken from it; the flavour carrot clears a to-one whatever it leads to.
  func without(_ database: Database) throws -> JSONValue {
    let linkage = try linkage(database)
    guard case .array(let own) = linkage else {
      guard schema.dialect.flavour != .carrot, let data, data.objectValue != nil else { return .null }
      return Self.label(data) == Self.label(linkage) ? .null : linkage
    }
    let gone = try elements().map(Self.label)
    return .array(JSONArray(own.filter { !gone.contains(Self.label($0)) }))
  }

  /// Makes the linkage what it is to be, by an update of the resource.
  func carryOut(_ method: Method, _ linkage: JSONValue?, _ database: Database) throws -> [UInt8] {
    let relationships: JSONObject = [name: ["data": linkage ?? data ?? .null]]
    let document: JSONValue = ["type": .string(type.name), "relationships": .object(relationships)]
    _ = try Writing(updating: ["id": id, "data": document], of: type, in: schema).carryOut(database)
    return Array(schema.dialect.related(by: method, isToOne: relationship.column != nil).utf8)
  }

  private func elements() throws(Refusal) -> [JSONValue] {
    guard case .array(let elements)? = data else {
      throw Refusal(schema.dialect.flavour == .carrot ? .invalidLinkage : .noList(name))
    }
    return Array(elements)
  }

  private func linkage(_ database: Database) throws -> JSONValue { Self.linkage(name, in: try document(database)) }

  /// The resource with what the relationship leads to.
  private func document(_ database: Database) throws -> JSONObject {
    let showing = try Showing(["include": .string(name)], of: type, in: schema)
    let (text, key) = try RequestedID.parse(id, of: type)
    guard let bytes = try showing.document(key, database) else { throw Refusal(.notFound(text)) }
    return try JSONValue(parsing: bytes).objectValue ?? [:]
  }

  private static func linkage(_ name: String, in document: JSONObject) -> JSONValue {
    document["data"]?["relationships"]?[name]?["data"] ?? .null
  }

  /// A resource's or an identifier's `TYPE/ID`.
  private static func label(_ resource: JSONValue) -> String {
    "\(resource["type"]?.stringValue ?? "")/\(resource["id"].map { $0.stringValue ?? $0.text } ?? "")"
  }
}
