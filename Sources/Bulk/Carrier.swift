@_spi(Sending) public import Client

/// Sends changes to their service and returns the replies.
public protocol Carrier: Sendable {
  /// The executor for tasks that send changes; nil for the default.
  var executor: (any TaskExecutor)? { get }

  /// Sends a change and returns the reply.
  ///
  /// - Throws: `ClientError`, whose `wasSent` says whether the service may have carried it out.
  func carry(_ change: Change) async throws(ClientError) -> ChangeReply
}

/// The carrier that sends each change with its client's transport.
public struct ClientCarrier: Carrier {
  private let client: ResourceClient

  /// Creates the carrier of a client.
  public init(_ client: ResourceClient) { self.client = client }

  /// The connection's thread.
  public var executor: (any TaskExecutor)? { client.taskExecutor }

  /// Sends it with the client's transport.
  public func carry(_ change: Change) async throws(ClientError) -> ChangeReply {
    try await client.send(
      change: change.method, wireParams: change.params, expires: change.expires, timeout: change.timeout,
      givesDocument: change.givesDocument)
  }
}
