public import JSONText

/// The query parameters of a request for a list or a resource (WireProtocol.md, "Parameters").
public struct Query: Sendable, Equatable {
  /// The filters: names of attributes or relationships, and the values to match.
  ///
  /// Commas separate several values.
  public var filter: [(name: String, value: String)] = []
  /// The fields to sort by.
  ///
  /// A `-` before a field means descending order.
  public var sort: [String] = []
  /// The relationship paths to include, such as `author.posts`.
  public var include: [String] = []
  /// The fields to return, for each type.
  public var fields: [(type: String, names: [String])] = []
  /// The page to return.
  ///
  /// Nil means the default of the service.
  public var page: Pagination.Page?
  /// The `meta` member of the request's parameters.
  public var meta = JSONObject()

  /// Creates a query without parameters.
  public init() {}

  /// The parameters as JSON.
  ///
  /// An empty parameter is omitted, so no parameter is null.
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

  /// Whether two queries have the same parameters.
  public static func == (left: Query, right: Query) -> Bool { left.params == right.params }
}
