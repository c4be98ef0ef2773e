/// A request on its way: what a ``Transport`` needs to know of it, and nothing of what it says.
///
/// It is an object, since it passes through many hands and an instant has no size that the compiler knows.
public final class Envelope: Sendable {
  /// The AMQP correlation id, and at the same time the JSON-RPC id, from ``Transport/nextCorrelationID()``.
  public let correlationID: String
  /// The JSON-RPC method, for messages only.
  public let method: String
  /// The JSON:API type that its client is for, where a reply has to be made up.
  public let type: String
  /// The request as JSON text in UTF-8.
  public let body: [UInt8]
  /// When to stop waiting for the reply; nil waits for ever.
  public let deadline: ContinuousClock.Instant?
  /// Whether the message itself dies at the deadline, so that it can't be carried out later (AMQP `expiration`).
  public let expires: Bool
  /// Whether the request changes nothing, so that it may be sent again where the link was lost.
  public let mayRepeat: Bool
  /// When it was made.
  public let begin = ContinuousClock.now

  /// Creates an envelope.
  public init(
    correlationID: String, method: String, type: String = "", body: [UInt8], deadline: ContinuousClock.Instant?,
    expires: Bool = false,
    mayRepeat: Bool = false
  ) {
    self.correlationID = correlationID
    self.method = method
    self.type = type
    self.body = body
    self.deadline = deadline
    self.expires = expires
    self.mayRepeat = mayRepeat
  }
}

/// One client's way to one queue: a request out, its reply back, any number in flight.
///
/// The broker's transport has a channel and a reply queue of its own; the embedded service's has neither.
public protocol Transport: Sendable {
  /// The queue the requests go to.
  var queue: String { get }

  /// Where the tasks of a window run best: the connection's own thread, or nil for anywhere.
  var taskExecutor: (any TaskExecutor)? { get }

  /// Makes a correlation id that was not used before.
  func nextCorrelationID() -> String

  /// Sends a request and waits for the body of its reply.
  ///
  /// Where the task is cancelled, the wait ends at once; of a change that has left it goes on, up to the reply, the
  /// deadline or ``abandon()``.
  ///
  /// - Throws: ``LinkError``, whose `wasSent` says whether the service may have carried the request out.
  func send(_ envelope: Envelope) async throws(LinkError) -> [UInt8]

  /// Ends the wait for every reply, as cancelling the task does for a read.
  func abandon()

  /// Closes the client's channel; its reply queue goes with it.
  func close() async
}

/// A connection that clients are opened on: a broker's, or the embedded service's.
public protocol Link: Sendable {
  /// Where it leads, without the password: `amqp://guest@localhost:5672/`, `embedded:blog`.
  var address: String { get }

  /// Where its queues are: the same for links that lead to the same ones, whoever logs in.
  var place: String { get }

  /// Whether it is there, as far as is known without asking.
  var state: LinkState { get }

  /// The names of its queues; nil where a link can't list them, as no broker does for a client.
  var queues: [String]? { get }

  /// Opens a client on a queue. The queue itself is neither declared nor looked for.
  func open(queue: String, replies: ReplyRoute) async throws(LinkError) -> any Transport

  /// Asks for a queue's depth and consumers without touching it; nil where there is no such queue.
  ///
  /// - Throws: where the broker does not say so by the deadline.
  func probe(queue: String, until deadline: ContinuousClock.Instant) async throws(LinkError) -> QueueState?

  /// Closes every client and the connection. Closing twice does nothing.
  func close() async
}

extension Transport {
  /// Does nothing, where no request is in flight for long.
  public func abandon() {}
}

/// What a link is at.
public enum LinkState: String, Sendable {
  /// It takes requests.
  case up
  /// It is there, and takes no requests for now.
  case blocked
  /// It was lost, and is on its way back.
  case reconnecting
}

extension Link {
  /// Its address.
  public var place: String { address }

  /// It takes requests.
  public var state: LinkState { .up }

  /// Unknown.
  public var queues: [String]? { nil }

  /// Opens a client on a queue, with a reply queue of its own.
  public func open(queue: String) async throws(LinkError) -> any Transport {
    try await open(queue: queue, replies: .queue)
  }
}

/// How a client's replies come back.
public enum ReplyRoute: String, Sendable {
  /// Through an anonymous queue of the client's.
  case queue
  /// Through the broker's direct reply-to, which needs no queue.
  case direct
}

/// What a passive declare tells of a queue (AMQP `queue.declare-ok`).
public struct QueueState: Sendable, Equatable {
  /// Messages that wait for a consumer.
  public var messages: Int
  /// Consumers, each a service that could answer.
  public var consumers: Int

  /// Creates the state of a queue.
  public init(messages: Int, consumers: Int) {
    self.messages = messages
    self.consumers = consumers
  }
}
