public import JSONAPI
public import JSONText

/// A service's reply to a change.
public enum ChangeReply: Sendable {
  /// The document of a create, an update or a destroy.
  case document(Document)
  /// The raw result of any other method.
  case result(JSONValue)
  /// A reply about the changed resource without its contents, because the statement does not use them.
  case omitted
}

extension ResourceClient {
  /// Sends a change, whose parameters are ready for the wire, and returns the service's reply.
  ///
  /// Only `Bulk` imports this interface, so that every change goes through its dispatcher. A `timeout` of nil means no
  /// limit. Any reply without an error completes a destroy, so its document may be empty.
  ///
  /// - Throws: ``ClientError``; kind `unknown` for a request that was sent and got no reply; kind `protocol` if the
  ///   result must be a document and is not.
  @_spi(Sending)
  public func send(
    change method: String, wireParams params: JSONObject, expires: Bool, timeout: Duration?, givesDocument: Bool
  ) async throws(ClientError) -> ChangeReply {
    let message = OutgoingRequest(method, params, changes: true, expires: expires, timeout: timeout)
    return try await send(message) { result throws(ClientError) in
      givesDocument ? .document(try single(document(result, method), method)) : .result(result)
    }
  }

  /// Returns the document; throws if it is a list of several resources, unless the change is a destroy.
  private func single(_ document: Document, _ method: String) throws(ClientError) -> Document {
    guard document.resources.count > 1, method != "destroy" else { return document }
    throw malformed(method, "the reply is a list of \(document.resources.count) resources, but one was sent")
  }
}

extension ChangeReply {
  /// Creates a reply from the result of a late reply; a result that is not a document is kept unchanged.
  public init(_ result: JSONValue, givesDocument: Bool) {
    let document = givesDocument ? try? Document(result) : nil
    self = document.map { .document($0) } ?? .result(result)
  }
}
