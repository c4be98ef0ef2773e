public import JSONText

/// Observes the replies of a client; it does not influence requests.
public protocol ReplyObserver: Sendable {
  /// Observes the result of a request, or an error that contains the service's error objects.
  ///
  /// All names are in the form in which they are sent and received.
  ///
  /// The client calls this method before the client uses the reply. The method must return immediately. Late replies,
  /// and errors without the service's error objects, are not observed.
  ///
  /// - Parameters:
  ///   - reply: The result, or the error with the service's error objects.
  ///   - method: The JSON-RPC method of the request.
  ///   - params: The parameters of the request.
  ///   - type: The type of the client.
  func observe(_ reply: Result<JSONValue, ClientError>, to method: String, _ params: JSONObject, of type: String)
}
