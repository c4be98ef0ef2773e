public import JSONText

/// A JSON:API error object (JSON:API 1.0, "Error Objects").
///
/// All members are optional.
public struct ErrorDetail: Sendable, Equatable {
  /// The error object as it was received.
  public var object: JSONObject

  /// Creates an error from a JSON:API error object.
  public init(_ object: JSONObject) { self.object = object }

  /// Creates an error.
  ///
  /// The error object has no members for arguments that are nil.
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

  /// The members of an error object.
  ///
  /// Rails sends another form of errors, which has none of these members: lists of messages by attribute, such as
  /// `{"text":["can't be blank"]}`.
  static let members: Set<String> = ["id", "links", "status", "code", "title", "detail", "source"]

  /// Creates an error from an element of `errors`.
  ///
  /// If the element is not an object, its text becomes the error's `detail`.
  init(found json: JSONValue) {
    if let object = json.objectValue { self.init(object) } else { self.init(detail: json.stringValue ?? json.text) }
  }

  /// Creates an error from the message for one attribute, as Rails sends it in `{"text":["can't be blank"]}`.
  ///
  /// `name` is the name of the attribute. The name `base` means the whole resource.
  init(message: JSONValue, of name: String) {
    let text = message.stringValue ?? message.text
    self.init(
      title: text, detail: name == "base" ? text : "\(name) \(text)",
      pointer: name == "base" ? "/data" : "/data/attributes/\(name)")
  }

  /// The HTTP status; nil if the error has no status, or if the status is not a number.
  public var status: Int? { object["status"]?.idText.flatMap { Int(digits: $0) } }
  /// The error code of the application.
  public var code: String? { object["code"]?.idText }
  /// The summary of the problem.
  public var title: String? { object["title"]?.stringValue }
  /// The explanation of the problem in this request.
  public var detail: String? { object["detail"]?.stringValue }
  /// The JSON pointer to the refused value in the request's document, such as `/data/attributes/text`.
  public var pointer: String? { object["source"]?["pointer"]?.stringValue }
  /// The query parameter that caused the error.
  public var parameter: String? { object["source"]?["parameter"]?.stringValue }
  /// Other information from the service.
  public var meta: JSONObject? { object["meta"]?.objectValue }

  /// The text to show next to the value that the error refers to.
  ///
  /// The label is usually the detail. If the detail is missing or ends with the title, the label is the title.
  public var label: String? {
    guard let title, let detail, !title.isEmpty, !detail.hasSuffix(title) else { return title ?? detail }
    return detail
  }

  /// The text to show: the detail, or else the title, or else the first 200 characters of the whole object.
  public var text: String {
    [detail, title].lazy.compactMap(\.self).first { !$0.isEmpty } ?? String(JSONValue.object(object).text.prefix(200))
  }
}
