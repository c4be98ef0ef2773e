/// A command from a client to its connection, executed in the next turn of the connection's thread.
enum ClientCommand: Sendable {
  /// Sends a request, and passes its reply or its error to the receiver.
  case request(OutgoingMessage, serial: Int, any ReplyReceiver)
  /// Makes a waiting request fail with `cancelled`, unless the request is a change that was already sent.
  case cancel(channel: UInt16, serial: Int)
  /// Makes all waiting requests of a channel fail with `cancelled`.
  case abandon(channel: UInt16)
}

extension Connection {
  /// Executes the commands queued since the last turn.
  func accept(_ orders: [ClientCommand]) {
    for order in orders {
      switch order {
      case .request(let message, let serial, let receiver):
        begin(Channel.PendingRequest(receiver: receiver, message: message), serial)
      case .cancel(let number, let serial):
        // The wait for the reply to a sent change continues.
        if let waiting = channels[number]?.pending[serial], !(waiting.message.isConfirmed && waiting.wasSent) {
          channels[number]?.end(serial, .interrupted)
        }
      case .abandon(let number): channels[number]?.failPending(.interrupted)
      }
    }
  }

  private func begin(_ request: Channel.PendingRequest, _ serial: Int) {
    let message = request.message
    let channel = channels[message.channel]
    if let error = refusal(of: message, channel) { return request.end(.failure(error)) }
    channel?.pending[serial] = request
    expect(message.deadline)
    outbox.append(OutboxEntry(content: message, request: serial))
  }

  /// Returns the reason why a request can't be sent; nil if it can be sent.
  private func refusal(of message: OutgoingMessage, _ channel: Channel?) -> BrokerError? {
    if let end { return end }
    switch channel?.isClosing {
    case nil: return BrokerError(.lost, "the client's channel is lost")
    case true?: return BrokerError(.stopped, "the client was stopped")
    case false?: break
    }
    if message.body.count > OutgoingMessage.bodyLimit {
      return .tooLarge(message.body.count)
    }
    if let deadline = message.deadline, deadline <= .now { return BrokerError(.timeout, "the timeout expired") }
    return nil
  }

  /// Ends each request, and each wait for an answer of the broker, whose deadline has passed.
  ///
  /// The callers get an error.
  func expire() {
    guard let due = nextDeadline, due <= .now else { return }
    let now = ContinuousClock.now
    nextDeadline = nil
    let blocked = blockedReason.map { BrokerError(.blocked, "the broker is blocked: \($0)") }
    for number in channels.numbers {
      channels[number]?.expire(now, blocked ?? BrokerError(.timeout, "the timeout expired"))
      channels[number]?.pending.values.forEach { expect($0.message.deadline) }
      guard let due = channels[number]?.awaited.map(\.deadline).min() else { continue }
      if due > now {
        expect(due)
      } else {
        channels[number]?.fail(awaited: BrokerError(.timeout, blocked?.message ?? "the broker does not answer"))
      }
    }
  }

  /// Makes the thread wake up at a deadline.
  func expect(_ deadline: ContinuousClock.Instant?) {
    guard let deadline else { return }
    if let nextDeadline, nextDeadline <= deadline { return }
    nextDeadline = deadline
  }
}
