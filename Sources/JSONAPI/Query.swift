public import JSONText

/// The query parameters of a request for a list or a resource (WireProtocol.md, "Parameters").
public struct Query: Sendable, Equatable {
  /// Attribute or relationship names to the text that is wanted; several values with commas between.
  public var filter: [(name: String, value: String)] = []
  /// Fields to sort by, `-` first to descend.
  public var sort: [String] = []
  /// Relationship paths.
  public var include: [String] = []
  /// Types to the fields wanted of them.
  public var fields: [(type: String, names: [String])] = []
  /// The page wanted; a size without a number begins at 1.
  public var page: Pagination.Page?
  /// What goes with the request as `meta`.
  public var meta = JSONObject()

  /// Creates a query that asks for everything.
  public init() {}

  /// The parameters: what is absent is left out, nothing is ever null.
  public var params: JSONObject {
    var params = JSONObject()
    if !filter.isEmpty { params["filter"] = .object(JSONObject(filter.map { ($0.name, .string($0.value)) })) }
    if !include.isEmpty { params["include"] = .string(include.joined(separator: ",")) }
    if !fields.isEmpty {
      params["fields"] = .object(JSONObject(fields.map { ($0.type, .string($0.names.joined(separator: ","))) }))
    }
    if let page {
      params["page"] = .object(JSONObject(page.members.map { ($0.key, .number(JSONNumber($0.value))) }))
    }
    if !sort.isEmpty { params["sort"] = .string(sort.joined(separator: ",")) }
    if !meta.isEmpty { params["meta"] = .object(meta) }
    return params
  }

  /// Whether both ask the same.
  public static func == (left: Query, right: Query) -> Bool { left.params == right.params }
}
