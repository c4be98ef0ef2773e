@_spi(Sending) public import Client

/// An object that sends changes to their service and returns the replies.
public protocol ChangeCarrier: Sendable {
  /// The executor for tasks that send changes; nil for Swift's default executor.
  var executor: (any TaskExecutor)? { get }

  /// Sends a change and returns the reply.
  ///
  /// - Throws: `ClientError`, with `wasSent` true if the service may have carried out the change.
  func carry(_ change: Change) async throws(ClientError) -> ChangeResult

  /// Sends a change as ``carry(_:)`` does, and can report the reply time of the service.
  ///
  /// If the carrier can measure the reply time more exactly than the caller, it sets `latency`. Otherwise the caller
  /// measures the time.
  func carry(_ change: Change, latency: inout Duration?) async throws(ClientError) -> ChangeResult

  /// The maximum number of changes that the carrier accepts at the same time.
  ///
  /// Nil means that the statement's option `in-flight:` sets the maximum.
  var window: Int? { get }

  /// The longest time that the carrier can keep an accepted change before its request is sent.
  ///
  /// The workers of a pool can send the request even after this program has ended. A journal therefore records this
  /// time. The next run waits until no earlier request can be carried out any more.
  var longestDelay: Duration { get }

  /// The time until which a change without a reply can still be sent; nil if no such change exists.
  ///
  /// Only a pool has such changes: a worker may have received the change, although this program got no reply.
  var lastPossibleSend: ContinuousClock.Instant? { get }

  /// Whether a late reply to a request shows the outcome of the change.
  ///
  /// This is true if the carrier sends exactly one request for a change, and if late replies reach this program.
  var hasLateReplies: Bool { get }

  /// The number of sent changes that wait for a reply; 0 if the client itself counts these changes.
  var inFlight: Int { get }

  /// A text about the carrier's work, for the progress line; nil if there is nothing to show.
  var status: String? { get }

  /// Drops the changes that the carrier has accepted but not sent.
  ///
  /// The dispatcher calls this function when the statement ends.
  func end()

  /// Stops waiting for replies; the outcomes of the changes in flight are then unknown.
  func abandon()

  /// Closes the connections or channels that the carrier opened.
  func close() async
}

extension ChangeCarrier {
  /// Sends a change without setting `latency`, so that the caller measures the reply time.
  public func carry(_ change: Change, latency: inout Duration?) async throws(ClientError) -> ChangeResult {
    try await carry(change)
  }

  /// Nil by default: the statement's option `in-flight:` sets the maximum number of changes.
  public var window: Int? { nil }

  /// Zero by default, because only this program sends the requests.
  public var longestDelay: Duration { .zero }

  /// Nil by default, because only this program sends the requests.
  public var lastPossibleSend: ContinuousClock.Instant? { nil }

  /// False by default: a carrier may send several requests for the change of one element.
  ///
  /// A late reply to one of these requests does not show the outcome of the whole change.
  public var hasLateReplies: Bool { false }

  /// 0 by default: the client itself counts its requests in flight.
  public var inFlight: Int { 0 }

  /// Nil by default: the progress line shows no text about the carrier.
  public var status: String? { nil }

  /// Does nothing by default, for a carrier that sends each change immediately.
  public func end() {}

  /// Does nothing by default, because the client itself stops waiting for replies.
  public func abandon() {}

  /// Does nothing by default, for a carrier that opens no connections or channels.
  public func close() async {}
}

/// A carrier that accepts many changes at the same time, without a Swift task for each change.
public protocol CallbackCarrier: ChangeCarrier {
  /// Accepts a change, and returns before the outcome is known.
  ///
  /// As soon as the outcome is known, the carrier passes the outcome and `number` to `receiver`.
  func take(_ change: Change, number: Int, for receiver: any GroupedReplyReceiver)

  /// Accepts several changes in order, like ``take(_:number:for:)``.
  func take(_ changes: [(change: Change, number: Int)], for receiver: any GroupedReplyReceiver)
}

extension CallbackCarrier {
  /// Accepts one change after another.
  public func take(_ changes: [(change: Change, number: Int)], for receiver: any GroupedReplyReceiver) {
    for (change, number) in changes { take(change, number: number, for: receiver) }
  }
}

/// Receives the replies to the changes that a ``CallbackCarrier`` has taken.
public protocol GroupedReplyReceiver: ChangeReplyReceiver {
  /// Receives the numbers of several changes that succeeded, without the contents of their replies.
  ///
  /// For each change, the carrier calls either this method or `end(_:_:latency:)`.
  ///
  /// - Parameters:
  ///   - numbers: The numbers of the changes.
  ///   - latencies: The service's reply times to these changes.
  func end(succeeded numbers: [Int], latencies: LatencyHistogram)
}

/// A carrier that sends each change with the transport of one client.
public struct ClientCarrier: ChangeCarrier {
  private let client: ResourceClient

  /// Creates the carrier of a client.
  public init(_ client: ResourceClient) { self.client = client }

  /// The executor that runs tasks on the thread of the client's connection.
  public var executor: (any TaskExecutor)? { client.taskExecutor }

  /// Sends the change with the client's transport.
  ///
  /// For an `unlink` of a to-one relationship, the function throws an error and does not send the change.
  public func carry(_ change: Change) async throws(ClientError) -> ChangeResult {
    if change.verb == .unlink { try await client.refuseUnlinkOfToOne(change.params, timeout: change.timeout) }
    return try await client.send(
      change: change.method, wireParams: change.params, expires: change.expires, timeout: change.timeout,
      givesDocument: change.givesDocument)
  }
}
