/// A command that a client gives to its connection.
///
/// The connection's thread executes the command in the next pass of its loop.
enum ClientCommand: Sendable {
  /// Sends a request, and passes its reply or its error to the receiver.
  case request(OutgoingMessage, serial: Int, any ReplyReceiver)
  /// Makes a waiting request fail with `cancelled`.
  ///
  /// A change (`isConfirmed`) that was already sent does not fail.
  case cancel(channel: UInt16, serial: Int)
  /// Makes all waiting requests of a channel fail with `cancelled`.
  case abandon(channel: UInt16)
}

extension Connection {
  /// Executes the commands that clients have posted.
  func accept(_ orders: [ClientCommand]) {
    guard !orders.isEmpty else { return }
    let now = ContinuousClock.now
    for order in orders {
      switch order {
      case .request(let message, let serial, let receiver):
        begin(Channel.PendingRequest(receiver: receiver, message: message), serial, now)
      case .cancel(let number, let serial):
        // A change that was already sent is not cancelled, because its caller still needs the reply.
        if let waiting = channels[number]?.pending[serial], !(waiting.message.isConfirmed && waiting.wasSent) {
          channels[number]?.end(serial, .interrupted)
        }
      case .abandon(let number): channels[number]?.failPending(.interrupted)
      }
    }
  }

  private func begin(_ request: Channel.PendingRequest, _ serial: Int, _ now: ContinuousClock.Instant) {
    let message = request.message
    let channel = channels[message.channel]
    if let error = refusal(of: message, channel, now) { return request.end(.failure(error)) }
    channel?.pending.add(request, serial)
    expect(message.deadline)
    outbox.append(OutboxEntry(content: message, request: serial))
  }

  /// Returns the reason why `message` can't be sent; nil if the message can be sent.
  private func refusal(
    of message: OutgoingMessage, _ channel: Channel?, _ now: ContinuousClock.Instant
  ) -> AMQPClientError? {
    if let end { return end }
    switch channel?.isClosing {
    case nil: return AMQPClientError(.lost, "the client's channel is lost")
    case true?: return AMQPClientError(.stopped, "the client was stopped")
    case false?: break
    }
    if message.body.count > OutgoingMessage.bodyLimit {
      return .tooLarge(message.body.count)
    }
    if let deadline = message.deadline, deadline <= now { return AMQPClientError(.timeout, "the timeout expired") }
    return nil
  }

  /// Ends each request, and each wait for the answer to a method, whose deadline has passed.
  ///
  /// The callers get a `timeout` error, or a `blocked` error while the broker accepts no messages.
  func expire() {
    guard let due = nextDeadline, due <= .now else { return }
    let now = ContinuousClock.now
    nextDeadline = nil
    let blocked = blockedReason.map { AMQPClientError(.blocked, "the broker accepts no messages for now: \($0)") }
    for number in channels.numbers {
      channels[number]?.expire(now, blocked ?? AMQPClientError(.timeout, "the timeout expired"))
      if let pending = channels[number]?.pending {
        for serial in pending.keys { expect(pending[serial]?.message.deadline) }
      }
      guard let due = channels[number]?.awaited.map(\.deadline).min() else { continue }
      if due > now {
        expect(due)
      } else {
        channels[number]?.fail(awaited: AMQPClientError(.timeout, blocked?.message ?? "the broker does not answer"))
      }
    }
  }

  /// Makes the connection's thread wake up at the deadline or earlier; does nothing for nil.
  func expect(_ deadline: ContinuousClock.Instant?) {
    guard let deadline else { return }
    if let nextDeadline, nextDeadline <= deadline { return }
    nextDeadline = deadline
  }
}
