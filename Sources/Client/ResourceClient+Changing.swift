public import JSONAPI
public import JSONRPC
public import JSONText

/// A service's reply to a change, such as the document of a created resource.
public enum ChangeResult: Sendable {
  /// The document of a `create`, an `update` or a `destroy`.
  case document(Document)
  /// The unchanged result of a change that is not a `create`, an `update` or a `destroy`.
  case result(JSONValue)
  /// A reply without its contents, which the statement does not use.
  case omitted
}

extension ResourceClient {
  /// Sends a change and returns the service's reply.
  ///
  /// `params` are the parameters, ready to send. A `timeout` of nil means no limit. The document of a `destroy` is
  /// empty if the service's reply is not a document. Only the module `Bulk` imports this method, so that every change
  /// passes through its dispatcher.
  ///
  /// - Throws: ``ClientError``. The kind is `unknown` if the client sent the request and got no reply. The kind is
  ///   `protocol` if `givesDocument` is true and the result is not a document.
  @_spi(Sending)
  public func send(
    change method: String, wireParams params: JSONObject, expires: Bool, timeout: Duration?, givesDocument: Bool
  ) async throws(ClientError) -> ChangeResult {
    let message = OutgoingRequest(method, params, changes: true, expires: expires, timeout: timeout)
    return try await send(message) { result throws(ClientError) in
      try changeReply(result, method, givesDocument: givesDocument)
    }
  }

  /// Whether ``post(change:wireParams:expires:timeout:givesDocument:number:for:)`` can send changes.
  @_spi(Sending)
  public var canPost: Bool { poster != nil }

  /// Sends a change like ``send(change:wireParams:expires:timeout:givesDocument:)``, but does not wait for the reply.
  ///
  /// - Parameters:
  ///   - method: The JSON-RPC method.
  ///   - params: The parameters, ready to send.
  ///   - expires: Whether the message expires at its deadline.
  ///   - timeout: The time to wait for the reply; nil for no limit.
  ///   - givesDocument: Whether the result must be a document.
  ///   - number: The number of the change, which the receiver gets back with the reply.
  ///   - receiver: The object that gets the reply or the error, exactly once. It is called on the connection's thread,
  ///     and must not block.
  /// - Returns: The request, for ``cancel(_:)``. If the transport can't post, the client sends nothing and returns nil.
  @_spi(Sending)
  public func post(
    change method: String, wireParams params: JSONObject, expires: Bool, timeout: Duration?, givesDocument: Bool,
    number: Int, for receiver: any ChangeReplyReceiver
  ) -> TransportRequest? {
    guard let poster else { return nil }
    let encoded = begin(OutgoingRequest(method, params, changes: true, expires: expires, timeout: timeout))
    poster.post(ChangeRequestWithCallback(encoded, self, givesDocument: givesDocument, number: number, receiver))
    return encoded.envelope
  }

  /// A change that passes its reply to a ``ChangeReplyReceiver``, so that no Swift task has to wait.
  private final class ChangeRequestWithCallback: RequestWithCallback, @unchecked Sendable {
    private let client: ResourceClient
    private let trace: RequestReplyTrace?
    private let givesDocument: Bool
    private let number: Int
    private let receiver: any ChangeReplyReceiver

    init(
      _ encoded: RequestWithTrace, _ client: ResourceClient, givesDocument: Bool, number: Int,
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
        let encoded = RequestWithTrace(envelope: envelope, trace: trace)
        let reply = try client.end(encoded, reply, at: arrival) {
          [client, envelope, givesDocument] result throws(ClientError) in
          try client.changeReply(result, envelope.method, givesDocument: givesDocument)
        }
        receiver.end(number, .success(reply), latency: latency)
      } catch { receiver.end(number, .failure(error), latency: latency) }
    }
  }

  /// Makes a posted request fail; has no effect on a request that was already sent.
  @_spi(Sending)
  public func cancel(_ envelope: TransportRequest) { poster?.cancel(envelope) }

  fileprivate func changeReply(
    _ result: JSONValue, _ method: String, givesDocument: Bool
  ) throws(ClientError) -> ChangeResult {
    givesDocument ? .document(try single(document(result, method), method)) : .result(result)
  }

  /// Returns the document, or throws an error if the document has several resources.
  ///
  /// Only the reply to a `destroy` can have several resources.
  private func single(_ document: Document, _ method: String) throws(ClientError) -> Document {
    guard document.count > 1, method != "destroy" else { return document }
    throw malformed(method, "the reply is a list of \(document.count) resources, but the request sent one resource")
  }
}

extension ChangeResult {
  /// Creates a reply from a result, such as the result in a late reply.
  ///
  /// If `givesDocument` is true and the result is a document, the reply is this document. Otherwise the reply is the
  /// unchanged result.
  public init(_ result: JSONValue, givesDocument: Bool) {
    let document = givesDocument ? try? Document(result) : nil
    self = document.map { .document($0) } ?? .result(result)
  }
}
