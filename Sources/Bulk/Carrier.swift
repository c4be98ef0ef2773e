@_spi(Sending) public import Client

/// Sends changes to their service and returns the replies.
public protocol Carrier: Sendable {
  /// The executor for tasks that send changes; nil for the default.
  var executor: (any TaskExecutor)? { get }

  /// Sends a change and returns the reply.
  ///
  /// - Throws: `ClientError`; its `wasSent` is true if the service may have carried out the change.
  func carry(_ change: Change) async throws(ClientError) -> ChangeReply

  /// Sends a change as ``carry(_:)`` does; sets `latency` to the service's reply time if the carrier measures it more
  /// exactly than its caller.
  func carry(_ change: Change, latency: inout Duration?) async throws(ClientError) -> ChangeReply

  /// The number of changes that the carrier takes concurrently; nil if the statement's window decides.
  var window: Int? { get }

  /// The number of sent changes that wait for a reply; 0 if the statement's client counts them.
  var inFlight: Int { get }

  /// The carrier's state for the progress line; nil for no text.
  var status: String? { get }

  /// Called when the statement ends: drops the changes that the carrier has taken but not sent.
  func end()

  /// Stops waiting for replies; the outcomes of the changes in flight are then unknown.
  func abandon()

  /// Closes the connections or channels that the carrier opened.
  func close() async
}

extension Carrier {
  /// Sends a change; the caller measures the reply time.
  public func carry(_ change: Change, latency: inout Duration?) async throws(ClientError) -> ChangeReply {
    try await carry(change)
  }

  /// Nil: the statement's window decides.
  public var window: Int? { nil }

  /// 0: the statement's client counts them.
  public var inFlight: Int { 0 }

  /// Nil: there is no text for the progress line.
  public var status: String? { nil }

  /// Does nothing, because each change is sent immediately.
  public func end() {}

  /// Does nothing, because the statement's client ends the waits.
  public func abandon() {}

  /// Does nothing, because the carrier opened no connection or channel.
  public func close() async {}
}

/// The carrier that sends each change with its client's transport.
public struct ClientCarrier: Carrier {
  private let client: ResourceClient

  /// Creates the carrier of a client.
  public init(_ client: ResourceClient) { self.client = client }

  /// The thread of the client's connection.
  public var executor: (any TaskExecutor)? { client.taskExecutor }

  /// Sends the change with the client's transport.
  public func carry(_ change: Change) async throws(ClientError) -> ChangeReply {
    try await client.send(
      change: change.method, wireParams: change.params, expires: change.expires, timeout: change.timeout,
      givesDocument: change.givesDocument)
  }
}
