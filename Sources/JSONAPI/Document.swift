public import JSONText

/// A JSON:API document as it was received (JSON:API 1.0, "Top Level").
///
/// A document need not be quite correct: the class accepts `{}`, null links, and resources without attributes. The type
/// is a class, so that copies of a document are cheap.
public final class Document: Sendable {
  /// The primary data: no resource, one resource object, or a list of resource objects.
  private enum PrimaryData {
    case none
    case one(JSONObject)
    case list([JSONObject])
  }

  /// The whole document as a JSON object.
  public let object: JSONObject
  private let primary: PrimaryData
  /// The resources in the member `included`, for lookups by type and id.
  public let included: IncludedResourceIndex

  /// Creates an empty document.
  ///
  /// A service returns an empty document after it has deleted a resource (`destroy`).
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

  /// The primary resources.
  ///
  /// For a single resource, the list has one element. For null, the list is empty.
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

  /// Creates a document from the `result` of a JSON-RPC response.
  ///
  /// A null result becomes an empty document.
  ///
  /// - Throws: ``NotADocumentError`` if the result is neither an object nor null, or if its primary data are not
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

  /// The error for a JSON-RPC result that is not a JSON:API document.
  public struct NotADocumentError: Error, Sendable, Equatable {
    /// The member with the wrong value: `result`, or the `data` of the result.
    public var member: String
    /// The first 200 characters of the member's text.
    public var text: String

    init(member: String, _ json: JSONValue) {
      self.member = member
      text = String(json.text.prefix(200))
    }
  }

  /// The primary resource; nil if `data` is a list, null or missing.
  public var resource: JSONObject? { object["data"]?.objectValue }

  /// The top-level `meta`; empty if the document has no `meta`.
  public var meta: JSONObject { object["meta"]?.objectValue ?? JSONObject() }

  /// The top-level `links`; empty if the document has no `links`.
  public var links: JSONObject { object["links"]?.objectValue ?? JSONObject() }

  /// Returns the errors in the `errors` member of an object.
  ///
  /// The member should be a list of error objects. The function also accepts other forms that services send: one error
  /// object, a text, or Rails' lists of messages by attribute, such as `{"text":["can't be blank"]}`.
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

  /// Returns the pages of the document's links, and the total count; nil if the document has neither.
  ///
  /// `asked` is the requested page. Its size applies to a link without a page size. If `asked` is nil, the number of
  /// resources in this document applies instead.
  public func pagination(asked: Pagination.Page? = nil) -> Pagination? {
    Pagination(
      meta: meta, links: object["links"], size: asked?.size ?? (count == 0 ? nil : count))
  }

  /// Returns the document without the primary resources at the given indices.
  ///
  /// The indices must be in ascending order. The `object` of the result still contains all resources.
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

/// The included resources of a compound document, for lookups by type and id.
///
/// The first lookup builds the index.
public final class IncludedResourceIndex: Sendable {
  private let array: JSONArray
  private let index: OnceCell<[ResourceIdentifier: JSONObject]>
  /// An index without resources.
  static let none = IncludedResourceIndex([])

  /// Creates an index of an array of resource objects.
  public init(_ array: JSONArray) {
    self.array = array
    index = OnceCell()
  }

  /// The included resource with a type and an id; nil if the document does not include the resource.
  public subscript(type: String, id: String) -> JSONObject? {
    if array.isEmpty { return nil }
    let known = index.value {
      var result: [ResourceIdentifier: JSONObject] = [:]
      for object in array.lazy.compactMap(\.objectValue) {
        if let identifier = ResourceIdentifier(object) { result[identifier] = object }
      }
      return result
    }
    return known[ResourceIdentifier(type: type, id: id)]
  }
}
