public import JSONText

/// A JSON:API error object (JSON:API 1.0, "Error Objects"); every member is optional.
public struct ErrorDetail: Sendable, Equatable {
  /// The object as received.
  public var object: JSONObject

  /// Creates an error from its object.
  public init(_ object: JSONObject) { self.object = object }

  /// Creates an error; nil members are omitted.
  public init(
    status: String? = nil, code: String? = nil, title: String? = nil, detail: String? = nil, pointer: String? = nil,
    parameter: String? = nil, meta: JSONObject? = nil
  ) {
    var object = JSONObject()
    object["title"] = title.map { .string($0) }
    object["detail"] = detail.map { .string($0) }
    object["code"] = code.map { .string($0) }
    var source = JSONObject()
    source["pointer"] = pointer.map { .string($0) }
    source["parameter"] = parameter.map { .string($0) }
    if !source.isEmpty { object["source"] = .object(source) }
    object["status"] = status.map { .string($0) }
    object["meta"] = meta.map { .object($0) }
    self.object = object
  }

  /// The members by which an error object is recognized.
  static let members: Set<String> = ["id", "links", "status", "code", "title", "detail", "source"]

  /// Reads an error.
  ///
  /// A value that is not an object becomes the error's detail.
  init(found json: JSONValue) {
    if let object = json.objectValue { self.init(object) } else { self.init(detail: json.stringValue ?? json.text) }
  }

  /// Creates an error from one message of Rails' lists of messages by attribute; the name `base` means the whole
  /// resource.
  init(message: JSONValue, of name: String) {
    let text = message.stringValue ?? message.text
    self.init(
      title: text, detail: name == "base" ? text : "\(name) \(text)",
      pointer: name == "base" ? "/data" : "/data/attributes/\(name)")
  }

  /// The HTTP status; nil if it is not a number.
  public var status: Int? { object["status"]?.idText.flatMap { Int(digits: $0) } }
  /// The application's error code.
  public var code: String? { object["code"]?.idText }
  /// The summary of the problem.
  public var title: String? { object["title"]?.stringValue }
  /// The explanation of this occurrence of the problem.
  public var detail: String? { object["detail"]?.stringValue }
  /// The JSON pointer to the refused value in the request's document: `/data/attributes/text`.
  public var pointer: String? { object["source"]?["pointer"]?.stringValue }
  /// The query parameter that caused the error.
  public var parameter: String? { object["source"]?["parameter"]?.stringValue }
  /// Other information from the service.
  public var meta: JSONObject? { object["meta"]?.objectValue }

  /// The text to show next to a marked value: the title if the detail is missing or ends with the title, or else the
  /// detail.
  public var label: String? {
    guard let title, let detail, !title.isEmpty, !detail.hasSuffix(title) else { return title ?? detail }
    return detail
  }

  /// The text to show: the detail, or else the title, or else the whole object.
  public var text: String {
    [detail, title].lazy.compactMap(\.self).first { !$0.isEmpty } ?? String(JSONValue.object(object).text.prefix(200))
  }
}
