public import JSONText

/// A JSON-RPC 2.0 error object (section 5.1).
public struct ErrorObject: Error, Sendable, Equatable {
  /// The code; a code that a service sends as text is read as a number.
  public var code: Int
  /// The message, one sentence.
  public var message: String
  /// Other information from the service; a JSON:API document if it has `errors`.
  public var data: JSONValue?

  /// The codes of JSON-RPC and of the services.
  public enum Code: Int, Sendable {
    case parseError = -32700
    case invalidRequest = -32600
    case methodNotFound = -32601
    case invalidParams = -32602
    case internalError = -32603
    /// The editor sent a request before `initialize` (LSP, "ErrorCodes").
    case serverNotInitialized = -32002
    /// `data` is a document with JSON:API errors.
    case document = 422
  }

  /// Creates an error object.
  public init(_ code: Code, _ message: String, data: JSONValue? = nil) {
    self.code = code.rawValue
    self.message = message
    self.data = data
  }

  /// Reads an error object; a missing code is 0, a missing message is empty, other members are ignored.
  ///
  /// A message that is not a text becomes its JSON text.
  ///
  /// Some services send a text instead of an object; this text becomes the message. Any other value gives nil.
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
