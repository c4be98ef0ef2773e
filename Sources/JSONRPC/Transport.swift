public import JSONText

/// An encoded request, with the data that a ``Transport`` needs to send it.
///
/// The type is a class, so that a function call copies only a reference. A struct would be slow to copy, because the
/// compiler does not know the size of its instants (`ContinuousClock.Instant`).
public final class TransportRequest: Sendable {
  /// The AMQP correlation id from ``Transport/nextCorrelationID()``; the JSON-RPC id is the same.
  public let correlationID: String
  /// The name of the JSON-RPC method.
  ///
  /// Error messages contain the name. A dry run uses the name to simulate the reply.
  public let method: String
  /// The JSON:API type of the client's resources.
  ///
  /// A dry run uses the type to simulate the reply.
  public let type: String
  /// The parameters of the request, for error messages and traces; empty if the caller needs neither.
  public let params: JSONObject
  /// The request as JSON text in UTF-8.
  public let body: [UInt8]
  /// The time at which the caller stops waiting for the reply; nil for no limit.
  public let deadline: ContinuousClock.Instant?
  /// The maximum time to wait for the reply; nil for no limit.
  ///
  /// The client calculates `deadline` from `begin` and this time.
  public let timeout: Duration?
  /// Whether the broker drops the message at the deadline (AMQP `expiration`).
  ///
  /// If true, a service can't carry out the request after the deadline.
  public let expires: Bool
  /// Whether the request changes no data.
  ///
  /// A client may send such a request again after a loss of the connection.
  public let mayRepeat: Bool
  /// The time at which the request was encoded.
  public let begin: ContinuousClock.Instant

  /// Creates a request from its encoded body.
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
/// The transport of a broker has an AMQP channel and a reply queue. The transport of the embedded service has neither.
public protocol Transport: Sendable {
  /// The queue to which the requests are sent.
  var queue: String { get }

  /// The executor for tasks that send many requests: the connection's thread. Nil means the default executor.
  var taskExecutor: (any TaskExecutor)? { get }

  /// Returns a new correlation id, which no other request has.
  func nextCorrelationID() -> String

  /// Sends a request and waits for the body of its reply.
  ///
  /// If the task is cancelled, the function throws immediately. A change that was already sent is an exception: the
  /// function still waits for the reply, the deadline or ``abandon()``.
  ///
  /// - Throws: ``LinkError``. The error's `wasSent` is true if the service may have carried out the request.
  func send(_ envelope: TransportRequest) async throws(LinkError) -> [UInt8]

  /// Ends all waiting requests with an error, even changes that were already sent.
  func abandon()

  /// Closes the client's channel, and deletes the client's reply queue.
  func close() async
}

/// A transport that can pass a reply to a function, so that no task waits for the reply.
public protocol CallbackTransport: Transport {
  /// Sends a request like ``Transport/send(_:)``, and calls ``RequestWithCallback/receive(_:)`` with the reply or an error.
  func post(_ request: RequestWithCallback)

  /// Makes a posted request fail with `cancelled`.
  ///
  /// The function has no effect on a change that was already sent.
  func cancel(_ envelope: TransportRequest)
}

extension CallbackTransport {
  /// Posts a request, and waits for the body of the reply or for an error, like ``Transport/send(_:)``.
  ///
  /// The function is inlined, so that each request needs fewer suspensions. The continuation is unsafe, because a
  /// checked continuation allocates an object for each request.
  @inlinable @inline(__always) public func reply(to envelope: TransportRequest) async -> Result<[UInt8], LinkError> {
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

/// A connection to a broker or to the embedded service.
///
/// A program opens clients on the connection.
public protocol ServiceLink: Sendable {
  /// The address without the password, such as `amqp://guest@localhost:5672/` or `embedded:blog`.
  var address: String { get }

  /// The identity of the broker's cluster and vhost.
  ///
  /// All links to the same queues have the same identity, even if their addresses or users differ. Another broker at
  /// the same address has another identity.
  var brokerIdentity: String { get }

  /// The address without user and parameters. The program stores the learned schemas of queues under this address.
  var place: String { get }

  /// The state of the link, such as `up`; the link sends no request to find out the state.
  var state: LinkState { get }

  /// The names of the link's queues. Nil if the link can't list its queues, as with a broker.
  var queues: [String]? { get }

  /// The resource types of the link's service. Empty if the link does not know the types, as with a broker.
  var types: [ServedTypeSchema] { get }

  /// Whether the link logs in with this password. True for a link without a login.
  func uses(password: String) -> Bool

  /// Opens a client on a queue, without declaring the queue or checking that it exists.
  func open(queue: String, replies: ReplyRoute) async throws(LinkError) -> any Transport

  /// Returns how many messages and consumers a queue has; nil if the queue does not exist.
  ///
  /// The function does not change the queue.
  ///
  /// - Throws: A link error if the broker does not answer by the deadline.
  func probe(queue: String, until deadline: ContinuousClock.Instant) async throws(LinkError) -> QueueState?

  /// Ends the connection immediately, so that no request in flight can still reach a service, and connects again.
  func abort() async

  /// Closes all clients and the connection. Further calls have no effect.
  func close() async
}

extension ServiceLink {
  /// Does nothing by default, for a link without a network connection.
  public func abort() async {}
}

extension Transport {
  /// Does nothing by default, for a transport whose requests end quickly.
  public func abandon() {}
}

/// The state of a link: it accepts requests, is blocked, or is being opened again.
public enum LinkState: String, Sendable {
  /// The link accepts requests.
  case up
  /// The link is connected, but the broker accepts no requests for now.
  case blocked
  /// The link was lost and is being opened again.
  case reconnecting
}

extension ServiceLink {
  /// By default, the address of the link.
  public var brokerIdentity: String { address }

  /// By default, the address of the link.
  public var place: String { address }

  /// By default, `up`, for a link whose state never changes.
  public var state: LinkState { .up }

  /// By default, nil, for a link that can't list its queues.
  public var queues: [String]? { nil }

  /// By default, empty, for a link that does not know the types.
  public var types: [ServedTypeSchema] { [] }

  /// Returns true by default, for a link without a login.
  public func uses(password: String) -> Bool { true }

  /// Opens a client on a queue.
  ///
  /// The client has its own reply queue.
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

/// The state of a queue, as the broker reports it after a passive declare (AMQP `queue.declare-ok`).
public struct QueueState: Sendable, Equatable {
  /// The number of messages that wait for a consumer.
  public var messages: Int
  /// The number of consumers.
  ///
  /// Each consumer is a service that could reply.
  public var consumers: Int

  /// Creates the state of a queue.
  public init(messages: Int, consumers: Int) {
    self.messages = messages
    self.consumers = consumers
  }
}
