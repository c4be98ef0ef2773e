/// A request as a service receives it.
public struct Delivery: Sendable {
  /// The body of the request's message.
  public var body: [UInt8]
  /// The correlation id of the request.
  public var correlationID: [UInt8]
  /// Whether the request was already delivered to a service that sent no acknowledgement.
  ///
  /// That service may have carried out the request (AMQP 0-9-1, section 1.8.3.13).
  public var isRedelivered: Bool
  /// The number of the request in the order in which the service received its requests, from 1.
  public internal(set) var number = 0
  var replyTo: [UInt8]
  var channel: UInt16
  var tag: UInt64
}

/// A service's answer to a request: its replies, their delays, and whether the service pauses.
///
/// The request is finished when the replies without a delay are sent. Replies with a delay, and the replies in
/// `further`, do not hold up other requests.
public struct ServiceAnswer: Sendable {
  /// A message to the client.
  public struct Reply: Sendable {
    /// The body of the reply's message.
    public var body: [UInt8]
    /// The correlation id; nil for the correlation id of the request.
    public var correlationID: [UInt8]?
    /// The time before the reply is sent; ignored by a service that waits for the confirms of its replies.
    public var delay: Duration

    /// Creates a reply.
    public init(_ body: [UInt8], correlationID: [UInt8]? = nil, delay: Duration = .zero) {
      self.body = body
      self.correlationID = correlationID
      self.delay = delay
    }
  }

  /// The messages to the client.
  public var replies: [Reply]
  /// The time for which the service does not consume the queue, beginning before the first reply; nil for no pause.
  public var absence: Duration?
  /// Further replies, each sent when the stream returns it, on a channel with confirms; nil for none.
  public var further: AsyncStream<Reply>?
  /// Whether the request stays unanswered, and returns to the queue when the channel closes.
  var isLeft = false

  /// The answer that leaves the request unanswered, so that it returns to the queue when the channel closes.
  static let left: ServiceAnswer = {
    var answer = ServiceAnswer([])
    answer.isLeft = true
    return answer
  }()

  /// Creates an answer.
  public init(_ replies: [Reply], absence: Duration? = nil) {
    self.replies = replies
    self.absence = absence
  }
}
