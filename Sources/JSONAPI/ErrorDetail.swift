public import JSONText

/// A JSON:API error object (JSON:API 1.0, "Error Objects"), as far as a service fills it.
public struct ErrorDetail: Sendable, Equatable {
  /// The object as received.
  public var object: JSONObject

  /// Creates an error of its object.
  public init(_ object: JSONObject) { self.object = object }

  /// Creates an error; what is nil is left out.
  public init(
    status: String? = nil, code: String? = nil, title: String? = nil, detail: String? = nil, pointer: String? = nil,
    parameter: String? = nil, meta: JSONObject? = nil
  ) {
    var object = JSONObject()
    object["title"] = title.map { .string($0) }
    object["detail"] = detail.map { .string($0) }
    object["code"] = code.map { .string($0) }
    if let pointer { object["source"] = ["pointer": .string(pointer)] }
    if let parameter { object["source"] = ["parameter": .string(parameter)] }
    object["status"] = status.map { .string($0) }
    object["meta"] = meta.map { .object($0) }
    self.object = object
  }

  /// The HTTP status, as a number where it is one.
  public var status: Int? { object["status"]?.idText.flatMap { Int($0) } }
  /// The application's code.
  public var code: String? { object["code"]?.idText }
  /// The short text.
  public var title: String? { object["title"]?.stringValue }
  /// The text for this case.
  public var detail: String? { object["detail"]?.stringValue }
  /// The place in the request's document: `/data/attributes/text`.
  public var pointer: String? { object["source"]?["pointer"]?.stringValue }
  /// The query parameter.
  public var parameter: String? { object["source"]?["parameter"]?.stringValue }
  /// Whatever else the service says.
  public var meta: JSONObject? { object["meta"]?.objectValue }

  /// What a person reads: the detail, else the title, else all of it.
  public var text: String {
    [detail, title].lazy.compactMap(\.self).first { !$0.isEmpty } ?? String(JSONValue.object(object).text.prefix(200))
  }
}
