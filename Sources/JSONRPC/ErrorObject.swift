public import JSONText

/// A JSON-RPC 2.0 error object (section 5.1).
public struct ErrorObject: Error, Sendable, Equatable {
  /// The error code.
  ///
  /// If a service sends the code as text, this is the number in the text.
  public var code: Int
  /// The error message, one sentence.
  public var message: String
  /// Other information from the service.
  ///
  /// An object with the member `errors` is a JSON:API document.
  public var data: JSONValue?

  /// The error codes of JSON-RPC, of LSP and of the services.
  public enum Code: Int, Sendable {
    case parseError = -32700
    case invalidRequest = -32600
    case methodNotFound = -32601
    case invalidParams = -32602
    case internalError = -32603
    /// The editor sent a request before the request `initialize` (LSP, "ErrorCodes").
    case serverNotInitialized = -32002
    /// The service sends a JSON:API document with errors as the `data` of the error object.
    case document = 422
  }

  /// Creates an error object.
  public init(_ code: Code, _ message: String, data: JSONValue? = nil) {
    self.code = code.rawValue
    self.message = message
    self.data = data
  }

  /// Creates an error object from received JSON; nil if the JSON is neither an object nor a text.
  ///
  /// A missing code becomes 0, and a missing message becomes empty. A message of another type is converted to JSON
  /// text. All members except `code`, `message` and `data` are ignored. Some services send a text instead of an object.
  /// The text then becomes the message.
  public init?(_ json: JSONValue) {
    if let text = json.stringValue {
      (code, message) = (0, text)
      return
    }
    guard let object = json.objectValue else { return nil }
    switch object["code"] {
    case .number(let number): code = number.integer ?? 0
    case .string(let text): code = JSONNumber(text: text)?.integer ?? 0
    default: code = 0
    }
    switch object["message"] {
    case .string(let text): message = text
    case nil, .null?: message = ""
    case let other?: message = other.text
    }
    data = object["data"]
  }

  /// The error object as JSON.
  public var json: JSONValue {
    var object: JSONObject = ["code": .number(JSONNumber(code)), "message": .string(message)]
    if let data { object["data"] = data }
    return .object(object)
  }
}
