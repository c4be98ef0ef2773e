@_spi(Sending) public import Client

/// Sends changes to their service and returns the replies.
public protocol Carrier: Sendable {
  /// The actor on which the workers of a window run; nil for none.
  var isolation: (any Actor)? { get }

  /// Sends a change and returns the reply.
  ///
  /// - Throws: `ClientError`, whose `wasSent` says whether the service may have carried it out.
  func carry(_ change: Change) async throws(ClientError) -> ChangeReply

  /// Sends a change as ``carry(_:)`` does; `latency` becomes the service's reply time, if the carrier knows it better than
  /// its caller.
  func carry(_ change: Change, latency: inout Duration?) async throws(ClientError) -> ChangeReply

  /// How many changes it takes at once; nil if the statement's window decides.
  var window: Int? { get }

  /// The number of changes that it has sent and that wait for a reply, unless its statement's client counts them.
  var inFlight: Int { get }

  /// What the progress shows of it; nil for nothing.
  var status: String? { get }

  /// Sends no more of the changes that it has taken and not sent, since the statement ends.
  func end()

  /// Ends the wait for every reply.
  func abandon()

  /// Closes what it has opened.
  func close() async
}

extension Carrier {
  /// Sends a change; the caller measures the reply time.
  public func carry(_ change: Change, latency: inout Duration?) async throws(ClientError) -> ChangeReply {
    try await carry(change)
  }

  /// The statement's window decides.
  public var window: Int? { nil }

  /// The statement's client counts them.
  public var inFlight: Int { 0 }

  /// Nothing.
  public var status: String? { nil }

  /// Does nothing, since each change is sent at once.
  public func end() {}

  /// Does nothing, since the client of the statement does it.
  public func abandon() {}

  /// Does nothing.
  public func close() async {}
}

/// The carrier that sends each change with its client's transport.
public struct ClientCarrier: Carrier {
  private let client: ResourceClient

  /// Creates the carrier of a client.
  public init(_ client: ResourceClient) { self.client = client }

  /// The connection.
  public var isolation: (any Actor)? { client.isolation }

  /// Sends it with the client's transport.
  public func carry(_ change: Change) async throws(ClientError) -> ChangeReply {
    try await client.send(
      change: change.method, wireParams: change.params, expires: change.expires, timeout: change.timeout,
      givesDocument: change.givesDocument)
  }
}
