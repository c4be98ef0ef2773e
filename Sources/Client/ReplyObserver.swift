public import JSONText

/// Observes the replies of a client; it does not influence requests.
public protocol ReplyObserver: Sendable {
  /// Observes a reply of a service, with the names as on the wire.
  ///
  /// The client calls this method for each reply, before the client uses the reply. The method must return immediately.
  ///
  /// - Parameters:
  ///   - reply: The result, or the error with the service's error objects.
  ///   - method: The JSON-RPC method of the request.
  ///   - params: The parameters of the request.
  ///   - type: The type of the client.
  func observe(_ reply: Result<JSONValue, ClientError>, to method: String, _ params: JSONObject, of type: String)
}
