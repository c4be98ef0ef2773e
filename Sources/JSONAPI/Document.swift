public import JSONText

/// A JSON:API document as it was received (JSON:API 1.0, "Top Level").
///
/// It accepts what lenient services send: `{}`, null links, resources without attributes. It is a class, so that copies
/// of a reply are cheap.
public final class Document: Sendable {
  /// The primary data: no resource, one resource object, or a list of resources.
  private enum PrimaryData {
    case none
    case one(JSONObject)
    case list([JSONObject])
  }

  /// The document as a JSON object, with all members.
  public let object: JSONObject
  private let primary: PrimaryData
  /// The resources of `included` by type and id.
  public let included: IncludedResourceIndex

  /// Creates an empty document, as a service returns it for a destroy.
  public init() {
    object = JSONObject()
    primary = .none
    included = .none
  }

  private init(_ document: Document, resources: [JSONObject]) {
    object = document.object
    primary = .list(resources)
    included = document.included
  }

  /// The primary resources: one for a single resource, none for null.
  public var resources: [JSONObject] {
    switch primary {
    case .none: []
    case .one(let resource): [resource]
    case .list(let resources): resources
    }
  }

  /// The number of primary resources.
  public var count: Int {
    switch primary {
    case .none: 0
    case .one: 1
    case .list(let resources): resources.count
    }
  }

  /// The first primary resource; nil for a document without resources.
  public var first: JSONObject? {
    switch primary {
    case .none: nil
    case .one(let resource): resource
    case .list(let resources): resources.first
    }
  }

  /// Creates a document from a reply's result; null makes an empty one.
  ///
  /// - Throws: ``NotADocumentError`` if the result is a string, number or list, or if its primary data are not
  ///   resources.
  public init(_ json: JSONValue) throws(NotADocumentError) {
    switch json {
    case .object(let object): self.object = object
    case .null: object = JSONObject()
    default: throw NotADocumentError(member: "result", json)
    }
    primary = try Self.primary(object["data"] ?? .null)
    included = object["included"]?.arrayValue.map(IncludedResourceIndex.init) ?? .none
  }

  private static func primary(_ data: JSONValue) throws(NotADocumentError) -> PrimaryData {
    switch data {
    case .null: return .none
    case .object(let resource): return .one(resource)
    case .array(let array):
      let resources = array.compactMap(\.objectValue)
      guard resources.count == array.count else { throw NotADocumentError(member: "data", data) }
      return .list(resources)
    default: throw NotADocumentError(member: "data", data)
    }
  }

  /// The error of a result that is not a document.
  public struct NotADocumentError: Error, Sendable, Equatable {
    /// The wrong member: `result`, or the member `data` of the result.
    public var member: String
    /// The beginning of the member's text.
    public var text: String

    init(member: String, _ json: JSONValue) {
      self.member = member
      text = String(json.text.prefix(200))
    }
  }

  /// The primary resource, if `data` is one resource object; nil if `data` is a list or null.
  public var resource: JSONObject? { object["data"]?.objectValue }

  /// The top-level meta; empty if absent.
  public var meta: JSONObject { object["meta"]?.objectValue ?? JSONObject() }

  /// The top-level links; empty if absent.
  public var links: JSONObject { object["links"]?.objectValue ?? JSONObject() }

  /// Returns the errors in an object's `errors` member.
  ///
  /// The function accepts a list of error objects, and other forms that services send: one error object, a text, or
  /// Rails' lists of messages by attribute, `{"text":["can't be blank"]}`.
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

  /// Returns the pages to which the links lead, and the count of the list; nil if the document has neither.
  ///
  /// A link without a size means pages of the requested size; if no page was requested, the size is the number of
  /// resources.
  public func pagination(asked: Pagination.Page? = nil) -> Pagination? {
    Pagination(
      meta: meta, links: object["links"], size: asked?.size ?? (count == 0 ? nil : count))
  }

  /// Returns the document without the primary resources at the given indices, which must be in ascending order; `object` is
  /// unchanged.
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

/// The resources of a compound document by type and id, indexed at the first lookup.
public final class IncludedResourceIndex: Sendable {
  private let array: JSONArray
  private let index: OnceCell<[Identifier: JSONObject]>
  /// An index without resources.
  static let none = IncludedResourceIndex([])

  /// Creates an index of an array of resource objects.
  public init(_ array: JSONArray) {
    self.array = array
    index = OnceCell()
  }

  /// The included resource of a type and an id; nil if it is missing.
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
