import CRabbitMQ

/// The state of an AMQP channel: the requests that wait for replies, and the message whose frames are arriving.
///
/// The type is a class, because the connection's thread changes a channel in place for each frame.
final class Channel {
  /// A request that waits for its reply.
  struct PendingRequest {
    let receiver: any ReplyReceiver
    let message: OutgoingMessage
    var wasSent = false
    /// The delivery tag that the broker's confirm will contain.
    ///
    /// Nil before the message is sent, and on a channel without confirms.
    var tag: UInt64?

    /// Marks the request as sent.
    mutating func depart(_ tag: UInt64?) { (wasSent, self.tag) = (true, tag) }

    /// Completes the request with the body of its reply, or with an error.
    ///
    /// After an error, the client in `message.origin` decides whether to send the request again. Without an origin, the
    /// receiver gets the error.
    func end(_ reply: Result<[UInt8], AMQPClientError>) {
      guard case .failure(let error) = reply, let origin = message.origin else { return receiver.receive(reply) }
      origin.client.end(message, with: error, on: origin.channel, receiver)
    }
  }

  /// The broker's answer to a method, such as the name of a declared queue.
  struct MethodReply: Sendable {
    /// A queue's name or a consumer's tag.
    var name: [UInt8] = []
    var messages = 0
    var consumers = 0
  }

  /// A caller that waits for the broker's answer to a method, and the caller's deadline.
  struct MethodReplyWaiter {
    let continuation: CheckedContinuation<Result<MethodReply, AMQPClientError>, Never>
    let deadline: ContinuousClock.Instant
  }

  /// A message whose frames are arriving.
  private struct PartialMessage {
    /// The code and the reason of `basic.return`; nil if the message is a delivery.
    var returned: (code: UInt16, reason: String)?
    var tag: UInt64 = 0
    var isRedelivered = false
    var size = 0
    /// The number at the end of the message's correlation id.
    ///
    /// Nil for a request to a service, and for a correlation id that another client made.
    var serial: Int?
    /// The correlation id; empty if `serial` is known.
    var correlationID: [UInt8] = []
    var replyTo: [UInt8] = []
    var body: [UInt8] = []
  }

  let number: UInt16
  /// The requests that wait for replies, keyed by the number at the end of their correlation ids.
  ///
  /// On a service's channel, the entries are replies that wait for confirms, keyed by a counter.
  var pending = PendingRequests()
  /// The prefix of the correlation ids on this channel: the client's UUID and a hyphen.
  let prefix: [UInt8]
  /// The queue to which a client sends the requests of the channel; nil on other channels.
  let queue: String?
  /// The callers that wait for the broker's answers to methods, in the order in which the methods were sent.
  ///
  /// The broker answers the methods in the same order.
  var awaited: [MethodReplyWaiter] = []
  /// Whether the channel is in confirm mode, in which the broker confirms each published message.
  var isConfirming = false
  private var confirms = UnconfirmedMessages()
  /// The number of replies that ``awaitConfirm(of:_:)`` has recorded; always 0 if no service uses the channel.
  private var confirmedReplies = 0
  /// Whether the channel is closing and accepts no requests.
  var isClosing = false
  /// Called with each delivery to a service; nil on a client's channel.
  var deliver: (@Sendable (DeliveredRequest) -> Void)?
  /// Called when a service's channel or the channel's consumer ends; nil on a client's channel.
  var ended: (@Sendable (AMQPClientError) -> Void)?
  /// The message whose frames are arriving; valid while `isAssembling` is true.
  private var assembly = PartialMessage()
  private var isAssembling = false

  init(number: UInt16, prefix: [UInt8] = [], queue: String? = nil) {
    (self.number, self.prefix, self.queue) = (number, prefix, queue)
  }

  /// Marks a request as sent.
  ///
  /// Returns false if no caller waits for the reply any more.
  func depart(_ serial: Int) -> Bool {
    pending.depart(serial) { isConfirming ? confirms.add(serial) : nil }
  }

  /// Records a service's reply that the broker must confirm, and returns the reply's key in `pending`.
  ///
  /// The receiver learns when the broker confirms or refuses the reply.
  func awaitConfirm(of message: OutgoingMessage, _ receiver: any ReplyReceiver) -> Int {
    confirmedReplies += 1
    pending.add(PendingRequest(receiver: receiver, message: message), confirmedReplies)
    return confirmedReplies
  }

  /// Makes a waiting request fail with an error.
  func end(_ serial: Int, _ error: AMQPClientError) {
    guard let waiting = pending.remove(serial) else { return }
    waiting.end(.failure(completed(error, of: waiting)))
  }

  /// Ends each request whose deadline has passed, with the given error.
  func expire(_ now: ContinuousClock.Instant, _ error: AMQPClientError) {
    for serial in pending.keys {
      if let deadline = pending[serial]?.message.deadline, deadline <= now { end(serial, error) }
    }
  }

  /// Returns a copy of the error with the `wasSent` and `wasConfirmed` of a waiting request.
  ///
  /// An error of the kind `accessRefused` means that the broker closed the channel, because the user may not publish. A
  /// request that still waits for its confirm then counts as not sent.
  private func completed(_ error: AMQPClientError, of waiting: PendingRequest) -> AMQPClientError {
    let isOpen = waiting.tag.map(confirms.awaits)
    var error = error.sent(waiting.wasSent && !(error.kind == .accessRefused && isOpen == true))
    error.wasConfirmed = isOpen.map { !$0 }
    return error
  }

