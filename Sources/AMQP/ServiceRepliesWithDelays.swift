/// A request that a service received.
public struct DeliveredRequest: Sendable {
  /// The body of the request's message.
  public var body: [UInt8]
  /// The correlation id of the request.
  public var correlationID: [UInt8]
  /// Whether the broker delivered the request before, to a service that sent no acknowledgement.
  ///
  /// That service may have carried out the request (AMQP 0-9-1, section 1.8.3.13).
  public var isRedelivered: Bool
  /// The position of the request among the requests that the service received.
  ///
  /// The first request has the number 1.
  public internal(set) var number = 0
  var replyTo: [UInt8]
  var channel: UInt16
  var tag: UInt64
}

/// A service's answer to a request: replies with optional delays, and an optional pause of the service.
///
/// A worker of the service first sends the replies whose delay is zero. It then accepts the next request. The replies
/// with a delay and the replies in `further` follow later.
public struct ServiceRepliesWithDelays: Sendable {
  /// A reply that the service sends to the client.
  public struct OutgoingReply: Sendable {
    /// The body of the reply's message.
    public var body: [UInt8]
    /// The correlation id of the reply.
    ///
    /// Nil means the correlation id of the request.
    public var correlationID: [UInt8]?
    /// The time before the reply is sent.
    ///
    /// A service with `confirmsReplies` ignores the delay.
    public var delay: Duration

    /// Creates a reply.
    public init(_ body: [UInt8], correlationID: [UInt8]? = nil, delay: Duration = .zero) {
      self.body = body
      self.correlationID = correlationID
      self.delay = delay
    }
  }

  /// The messages to the client.
  public var replies: [OutgoingReply]
  /// The time for which the service stops consuming the queue; nil for no pause.
  ///
  /// The pause begins before the service sends the first reply.
  public var absence: Duration?
  /// More replies, which the service sends as soon as the stream returns them; nil for none.
  ///
  /// Only a service with `confirmsReplies` sends these replies.
  public var further: AsyncStream<OutgoingReply>?
  /// Whether the service leaves the request unanswered.
  ///
  /// The request goes back to the queue when the channel closes.
  var isLeft = false

  /// The answer that leaves the request unanswered.
  ///
  /// The request goes back to the queue when the channel closes.
  static let left: ServiceRepliesWithDelays = {
    var answer = ServiceRepliesWithDelays([])
    answer.isLeft = true
    return answer
  }()

  /// Creates an answer.
  public init(_ replies: [OutgoingReply], absence: Duration? = nil) {
    self.replies = replies
    self.absence = absence
  }
}
