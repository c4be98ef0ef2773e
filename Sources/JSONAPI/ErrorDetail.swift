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

  /// The members of an error object.
  static let members: Set<String> = ["id", "links", "status", "code", "title", "detail", "source"]

  /// Reads an error; what is no object is its detail.
  init(found json: JSONValue) {
    if let object = json.objectValue { self.init(object) } else { self.init(detail: json.stringValue ?? json.text) }
  }

  /// Creates the error of an attribute's message, as Rails collects them; those of `base` are about the whole.
  init(message: JSONValue, of name: String) {
    let text = message.stringValue ?? message.text
    self.init(
      title: text, detail: name == "base" ? text : "\(name) \(text)",
      pointer: name == "base" ? "/data" : "/data/attributes/\(name)")
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

  /// What a person reads beside the words it is about: the title where the detail only puts a name before it.
  public var label: String? {
    guard let title, let detail, !title.isEmpty, !detail.hasSuffix(title) else { return title ?? detail }
    return detail
  }

  /// What a person reads: the detail, else the title, else all of it.
  public var text: String {
    [detail, title].lazy.compactMap(\.self).first { !$0.isEmpty } ?? String(JSONValue.object(object).text.prefix(200))
  }
}
