public import JSONText

/// An encoded request with the properties that a ``Transport`` needs to send it.
///
/// It is a class, so that passing it on copies only a reference. Copies of a struct would be slow, because the compiler
/// does not know the size of an instant.
public final class RequestEnvelope: Sendable {
  /// The AMQP correlation id, which is also the JSON-RPC id, from ``Transport/nextCorrelationID()``.
  public let correlationID: String
  /// The JSON-RPC method, for error messages and simulated replies.
  public let method: String
  /// The JSON:API type of the client, for simulated replies.
  public let type: String
  /// The parameters of the request, for messages about its reply; empty if there are no such messages.
  public let params: JSONObject
  /// The request as JSON text in UTF-8.
  public let body: [UInt8]
  /// The time at which the wait for the reply ends; nil for no limit.
  public let deadline: ContinuousClock.Instant?
  /// The time to wait for the reply, from which the deadline was calculated; nil for no limit.
  public let timeout: Duration?
  /// Whether the message itself expires at the deadline and is not carried out later (AMQP `expiration`).
  public let expires: Bool
  /// Whether the request changes no data, and may be sent again after a lost connection.
  public let mayRepeat: Bool
  /// The time at which the envelope was created.
  public let begin: ContinuousClock.Instant

  /// Creates an envelope.
  public init(
    correlationID: String, method: String, type: String = "", params: JSONObject = [:], body: [UInt8],
    deadline: ContinuousClock.Instant?, timeout: Duration? = nil, expires: Bool = false, mayRepeat: Bool = false,
    begin: ContinuousClock.Instant = .now
  ) {
    self.begin = begin
    self.correlationID = correlationID
    self.method = method
    self.type = type
    self.params = params
    self.body = body
    self.deadline = deadline
    self.timeout = timeout
    self.expires = expires
    self.mayRepeat = mayRepeat
  }
}

/// A client's channel to one queue, with any number of requests in flight.
///
/// A broker's transport has an AMQP channel and a reply queue; the embedded service's transport has neither.
public protocol Transport: Sendable {
  /// The queue to which the requests are sent.
  var queue: String { get }

  /// The executor for tasks that send many requests: the connection's thread, or nil for the default.
  var taskExecutor: (any TaskExecutor)? { get }

  /// Returns a new, unused correlation id.
  func nextCorrelationID() -> String

  /// Sends a request and waits for the body of its reply.
  ///
  /// If the task is cancelled, the wait ends immediately. The wait for a change that was sent, however, continues until
  /// the reply, the deadline or ``abandon()``.
  ///
  /// - Throws: ``LinkError``; its `wasSent` is true if the service may have carried out the request.
  func send(_ envelope: RequestEnvelope) async throws(LinkError) -> [UInt8]

  /// Makes all requests that wait for a reply fail, including changes that were sent.
  func abandon()

  /// Closes the client's channel and deletes its reply queue.
  func close() async
}

/// A transport that can send a request without a task that waits for the reply.
public protocol PostingTransport: Transport {
  /// Sends a request like ``Transport/send(_:)``, and calls ``PostedRequest/receive(_:)`` with the reply or the error.
  func post(_ request: PostedRequest)

  /// Makes a posted request fail with `cancelled`, unless it is a change that was already sent.
  func cancel(_ envelope: RequestEnvelope)
}

extension PostingTransport {
  /// Posts a request, and waits for the body of the reply or the error, like ``Transport/send(_:)``.
  ///
  /// It is inlined, which saves several suspensions for each request. Its continuation is unsafe, because a checked one
  /// costs an object for each request.
  @inlinable @inline(__always) public func reply(to envelope: RequestEnvelope) async -> Result<[UInt8], LinkError> {
    if Task.isCancelled { return .failure(LinkError(.cancelled, "interrupted")) }
    return await withTaskCancellationHandler {
      await unsafe withUnsafeContinuation { continuation in
        unsafe post(AwaitedRequest(envelope, continuation))
        if Task.isCancelled { cancel(envelope) }
      }
    } onCancel: {
      cancel(envelope)
    }
  }
}

/// A connection to a broker or to the embedded service, on which clients are opened.
public protocol ServiceLink: Sendable {
  /// The address without the password: `amqp://guest@localhost:5672/`, `embedded:blog`.
  var address: String { get }

  /// The identity of the broker's cluster and vhost: equal for all links to the same queues, whatever their address and
  /// user, and different for another broker at the same address.
  var brokerIdentity: String { get }

  /// The address without user and parameters, under which the learned schemas of queues are stored.
  var place: String { get }

  /// The state of the link, as far as it is known without a request.
  var state: LinkState { get }

  /// The names of the link's queues; nil if the link can't list them, as on every broker.
  var queues: [String]? { get }

  /// The resource types of the link's service; empty if the link does not know them, as for a broker.
  var types: [ServedType] { get }

  /// Whether the link's login has this password; true for a link without a login.
  func uses(password: String) -> Bool

  /// Opens a client on a queue, without declaring the queue or checking that it exists.
  func open(queue: String, replies: ReplyRoute) async throws(LinkError) -> any Transport

  /// Reads the numbers of messages and consumers of a queue without changing the queue; nil if the queue does not
  /// exist.
  ///
  /// - Throws: A link error if the broker does not answer by the deadline.
  func probe(queue: String, until deadline: ContinuousClock.Instant) async throws(LinkError) -> QueueState?

  /// Closes every client and the connection; further calls have no effect.
  func close() async
}

extension Transport {
  /// Does nothing, for transports whose requests end quickly.
  public func abandon() {}
}

/// Whether a link accepts requests, is blocked, or is being opened again.
public enum LinkState: String, Sendable {
  /// The link accepts requests.
  case up
  /// The link is connected, but accepts no requests for now.
  case blocked
  /// The link was lost and is being opened again.
  case reconnecting
}

extension ServiceLink {
  /// The address of the link.
  public var brokerIdentity: String { address }

  /// The address of the link, unchanged.
  public var place: String { address }

  /// The state `up`, for a link whose state never changes.
  public var state: LinkState { .up }

  /// Nil, because the link can't list its queues.
  public var queues: [String]? { nil }

  /// Empty, because the link does not know the types.
  public var types: [ServedType] { [] }

  /// Always true, because the link has no login.
  public func uses(password: String) -> Bool { true }

  /// Opens a client on a queue, with its own reply queue.
  public func open(queue: String) async throws(LinkError) -> any Transport {
    try await open(queue: queue, replies: .queue)
  }
}

/// The route by which a client's replies arrive.
public enum ReplyRoute: String, Sendable {
  /// The replies arrive in the client's anonymous queue.
  case queue
  /// The replies arrive through the broker's direct reply-to, which needs no queue.
  case direct
}

/// The result of a passive declare (AMQP `queue.declare-ok`).
public struct QueueState: Sendable, Equatable {
  /// The number of messages that wait for a consumer.
  public var messages: Int
  /// The number of consumers, each of which is a service that could reply.
  public var consumers: Int

  /// Creates the state of a queue.
  public init(messages: Int, consumers: Int) {
    self.messages = messages
    self.consumers = consumers
  }
}
