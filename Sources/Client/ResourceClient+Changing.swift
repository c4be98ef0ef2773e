public import JSONAPI
public import JSONText

/// What a service answered to a change.
public enum ChangeReply: Sendable {
  /// The document of a create, an update or a destroy.
  case document(Document)
  /// The raw result of any other method.
  case result(JSONValue)
}

extension ResourceClient {
  /// Sends a change whose parameters are as they go out, and returns what the service answers.
  ///
  /// Only `Bulk` imports this interface, so that no change leaves but through its dispatcher. A `timeout` of nil waits for ever. A
  /// destroy is done by any reply without an error, so that its document may be empty.
  ///
  /// - Throws: ``ClientError``; of a request that had left, without a reply, kind `unknown`; kind `protocol` where the
  ///   result has to be a document and is none.
  @_spi(Sending)
  public func send(
    change method: String, wireParams params: JSONObject, expires: Bool, timeout: Duration?, givesDocument: Bool
  ) async throws(ClientError) -> ChangeReply {
    let message = Message(method, params, changes: true, expires: expires, timeout: timeout)
    return try await send(message) { result throws(ClientError) in
      givesDocument ? .document(try single(document(result, method), method)) : .result(result)
    }
  }

  /// The document of a change to one resource; a destroy is done whatever it is answered.
  private func single(_ document: Document, _ method: String) throws(ClientError) -> Document {
    guard document.resources.count > 1, method != "destroy" else { return document }
    throw malformed(method, "the reply is a list of \(document.resources.count) resources, and one was sent")
  }
}

extension ChangeReply {
  /// The answer that the result of a late reply is; one that is no document is taken as it is.
  public init(_ result: JSONValue, givesDocument: Bool) {
    let document = givesDocument ? try? Document(result) : nil
    self = document.map { .document($0) } ?? .result(result)
  }
}
