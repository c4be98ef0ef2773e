public import JSONText

/// A JSON:API document as it was received (JSON:API 1.0, "Top Level").
///
/// It takes what services near to the letter send: `{}`, null links, resources without attributes.
public struct Document: Sendable {
  /// The whole document.
  public let object: JSONObject
  /// The primary resources; one resource is a list of one, null is none.
  public let resources: [JSONObject]
  /// The resources of `included` by type and id.
  public let included: Included

  /// Creates a document that says nothing, as a service answers a destroy.
  public init() {
    object = JSONObject()
    resources = []
    included = Included([])
  }

  private init(_ document: Document, resources: [JSONObject]) {
    object = document.object
    self.resources = resources
    included = document.included
  }

  /// Creates a document of a reply's result; null counts as an empty one.
  ///
  /// - Throws: ``NoDocument`` where it is a string, a number or a list, or holds primary data that are no resources.
  public init(_ json: JSONValue) throws(NoDocument) {
    switch json {
    case .object(let object): self.object = object
    case .null: object = JSONObject()
    default: throw NoDocument(member: "result", json)
    }
    resources = try Self.resources(object["data"] ?? .null)
    included = Included(object["included"]?.arrayValue ?? [])
  }

  private static func resources(_ data: JSONValue) throws(NoDocument) -> [JSONObject] {
    switch data {
    case .null: return []
    case .object(let resource): return [resource]
    case .array(let array):
      let resources = array.compactMap(\.objectValue)
      guard resources.count == array.count else { throw NoDocument(member: "data", data) }
      return resources
    default: throw NoDocument(member: "data", data)
    }
  }

  /// The result of a reply that is no document.
  public struct NoDocument: Error, Sendable, Equatable {
    /// Which member is wrong: `result`, or `data` in it.
    public var member: String
    /// The beginning of its text.
    public var text: String

    init(member: String, _ json: JSONValue) {
      self.member = member
      text = String(json.text.prefix(200))
    }
  }

  /// The one primary resource, or nil where there is none.
  public var resource: JSONObject? { object["data"]?.objectValue }

  /// The top-level meta, empty where it is left out.
  public var meta: JSONObject { object["meta"]?.objectValue ?? JSONObject() }

  /// The top-level links, empty where they are left out.
  public var links: JSONObject { object["links"]?.objectValue ?? JSONObject() }

  /// The errors of whatever object holds them.
  ///
  /// Beside a list of error objects it takes what services near to the letter send: one error object, a text, and Rails'
  /// lists of messages by attribute, `{"text":["can't be blank"]}`.
  public static func errors(in object: JSONObject) -> [ErrorDetail] {
    switch object["errors"] {
    case nil, .null?, .bool(false)?: return []
    case .array(let array)?: return array.map(ErrorDetail.init(found:))
    case .object(let errors)? where !errors.keys.contains(where: ErrorDetail.members.contains):
      return errors.flatMap { name, messages in
        (messages.arrayValue.map(Array.init) ?? [messages]).map { ErrorDetail(message: $0, of: name) }
      }
    case .string("")?: return []
    case let error?: return [ErrorDetail(found: error)]
    }
  }

  /// Which pages there are.
  ///
  /// A link that names no size means pages of the size asked for or, where none was, of as many resources as came.
  public func pagination(asked: Pagination.Page? = nil) -> Pagination? {
    Pagination(
      meta: meta, links: object["links"], size: asked?.size ?? (resources.isEmpty ? nil : resources.count))
  }

  /// The same document without the resources in some places, which are in order.
  public func without(_ places: [Int]) -> Document {
    var rest = places[...]
    let kept = resources.enumerated().filter { place, _ in
      guard rest.first == place else { return true }
      rest.removeFirst()
      return false
    }
    return Document(self, resources: kept.map(\.element))
  }
}

/// The resources of a compound document by type and id, indexed when the first is asked for.
public final class Included: Sendable {
  private let array: JSONArray
  private let index: OnceCell<[Identifier: JSONObject]>

  /// Creates the resources of an array of resource objects.
  public init(_ array: JSONArray) {
    self.array = array
    index = OnceCell()
  }

  /// The included resource of a type and an id.
  public subscript(type: String, id: String) -> JSONObject? {
    if array.isEmpty { return nil }
    let known = index.value {
      var result: [Identifier: JSONObject] = [:]
      for object in array.lazy.compactMap(\.objectValue) {
        if let identifier = Identifier(object) { result[identifier] = object }
      }
      return result
    }
    return known[Identifier(type: type, id: id)]
  }
}
