public import JSONText

/// A JSON:API document as it was received (JSON:API 1.0, "Top Level").
///
/// It takes what services near to the letter send: `{}`, null links, resources without attributes.
public struct Document: Sendable {
  /// The whole document.
  public let object: JSONObject
  /// The resources of `included` by type and id.
  public let included: Included

  /// Creates a document of a reply's result; null counts as an empty one.
  ///
  /// - Throws: ``NoDocument`` where it is a string, a number or a list.
  public init(_ json: JSONValue) throws(NoDocument) {
    switch json {
    case .object(let object): self.object = object
    case .null: object = JSONObject()
    default: throw NoDocument(text: String(json.text.prefix(200)))
    }
    included = Included(object["included"]?.arrayValue ?? [])
  }

  /// The result of a reply that is no document.
  public struct NoDocument: Error, Sendable {
    /// The beginning of its text.
    public var text: String
  }

  /// The one primary resource, or nil where there is none.
  public var resource: JSONObject? { object["data"]?.objectValue }

  /// The primary resources; one resource is a list of one, null is none.
  public var resources: [JSONObject] {
    switch object["data"] {
    case .array(let array): array.compactMap(\.objectValue)
    case .object(let object): [object]
    default: []
    }
  }

  /// The top-level meta, empty where it is left out.
  public var meta: JSONObject { object["meta"]?.objectValue ?? JSONObject() }

  /// The top-level links, empty where they are left out.
  public var links: JSONObject { object["links"]?.objectValue ?? JSONObject() }

  /// The errors; what is no object is passed over.
  public var errors: [ErrorDetail] { Self.errors(in: object) }

  /// The errors of whatever object holds them.
  public static func errors(in object: JSONObject) -> [ErrorDetail] {
    (object["errors"]?.arrayValue ?? []).compactMap(\.objectValue).map(ErrorDetail.init)
  }

  /// Which pages there are.
  public var pagination: Pagination? { Pagination(meta: meta, links: links) }
}

/// The resources of a compound document by type and id, indexed when the first is asked for.
public final class Included: Sendable {
  private let array: JSONArray
  private let index: OnceCell<[Identifier: JSONObject]>

  init(_ array: JSONArray) {
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
