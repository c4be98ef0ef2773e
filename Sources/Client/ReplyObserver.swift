public import JSONText

/// Looks at the replies of a client on their way to whoever asked; what is sent does not depend on it.
public protocol ReplyObserver: Sendable {
  /// Looks at what a service answered, with names as they are on the wire.
  ///
  /// It is called for each reply before that is used, and returns at once.
  ///
  /// - Parameters:
  ///   - reply: The result, or the error that holds the service's error objects.
  ///   - method: The JSON-RPC method of the request.
  ///   - params: The parameters of the request.
  ///   - type: The type that the client is for.
  func observe(_ reply: Result<JSONValue, ClientError>, to method: String, _ params: JSONObject, of type: String)
}