  /// A reply or a refusal for which no request waits.
  ///
  /// For example, the message came too late, came twice, or belongs to another client.
  struct StrayReply {
    let correlationID: [UInt8]
    let outcome: Result<[UInt8], AMQPClientError>
    /// The queue of the client that received the reply, if no request of the client has the correlation id; otherwise
    /// nil.
    var strangeTo: String?
  }

  /// Handles a publisher confirm or a nack.
  ///
  /// A nack makes the request fail. A confirm tells a service that the broker has accepted the service's reply. The
  /// broker also confirms a message that it has returned. This confirm has no effect, because the request has already
  /// failed.
  ///
  /// - Returns: The refusals of requests whose callers no longer wait.
  func settle(_ frame: borrowing Frame) -> [StrayReply] {
    var refused: [Int] = []
    if frame.kind == RETORT_FRAME_ACK, confirmedReplies > 0 {
      confirms.settle(frame.number, isMultiple: frame.isMultiple) { serial in
        pending.remove(serial)?.end(.success([]))
      }
    } else if frame.kind == RETORT_FRAME_ACK {
      confirms.settle(frame.number, isMultiple: frame.isMultiple)
    } else {
      confirms.settle(frame.number, isMultiple: frame.isMultiple) { refused.append($0) }
    }
    var strays: [StrayReply] = []
    for serial in refused {
      if let waiting = pending.remove(serial) {
        waiting.end(.failure(.nacked))
      } else {
        strays.append(StrayReply(correlationID: CorrelationIDs.id(serial, after: prefix), outcome: .failure(.nacked)))
      }
    }
    return strays
  }

  /// Handles a frame that the channel has received.
  ///
  /// If the frame completes a message, the channel passes the message to the waiting request or to the service.
  ///
  /// - Returns: A complete message for which no request waits; otherwise nil.
  func take(_ frame: borrowing Frame, _ counters: inout Connection.StrayMessageCounts) -> StrayReply? {
    switch frame.kind {
    case RETORT_FRAME_DELIVER:
      assembly = PartialMessage(tag: frame.number, isRedelivered: frame.isRedelivered)
      isAssembling = true
    case RETORT_FRAME_RETURN:
      assembly = PartialMessage(returned: (frame.code, frame.text))
      isAssembling = true
    case RETORT_FRAME_HEADER:
      guard isAssembling else { return nil }
      assembly.size = Int(clamping: frame.number)
      assembly.serial = deliver == nil ? frame.serial(after: prefix) : nil
      if assembly.serial == nil {
        assembly.correlationID = frame.correlationID
        assembly.replyTo = frame.replyTo
      }
      return finish(&counters)
    case RETORT_FRAME_BODY:
      guard isAssembling else { return nil }
      frame.appendBody(to: &assembly.body, of: assembly.size)
      return finish(&counters)
    case RETORT_FRAME_CHANNEL_OPEN_OK, RETORT_FRAME_DECLARE_OK, RETORT_FRAME_CONSUME_OK, RETORT_FRAME_QOS_OK,
      RETORT_FRAME_CANCEL_OK, RETORT_FRAME_CHANNEL_CLOSE_OK:
      let reply = MethodReply(name: frame.name, messages: Int(clamping: frame.number), consumers: frame.consumers)
      if !awaited.isEmpty { awaited.removeFirst().continuation.resume(returning: .success(reply)) }
    default: break
    }
    return nil
  }

  private func finish(_ counters: inout Connection.StrayMessageCounts) -> StrayReply? {
    guard assembly.body.count >= assembly.size else { return nil }
    var message = PartialMessage()
    swap(&message, &assembly)
    isAssembling = false
    if let deliver {
      deliver(
        DeliveredRequest(
          body: message.body, correlationID: message.correlationID, isRedelivered: message.isRedelivered,
          replyTo: message.replyTo, channel: number, tag: message.tag))
      return nil
    }
    if message.returned != nil { counters.returned += 1 }
    let outcome: Result<[UInt8], AMQPClientError> =
      message.returned.map { .failure(AMQPClientError(.noRoute, "\($0.code) \($0.reason)")) } ?? .success(message.body)
    guard let waiting = message.serial.flatMap({ pending.remove($0) }) else {
      counters.strayReplies += 1
      let id = message.serial.map { CorrelationIDs.id($0, after: prefix) } ?? message.correlationID
      return StrayReply(correlationID: id, outcome: outcome, strangeTo: message.serial == nil ? queue : nil)
    }
    waiting.end(outcome)
    return nil
  }

  /// Makes all waiting requests fail, and ends all waits for the broker's answers to methods.
  ///
  /// `code` is the reply code of the broker's `channel.close`; 0 if the broker did not close the channel. If the code
  /// is 404, the waits for answers to methods fail with `noRoute`.
  func fail(_ error: AMQPClientError, code: UInt16) {
    failPending(error)
    ended?(error)
    let known = code == 404 ? AMQPClientError(.noRoute, error.message) : error
    fail(awaited: known)
  }

  /// Ends all waits for the broker's answers to methods, with an error.
  func fail(awaited error: AMQPClientError) {
    for caller in awaited { caller.continuation.resume(returning: .failure(error)) }
    awaited = []
  }

  func failPending(_ error: AMQPClientError) {
    for serial in pending.keys { end(serial, error) }
  }
}
