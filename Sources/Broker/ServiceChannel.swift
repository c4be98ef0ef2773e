import Synchronization

/// A service's side of a queue: it takes a request at a time, answers it, and acknowledges it after the reply.
public final class ServiceChannel: Sendable {
  private let connection: Connection
  private let number: UInt16
  private let tag: [UInt8]
  private let state = Mutex(State())

  private struct State {
    var inHand = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  init(_ connection: Connection, _ number: UInt16, _ tag: [UInt8]) {
    self.connection = connection
    self.number = number
    self.tag = tag
  }

  /// Cancels the consumer, waits for what is in hand, and closes the channel.
  public func stop() async {
    let (number, tag) = (number, tag)
    do throws(BrokerError) {
      _ = try await connection.call(number) { handle throws(BrokerError) in try handle.cancel(number, tag) }
    } catch { return }
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        if state.inHand > 0 { state.waiting.append(continuation) }
        return state.inHand == 0
      }
      if isIdle { continuation.resume() }
    }
    await connection.closeChannel(number)
  }

  func begin() { state.withLock { $0.inHand += 1 } }

  func finish() {
    let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.inHand -= 1
      guard state.inHand == 0 else { return [] }
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }
}

extension Connection {
  /// Serves a queue: declares it neither durable nor auto-delete, and answers what comes with what `answer` makes of it.
  public func serve(
    queue: String, prefetch: UInt16 = 1, answer: @escaping @Sendable ([UInt8]) async -> [UInt8]
  ) async throws(BrokerError) -> ServiceChannel {
    let number = try await newChannel()
    let declared = try await call(number) { handle throws(BrokerError) in
      try handle.declareRequestQueue(number, queue, passive: false)
    }
    _ = try await call(number) { handle throws(BrokerError) in try handle.prefetch(number, prefetch) }
    let name = declared.name
    let early = EarlyDeliveries()
    serve(number) { early.take($0) }
    let consumed = try await call(number) { handle throws(BrokerError) in
      try handle.consume(number, name, acknowledges: true)
    }
    let channel = ServiceChannel(self, number, consumed.name)
    early.start { delivery in
      channel.begin()
      Task(executorPreference: self.taskExecutor) {
        let reply = await answer(delivery.body)
        await self.finish(delivery, reply)
        channel.finish()
      }
    }
    return channel
  }

  private func finish(_ delivery: Delivery, _ body: [UInt8]) {
    guard !delivery.replyTo.isEmpty else { return acknowledge(delivery.channel, delivery.tag) }
    let message = OutgoingMessage(
      channel: delivery.channel, routingKey: delivery.replyTo, correlationID: delivery.correlationID, body: body)
    reply(message, acknowledging: delivery.tag)
  }
}

/// Deliveries that come before the service is ready for them.
private final class EarlyDeliveries: Sendable {
  private struct State {
    var waiting: [Delivery] = []
    var body: (@Sendable (Delivery) -> Void)?
  }

  private let state = Mutex(State())

  func take(_ delivery: Delivery) {
    let body = state.withLock { state in
      if state.body == nil { state.waiting.append(delivery) }
      return state.body
    }
    body?(delivery)
  }

  func start(_ body: @escaping @Sendable (Delivery) -> Void) {
    let waiting = state.withLock { state in
      state.body = body
      defer { state.waiting = [] }
      return state.waiting
    }
    waiting.forEach(body)
  }
}
