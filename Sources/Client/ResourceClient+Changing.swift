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
  ///   - number: The number of the change, for the receiver.
  ///   - receiver: Gets the reply or the error once, with the time since the request was made, on the connection's
  ///     thread; it must not block.
  /// - Returns: The request, for ``cancel(_:)``; nil, and nothing is sent, if the transport can't post.
  @_spi(Sending)
  public func post(
    change method: String, wireParams params: JSONObject, expires: Bool, timeout: Duration?, givesDocument: Bool,
    number: Int, for receiver: any ChangeReplyReceiver
  ) -> RequestEnvelope? {
    guard let poster else { return nil }
    let encoded = begin(OutgoingRequest(method, params, changes: true, expires: expires, timeout: timeout))
    poster.post(PostedChange(encoded, self, givesDocument: givesDocument, number: number, receiver))
    return encoded.envelope
  }

  /// A change that was sent without a task that waits for the reply.
  private final class PostedChange: PostedRequest, @unchecked Sendable {
    private let client: ResourceClient
    private let trace: ExchangeTrace?
    private let givesDocument: Bool
    private let number: Int
    private let receiver: any ChangeReplyReceiver

    init(
      _ encoded: EncodedRequest, _ client: ResourceClient, givesDocument: Bool, number: Int,
      _ receiver: any ChangeReplyReceiver
    ) {
      (self.client, trace, self.givesDocument) = (client, encoded.trace, givesDocument)
      (self.number, self.receiver) = (number, receiver)
      super.init(encoded.envelope)
    }

    override func receive(_ reply: LateAnswer) {
      let arrival = ContinuousClock.now
      let latency = arrival - envelope.begin
      do throws(ClientError) {
        let encoded = EncodedRequest(envelope: envelope, trace: trace)
        let reply = try client.end(encoded, reply, at: arrival) {
          [client, envelope, givesDocument] result throws(ClientError) in
          try client.changeReply(result, envelope.method, givesDocument: givesDocument)
        }
        receiver.end(number, .success(reply), latency: latency)
      } catch { receiver.end(number, .failure(error), latency: latency) }
    }
  }

  /// Makes a posted request fail, unless it was already sent.
  @_spi(Sending)
  public func cancel(_ envelope: RequestEnvelope) { poster?.cancel(envelope) }

  fileprivate func changeReply(
    _ result: JSONValue, _ method: String, givesDocument: Bool
  ) throws(ClientError) -> ChangeReply {
    givesDocument ? .document(try single(document(result, method), method)) : .result(result)
  }

  /// Returns the document; throws if it is a list of several resources, unless the change is a destroy.
  private func single(_ document: Document, _ method: String) throws(ClientError) -> Document {
    guard document.count > 1, method != "destroy" else { return document }
    throw malformed(method, "the reply is a list of \(document.count) resources, but one was sent")
  }
}

extension ChangeReply {
  /// Creates a reply from the result of a late reply; a result that is not a document is kept unchanged.
  public init(_ result: JSONValue, givesDocument: Bool) {
    let document = givesDocument ? try? Document(result) : nil
    self = document.map { .document($0) } ?? .result(result)
  }
}
