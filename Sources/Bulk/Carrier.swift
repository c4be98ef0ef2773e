@_spi(Sending) public import Client

/// What brings changes to their service and their replies back.
public protocol Carrier: Sendable {
  /// Where the tasks that hand it changes run best; nil for anywhere.
  var executor: (any TaskExecutor)? { get }

  /// Brings a change to its service.
  ///
  /// - Throws: `ClientError`, whose `wasSent` says whether the service may have carried it out.
  func carry(_ change: Change) async throws(ClientError) -> ChangeReply
}

/// The carrier that sends each change by its client's own transport.
public struct ClientCarrier: Carrier {
  private let client: ResourceClient

  /// Creates the carrier of a client.
  public init(_ client: ResourceClient) { self.client = client }

  /// The connection's own thread.
  public var executor: (any TaskExecutor)? { client.taskExecutor }

  /// Sends it with the client's transport.
  public func carry(_ change: Change) async throws(ClientError) -> ChangeReply {
    try await client.send(
      change: change.method, wireParams: change.params, expires: change.expires, timeout: change.timeout,
      givesDocument: change.givesDocument)
  }
}
