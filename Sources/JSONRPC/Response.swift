public import JSONText

/// A JSON-RPC 2.0 response (section 5): a result or an error object.
public struct Response: Sendable, Equatable {
  /// The outcome of a request.
  public enum Outcome: Sendable, Equatable {
    case result(JSONValue)
    case error(ErrorObject)
  }

  /// The request's id, as the service returned the id.
  public var id: JSONValue
  /// The outcome of the request.
  public var outcome: Outcome

  /// Creates a response.
  public init(id: JSONValue, outcome: Outcome) {
    self.id = id
    self.outcome = outcome
  }

  /// Returns the response as JSON text in UTF-8, with either `result` or `error`.
  public func encoded() -> [UInt8] {
    switch outcome {
    case .result(let result): JSONValue.object(["id": id, "jsonrpc": "2.0", "result": result]).encoded()
    case .error(let error): JSONValue.object(["error": error.json, "id": id, "jsonrpc": "2.0"]).encoded()
    }
  }

  /// Decodes a response that a client has received.
  ///
  /// An `error` that is not null has priority over a `result` (WireProtocol.md, "Replies").
  ///
  /// - Throws: ``MalformedResponse`` if the bytes are not a JSON-RPC response.
  public init(decoding bytes: [UInt8]) throws(MalformedResponse) {
    let decoded = try Self.decode(bytes)
    self.init(id: decoded.id, outcome: decoded.outcome)
  }

  /// A received response, with the keys that occurred twice in one of its objects.
  public struct ResponseAndDuplicateKeys: Sendable {
    private let object: JSONObject
    /// The outcome of the request.
    public let outcome: Outcome
    /// The keys that occurred twice in one object of the response.
    public let duplicateKeys: [String]

    fileprivate init(_ object: JSONObject, _ outcome: Outcome, _ duplicateKeys: [String]) {
      (self.object, self.outcome, self.duplicateKeys) = (object, outcome, duplicateKeys)
    }

    /// The request's id, as the service returned the id.
    ///
    /// Each access decodes the id again.
    public var id: JSONValue { object["id"] ?? .null }
  }

  /// Decodes a response like ``init(decoding:)``, and also finds keys that occur twice in one object.
  public static func decode(_ bytes: [UInt8]) throws(MalformedResponse) -> ResponseAndDuplicateKeys {
    let parsed: (value: JSONValue, duplicateKeys: [String])
    do throws(JSONSyntaxError) {
      parsed = try JSONValue.parse(bytes)
    } catch {
      throw MalformedResponse("the reply is not JSON (\(error))", bytes)
    }
    guard let object = parsed.value.objectValue else { throw MalformedResponse("the reply is not an object", bytes) }
    if let error = object["error"], !error.isNull {
      guard let error = ErrorObject(error) else { throw MalformedResponse("the reply's error is not an object", bytes) }
      return ResponseAndDuplicateKeys(object, .error(error), parsed.duplicateKeys)
    }
    guard let result = object["result"] else {
      throw MalformedResponse("the reply has neither result nor error", bytes)
    }
    return ResponseAndDuplicateKeys(object, .result(result), parsed.duplicateKeys)
  }
}

/// The error for a reply that is not a JSON-RPC response, with the beginning of the reply.
public struct MalformedResponse: Error, Sendable, Equatable {
  /// The reason why the reply is not a response, such as `the reply is not an object`.
  public var message: String
  /// The first 200 characters of the reply, in which control characters are escaped as in JSON.
  public var excerpt: String

  /// Creates the error for a reply that consists of the given bytes.
  public init(_ message: String, _ bytes: [UInt8]) {
    self.message = message
    let start = String(decoding: bytes.prefix(800), as: UTF8.self)
    var excerpt = ""
    for scalar in start.prefix(200).unicodeScalars {
      if scalar.properties.generalCategory == .control {
        let digits = String(scalar.value, radix: 16)
        excerpt += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        excerpt.unicodeScalars.append(scalar)
      }
    }
    self.excerpt = bytes.count > 800 || start.count > 200 ? excerpt + "..." : excerpt
  }
}
