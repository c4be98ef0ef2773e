public import JSONText

/// A JSON-RPC 2.0 request (section 4): an id, a method and parameters.
public struct Request: Sendable, Equatable {
  /// The id of the request.
  ///
  /// This program's clients use the same id as the AMQP correlation id.
  public var id: JSONValue
  /// The name of the method, such as `index`.
  public var method: String
  /// The parameters by name.
  public var params: JSONObject

  /// Creates a request.
  public init(id: JSONValue, method: String, params: JSONObject) {
    self.id = id
    self.method = method
    self.params = params
  }

  /// Returns the request as JSON: `{"id":...,"jsonrpc":"2.0","method":...,"params":{...}}`.
  public func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    bytes.append(word: #"{"id":"#)
    id.encode(into: &bytes)
    bytes.append(word: #","jsonrpc":"2.0","method":"#)
    bytes.append(jsonString: method)
    bytes.append(word: #","params":"#)
    params.encode(into: &bytes)
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }

  /// Decodes a request that a service has received.
  ///
  /// - Throws: The response to a request that can't be read: a parse error, an invalid request or invalid params.
  public init(decoding bytes: [UInt8]) throws(ErrorResponse) {
    let json: JSONValue
    do throws(JSONSyntaxError) {
      json = try JSONValue(parsing: bytes)
    } catch {
      throw ErrorResponse(id: .null, error: ErrorObject(.parseError, "Parse error", data: .string("\(error)")))
    }
    let id = json["id"] ?? .null
    guard let object = json.objectValue, let method = object["method"]?.stringValue else {
      throw ErrorResponse(id: id, error: ErrorObject(.invalidRequest, "Invalid Request"))
    }
    guard let params = (object["params"] ?? .object([:])).objectValue else {
      throw ErrorResponse(id: id, error: ErrorObject(.invalidParams, "Invalid params"))
    }
    self.init(id: id, method: method, params: params)
  }
}

/// The error response to a request that the service can't read or refuses.
public struct ErrorResponse: Error, Sendable, Equatable {
  /// The id of the request; null if the service can't read the id.
  public var id: JSONValue
  /// The error object in the response.
  public var error: ErrorObject

  /// Creates an error response.
  public init(id: JSONValue, error: ErrorObject) {
    self.id = id
    self.error = error
  }

  /// Returns the response as JSON text in UTF-8.
  public func encoded() -> [UInt8] { Response(id: id, outcome: .error(error)).encoded() }
}
