public import JSONAPI
public import JSONRPC
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
  /// limit. Any reply without an error completes a destroy, so its document can be empty.
  ///
  /// - Throws: ``ClientError``; kind `unknown` for a request that was sent and got no reply; kind `protocol` if the
  ///   result must be a document and is not.
  @_spi(Sending)
  public func send(
    change method: String, wireParams params: JSONObject, expires: Bool, timeout: Duration?, givesDocument: Bool
  ) async throws(ClientError) -> ChangeReply {
    let message = OutgoingRequest(method, params, changes: true, expires: expires, timeout: timeout)
    return try await send(message) { result throws(ClientError) in
      try changeReply(result, method, givesDocument: givesDocument)
    }
  }

  /// Whether the client's transport can send a change without a task that waits for the reply.
  @_spi(Sending)
  public var canPost: Bool { poster != nil }

  /// Sends a change like ``send(change:wireParams:expires:timeout:givesDocument:)``, without a task that waits for the
  /// reply.
  ///
  /// - Parameters:
  ///   - method: The JSON-RPC method.
  ///   - params: The parameters, ready for the wire.
  ///   - expires: Whether the message expires at its deadline.
  ///   - timeout: The time to wait for the reply; nil for no limit.
  ///   - givesDocument: Whether the result must be a document.
  ///   - receive: Called once, with the reply or the error and the time since the request was made; it runs on the
  ///     connection's thread and must not block.
  /// - Returns: The request, for ``cancel(_:)``; nil, and nothing is sent, if the transport can't post.
  @_spi(Sending)
  public func post(
    change method: String, wireParams params: JSONObject, expires: Bool, timeout: Duration?, givesDocument: Bool,
    _ receive: @escaping @Sendable (Result<ChangeReply, ClientError>, Duration) -> Void
  ) -> RequestEnvelope? {
    guard let poster else { return nil }
    let encoded = begin(OutgoingRequest(method, params, changes: true, expires: expires, timeout: timeout))
    poster.post(encoded.envelope) { [self] answer in
      let latency = ContinuousClock.now - encoded.envelope.begin
      do throws(ClientError) {
        let reply = try end(encoded, answer) { result throws(ClientError) in
          try changeReply(result, encoded.message.method, givesDocument: givesDocument)
        }
        receive(.success(reply), latency)
      } catch { receive(.failure(error), latency) }
    }
    return encoded.envelope
  }

  /// Makes a posted request fail, unless it was already sent.
  @_spi(Sending)
  public func cancel(_ envelope: RequestEnvelope) { poster?.cancel(envelope) }

  private func changeReply(
    _ result: JSONValue, _ method: String, givesDocument: Bool
  ) throws(ClientError) -> ChangeReply {
    givesDocument ? .document(try single(document(result, method), method)) : .result(result)
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
