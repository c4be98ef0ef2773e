import CRabbitMQ

/// One channel of a connection: what waits on it, and the message that is coming in.
///
/// It is an object since each frame changes it where it stands, on the connection's thread.
final class Channel {
  /// A request that waits for its reply.
  struct Pending {
    let continuation: CheckedContinuation<Result<[UInt8], BrokerError>, Never>
    let message: OutgoingMessage
    var wasSent = false
    /// What the broker confirms it by; nil on a channel without confirms.
    var tag: UInt64?
  }

  /// The broker's answer to a method.
  struct Answer: Sendable {
    /// A queue's name or a consumer's tag.
    var name: [UInt8] = []
    var messages = 0
    var consumers = 0
  }

  /// Who waits for the broker's answer, and until when.
  struct Awaited {
    let continuation: CheckedContinuation<Result<Answer, BrokerError>, Never>
    let deadline: ContinuousClock.Instant
  }

  /// A message whose frames are coming in.
  private struct Assembly {
    /// The code and reason where it is one of ours that came back.
    var returned: (code: UInt16, reason: String)?
    var tag: UInt64 = 0
    var isRedelivered = false
    var size = 0
    var correlationID: [UInt8] = []
    var replyTo: [UInt8] = []
    var body: [UInt8] = []
  }

  let number: UInt16
  /// The requests by the number at the end of their correlation ids.
  var pending: [Int: Pending] = [:]
  /// What the correlation ids of the channel's requests begin with.
  let prefix: [UInt8]
  var answer: Awaited?
  /// Whether the broker confirms what is published from here on.
  var isConfirming = false
  private var confirms = Confirms()
  /// Whether it takes no more requests, since it is being closed.
  var isClosing = false
  /// What a service does with a delivery.
  var deliver: (@Sendable (Delivery) -> Void)?
  /// What a service does when the broker takes the channel or its consumer away.
  var ended: (@Sendable (BrokerError) -> Void)?
  private var assembly: Assembly?

  init(number: UInt16, prefix: [UInt8] = []) {
    self.number = number
    self.prefix = prefix
  }

  /// Marks a request as sent; false where nobody waits for its reply any more.
  func depart(_ serial: Int) -> Bool {
    guard let index = pending.index(forKey: serial) else { return false }
    pending.values[index].wasSent = true
    if isConfirming { pending.values[index].tag = confirms.add(serial) }
    return true
  }

  /// Ends the wait for a request's reply.
  func end(_ serial: Int, _ error: BrokerError) {
    guard let waiting = pending.removeValue(forKey: serial) else { return }
    waiting.continuation.resume(returning: .failure(told(error, of: waiting)))
  }

  /// Ends the wait of the requests whose time is up.
  func expire(_ now: ContinuousClock.Instant, _ error: BrokerError) {
    let late = pending.filter { $0.value.message.deadline.map { $0 <= now } ?? false }
    for serial in late.keys { end(serial, error) }
  }

  /// An error with what is known of a request: whether it had left, and whether the broker confirmed it.
  ///
  /// Where the broker closes the channel since the user may not publish, it took nothing that it did not confirm.
  private func told(_ error: BrokerError, of waiting: Pending) -> BrokerError {
    let isOpen = waiting.tag.map(confirms.awaits)
    var error = error.sent(waiting.wasSent && !(error.code == .accessRefused && isOpen == true))
    error.wasConfirmed = isOpen.map { !$0 }
    return error
  }

  /// Handles a reply that nobody waits for: a late one, a repeated one, or one of another client.
  struct Stray {
    let correlationID: [UInt8]
    let outcome: Result<[UInt8], BrokerError>
  }

  /// Takes what the broker says of messages that were published; a refusal ends their wait.
  ///
  /// A message that came back is confirmed too, which means nothing. Returns the refusals of those that nobody waits for.
  func settle(_ frame: borrowing Frame) -> [Stray] {
    var refused: [Int] = []
    if frame.kind == RETORT_FRAME_ACK {
      confirms.settle(frame.number, isMultiple: frame.isMultiple)
    } else {
      confirms.settle(frame.number, isMultiple: frame.isMultiple) { refused.append($0) }
    }
    var strays: [Stray] = []
    for serial in refused {
      if let waiting = pending.removeValue(forKey: serial) {
        waiting.continuation.resume(returning: .failure(.nacked))
      } else {
        strays.append(Stray(correlationID: prefix + Array("\(serial)".utf8), outcome: .failure(.nacked)))
      }
    }
    return strays
  }

  /// Takes a frame; a message that is whole goes to who waits for it, or comes back as one that nobody does.
  func take(_ frame: borrowing Frame, _ counters: inout Connection.Counters) -> Stray? {
    switch frame.kind {
    case RETORT_FRAME_DELIVER: assembly = Assembly(tag: frame.number, isRedelivered: frame.isRedelivered)
    case RETORT_FRAME_RETURN: assembly = Assembly(returned: (frame.code, frame.text))
    case RETORT_FRAME_HEADER:
      assembly?.size = Int(clamping: frame.number)
      assembly?.correlationID = frame.correlationID
      assembly?.replyTo = frame.replyTo
      assembly?.body.reserveCapacity(min(Int(clamping: frame.number), 1 << 20))
      return finish(&counters)
    case RETORT_FRAME_BODY:
      if var message = assembly.take() {
        frame.appendBody(to: &message.body)
        assembly = message
      }
      return finish(&counters)
    case RETORT_FRAME_CHANNEL_OPEN_OK, RETORT_FRAME_DECLARE_OK, RETORT_FRAME_CONSUME_OK, RETORT_FRAME_QOS_OK,
      RETORT_FRAME_CANCEL_OK, RETORT_FRAME_CHANNEL_CLOSE_OK:
      let got = Answer(name: frame.name, messages: Int(clamping: frame.number), consumers: frame.consumers)
      answer?.continuation.resume(returning: .success(got))
      answer = nil
    default: break
    }
    return nil
  }

  private func finish(_ counters: inout Connection.Counters) -> Stray? {
    guard let (size, count) = assembly.map({ ($0.size, $0.body.count) }), count >= size, let message = assembly.take()
    else { return nil }
    if let deliver {
      deliver(
        Delivery(
          body: message.body, correlationID: message.correlationID, isRedelivered: message.isRedelivered,
          replyTo: message.replyTo, channel: number, tag: message.tag))
      return nil
    }
    if message.returned != nil { counters.returned += 1 }
    let outcome: Result<[UInt8], BrokerError> =
      message.returned.map { .failure(BrokerError(.noRoute, "\($0.code) \($0.reason)")) } ?? .success(message.body)
    guard let serial = CorrelationIDs.serial(of: message.correlationID, after: prefix),
      let waiting = pending.removeValue(forKey: serial)
    else {
      counters.strayReplies += 1
      return Stray(correlationID: message.correlationID, outcome: outcome)
    }
    waiting.continuation.resume(returning: outcome)
    return nil
  }

  /// Ends everything that waits on the channel.
  func fail(_ error: BrokerError, code: UInt16) {
    failPending(error)
    ended?(error)
    let known = code == 404 ? BrokerError(.noRoute, error.message) : error
    fail(awaited: known)
  }

  /// Ends the wait for the broker's answer.
  func fail(awaited error: BrokerError) {
    answer?.continuation.resume(returning: .failure(error))
    answer = nil
  }

  func failPending(_ error: BrokerError) {
    for serial in Array(pending.keys) { end(serial, error) }
  }
}
