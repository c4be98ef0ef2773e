// The channels of a connection: opening, closing, and the methods on each channel.
extension Connection {
  /// Queues a reply, and after it the acknowledgement of the delivery with the given tag.
  ///
  /// If `tag` is nil, the function acknowledges no delivery.
  func reply(_ message: OutgoingMessage, acknowledging tag: UInt64?) {
    guard channels[message.channel] != nil else { return }
    outbox.append(OutboxEntry(content: message, acknowledges: tag))
  }

  /// Acknowledges a request for which the service sends no reply.
  func acknowledge(_ number: UInt16, _ tag: UInt64) {
    guard channels[number] != nil else { return }
    do throws(AMQPClientError) {
      try confirm(number, tag)
      try handle?.flush()
    } catch {
      lose(error)
    }
  }

  func confirm(_ number: UInt16, _ tag: UInt64) throws(AMQPClientError) {
    trace("-> basic.ack channel \(number) tag \(tag)")
    try handle?.acknowledge(number, tag)
  }

  /// Opens a channel, and returns the channel's number.
  ///
  /// The correlation ids of the channel's requests begin with `prefix`. The requests go to `queue`.
  func newChannel(
    prefix: [UInt8] = [], queue: String? = nil, until deadline: ContinuousClock.Instant? = nil
  ) async throws(AMQPClientError) -> UInt16 {
    if let end { throw end }
    guard let number = freeChannel() else {
      throw AMQPClientError(
        .lost, "all \(channelLimit) channels that the broker allows on a connection are in use")
    }
    channels[number] = Channel(number: number, prefix: prefix, queue: queue)
    _ = try await call(number, .openChannel, until: deadline)
    return number
  }

  /// The maximum number of channels, as agreed with the broker.
  private var channelLimit: UInt16 { handle?.channelLimit ?? 2047 }

  private func freeChannel() -> UInt16? {
    for _ in 0..<channelLimit {
      let number = nextChannel
      nextChannel = number >= channelLimit ? 1 : number + 1
      if channels[number] == nil { return number }
    }
    return nil
  }

  /// Sends a method on a channel and waits for the broker's answer.
  ///
  /// Several callers can wait on a channel at the same time, because the broker answers methods in order. Without a
  /// deadline, the function waits for at most the URI's timeout. If no answer arrives in time, the function closes the
  /// channel without waiting for the broker.
  func call(
    _ number: UInt16, _ method: SynchronousMethod, until deadline: ContinuousClock.Instant? = nil
  ) async throws(AMQPClientError) -> Channel.MethodReply {
    if let end { throw end }
    guard handle != nil, channels[number] != nil else { throw AMQPClientError(.closed, "the channel is closed") }
    let deadline = deadline ?? .now + .milliseconds(uri.timeout)
    let result: Result<Channel.MethodReply, AMQPClientError> = await withCheckedContinuation { continuation in
      channels[number]?.awaited.append(Channel.MethodReplyWaiter(continuation: continuation, deadline: deadline))
      expect(deadline)
      do throws(AMQPClientError) { try send(method, on: number) } catch { lose(error) }
    }
    if case .failure(let error) = result, error.kind == .timeout, channels[number] != nil {
      let isClosing = channels[number]?.isClosing == true
      fail(number, error, code: 0)
      // The broker would end the connection after a second close of the same channel.
      if !isClosing { do throws(AMQPClientError) { try send(.closeChannel, on: number) } catch { lose(error) } }
    }
    return try result.get()
  }

  func send(_ method: SynchronousMethod, on number: UInt16) throws(AMQPClientError) {
    trace("-> \(method.traceText) channel \(number)")
    try handle?.send(method, on: number)
  }

  /// Closes a channel, and ends its waiting requests with an error.
  func closeChannel(_ number: UInt16) async {
    guard channels[number]?.isClosing == false, handle != nil else { return }
    let stopped = AMQPClientError(.stopped, "the client was stopped")
    channels[number]?.isClosing = true
    channels[number]?.ended = nil
    channels[number]?.failPending(stopped)
    do throws(AMQPClientError) {
      _ = try await call(number, .closeChannel, until: blockedReason == nil ? .now + Self.closeTimeout : .now)
    } catch {}
    fail(number, stopped, code: 0)
  }

  /// Sets the handlers of a service's channel.
  ///
  /// `body` gets each delivery. `ended` gets the reason when the channel or its consumer ends.
  func serve(
    _ number: UInt16, _ body: @escaping @Sendable (DeliveredRequest) -> Void,
    ended: @escaping @Sendable (AMQPClientError) -> Void
  ) {
    channels[number]?.deliver = body
    channels[number]?.ended = ended
  }
}
