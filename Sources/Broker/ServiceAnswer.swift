/// A request as a service gets it.
public struct Delivery: Sendable {
  /// The request's bytes.
  public var body: [UInt8]
  /// What tells the asker which request a reply is for.
  public var correlationID: [UInt8]
  /// Whether a service got it before, which may have carried it out and gone before it could acknowledge it (AMQP 0-9-1,
  /// section 1.8.3.13).
  public var isRedelivered: Bool
  /// The place in the order in which the service got its requests, from 1.
  public internal(set) var number = 0
  var replyTo: [UInt8]
  var channel: UInt16
  var tag: UInt64
}

/// What a service does with a request: how many replies go out, and when, and whether it goes on listening.
///
/// The request is done with when the replies that wait for nothing are out; later ones hold up no other request.
public struct ServiceAnswer: Sendable {
  /// A message to the asker.
  public struct Reply: Sendable {
    /// The bytes.
    public var body: [UInt8]
    /// The correlation id, if it is not the request's.
    public var correlationID: [UInt8]?
    /// How long it waits.
    public var delay: Duration

    /// Creates a reply.
    public init(_ body: [UInt8], correlationID: [UInt8]? = nil, delay: Duration = .zero) {
      self.body = body
      self.correlationID = correlationID
      self.delay = delay
    }
  }

  /// The messages to the asker.
  public var replies: [Reply]
  /// How long the queue has no consumer, from before the first reply on.
  public var absence: Duration?

  /// Creates an answer.
  public init(_ replies: [Reply], absence: Duration? = nil) {
    self.replies = replies
    self.absence = absence
  }
}
