public import JSONText

/// Observes the replies of a client, for example to learn a schema; an observer never changes a request.
public protocol ReplyObserver: Sendable {
  /// Observes the result of a request, or an error that contains the service's error objects.
  ///
  /// All names have the service's spelling, even if the client's setting `keys` requires another spelling.
  ///
  /// The client calls this method before it uses the reply, so the method must return immediately. The client does not
  /// call it for late replies, or for errors without error objects of the service.
  ///
  /// - Parameters:
  ///   - reply: The result, or the error with the service's error objects.
  ///   - method: The JSON-RPC method of the request.
  ///   - params: The parameters of the request.
  ///   - type: The type of the client.
  func observe(_ reply: Result<JSONValue, ClientError>, to method: String, _ params: JSONObject, of type: String)
}
