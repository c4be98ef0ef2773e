import Synchronization

/// The service of a queue: each worker takes a request, sends the reply, and then acknowledges the request.
public final class ServiceChannel: Sendable {
  /// The settings for serving a queue.
  public struct QueueServingSettings: Sendable {
    /// The number of requests that the service answers at the same time.
    public var workers: UInt16
    /// Whether the broker keeps a request until the service acknowledges the request.
    ///
    /// If false, a request without an answer is lost when the service ends.
    public var acknowledges: Bool
    /// Whether the service acknowledges a request only after the broker has confirmed the reply.
    public var confirmsReplies = false
    /// The number of requests that the service received from the queue on earlier connections.
    ///
    /// The first request on this connection gets the next number.
    public var taken: Int
    /// The properties with which the service declares a missing queue.
    public var declaration: QueueDeclaration

    /// Creates settings.
    public init(
      workers: UInt16 = 1, acknowledges: Bool = true, confirmsReplies: Bool = false, taken: Int = 0,
      declaration: QueueDeclaration = QueueDeclaration()
    ) {
      self.workers = workers
      self.acknowledges = acknowledges
      self.confirmsReplies = confirmsReplies
      self.taken = taken
      self.declaration = declaration
    }
  }

  private let connection: Connection
  private let number: UInt16
  private let queue: [UInt8]
  private let settings: QueueServingSettings
  private let arrived: AsyncStream<DeliveredRequest>.Continuation
  private let state: Mutex<ConsumerStateAndWorkers>

  private struct ConsumerStateAndWorkers {
    var tag: [UInt8] = []
    var taken: Int
    var isAway = false
    var isStopped = false
    var lastMethod: Task<Void, Never>?
    var workers: [Task<Void, Never>] = []
  }

  init(
    _ connection: Connection, _ number: UInt16, _ queue: [UInt8], _ settings: QueueServingSettings,
    _ respond: @escaping @Sendable (DeliveredRequest) async -> ServiceRepliesWithDelays
  ) {
    self.connection = connection
    self.number = number
    self.queue = queue
    self.settings = settings
    state = Mutex(ConsumerStateAndWorkers(taken: settings.taken))
    let (deliveries, arrived) = AsyncStream.makeStream(of: DeliveredRequest.self)
    self.arrived = arrived
    let workers = (0..<settings.workers).map { _ in
      Task(executorPreference: connection.taskExecutor) {
        for await delivery in deliveries { await self.finish(delivery, await respond(delivery)) }
      }
    }
    state.withLock { $0.workers = workers }
    Task {
      _ = await connection.ended()
      arrived.finish()
    }
  }

  /// The number of requests that the service has received on this connection and on earlier connections.
  public var taken: Int { state.withLock(\.taken) }

  private let ends = AsyncStream.makeStream(of: AMQPClientError.self)

  /// Waits until the channel, its consumer or the connection ends, and returns the reason.
  ///
  /// Returns nil if the task is cancelled, or if an earlier call has returned the reason.
  public func ended() async -> AMQPClientError? {
    for await error in ends.stream { return error }
    return nil
  }

  func end(_ error: AMQPClientError) {
    arrived.finish()
    ends.continuation.yield(error)
    ends.continuation.finish()
  }

  /// Passes a delivery to the next free worker.
  func take(_ delivery: DeliveredRequest) {
    var delivery = delivery
    delivery.number = state.withLock { state in
      state.taken += 1
      return state.taken
    }
    arrived.yield(delivery)
  }

  private func finish(_ delivery: DeliveredRequest, _ answer: ServiceRepliesWithDelays) async {
    if answer.isLeft { return }
    if let absence = answer.absence { await leave(for: absence) }
    guard settings.confirmsReplies else {
      return await connection.finish(delivery, answer, acknowledges: settings.acknowledges)
    }
    guard await !connection.finishConfirmed(delivery, answer) else { return }
    // Close the channel, so that the broker redelivers the request to this service or to another service.
    await connection.closeChannel(number)
    end(AMQPClientError(.nacked, "the broker did not confirm a reply"))
  }

  /// Starts to consume the queue.
  func consume() async throws(AMQPClientError) {
    let (number, queue, acknowledges) = (number, queue, settings.acknowledges)
    let consumed = try await connection.call(number, .consume(queue, acknowledges: acknowledges))
    state.withLock { $0.tag = consumed.name }
  }

  private func cancel() async {
    let (number, tag) = (number, state.withLock(\.tag))
    do throws(AMQPClientError) {
      _ = try await connection.call(number, .cancel(tag))
    } catch {}
  }

  /// Cancels the consumer, and starts to consume again after `time`.
  ///
  /// Further calls during this time have no effect.
  private func leave(for time: Duration) async {
    let wasAway = state.withLock { state in
      defer { state.isAway = true }
      return state.isAway
    }
    if wasAway { return }
    await inTurn { await $0.cancel() }
    Task {
      try? await Task.sleep(for: time)
      await inTurn { channel in
        guard !channel.state.withLock(\.isStopped) else { return }
        do throws(AMQPClientError) { try await channel.consume() } catch {}
        channel.state.withLock { $0.isAway = false }
      }
    }
  }

  /// Cancels the consumer, waits for the requests in progress, and closes the channel.
  ///
  /// `wait` is called before the function waits, when no more requests arrive.
  public func stop(before wait: () -> Void = {}) async {
    let workers = state.withLock { state in
      state.isStopped = true
      return state.workers
    }
    await inTurn { await $0.cancel() }
    arrived.finish()
    wait()
    guard await connection.end == nil else { return }
    for worker in workers { await worker.value }
    await connection.closeChannel(number)
  }

  /// Runs `method` after the methods of all earlier calls have returned.
  ///
  /// Without this order, the service could cancel a consumer that the broker is still creating.
  private func inTurn(_ method: @escaping @Sendable (ServiceChannel) async -> Void) async {
    let task = state.withLock { state in
      let before = state.lastMethod
      let task = Task {
        await before?.value
        await method(self)
      }
      state.lastMethod = task
      return task
    }
    await task.value
  }
}

extension Connection {
  /// Serves a queue: replies to each request with the result of `answer`.
  ///
  /// The function declares the queue if it is missing.
  public func serve(
    queue: String, prefetch: UInt16 = 1, answer: @escaping @Sendable ([UInt8]) async -> [UInt8]
  ) async throws(AMQPClientError) -> ServiceChannel {
    try await serve(queue: queue, on: ServiceChannel.QueueServingSettings(workers: prefetch)) { delivery in
      ServiceRepliesWithDelays([ServiceRepliesWithDelays.OutgoingReply(await answer(delivery.body))])
    }
  }

  /// Serves a queue: sends the replies that `respond` returns for each request.
  ///
  /// The function declares the queue if it is missing.
  public func serve(
    queue: String, on settings: ServiceChannel.QueueServingSettings,
    respond: @escaping @Sendable (DeliveredRequest) async -> ServiceRepliesWithDelays
  ) async throws(AMQPClientError) -> ServiceChannel {
    let (number, name) = try await openRequestQueue(queue, settings.declaration)
    _ = try await call(number, .prefetch(settings.workers))
    let channel = ServiceChannel(self, number, name, settings, respond)
    serve(number) {
      channel.take($0)
    } ended: {
      channel.end($0)
    }
    try await channel.consume()
    return channel
  }

  /// Sends the replies to a request.
  ///
  /// If `acknowledges` is true, the acknowledgement follows the last reply that has no delay.
  func finish(_ delivery: DeliveredRequest, _ answer: ServiceRepliesWithDelays, acknowledges: Bool) {
    let replies = delivery.replyTo.isEmpty ? [] : answer.replies
    let prompt = replies.filter { $0.delay <= .zero }
    for (index, reply) in prompt.enumerated() {
      let isLast = index == prompt.count - 1
      self.reply(delivery.message(reply), acknowledging: isLast && acknowledges ? delivery.tag : nil)
    }
    if prompt.isEmpty, acknowledges { acknowledge(delivery.channel, delivery.tag) }
    for reply in replies where reply.delay > .zero {
      Task {
        try? await Task.sleep(for: reply.delay)
        self.reply(delivery.message(reply), acknowledging: nil)
      }
    }
  }
}

extension Connection {
  /// Sends the replies to a request, and acknowledges the request after the broker has confirmed all replies.
  ///
  /// - Returns: False if the broker did not confirm a reply. In this case, the request is not acknowledged.
  func finishConfirmed(_ delivery: DeliveredRequest, _ answer: ServiceRepliesWithDelays) async -> Bool {
    for reply in answer.replies where !delivery.replyTo.isEmpty {
      guard await confirmed(delivery.message(reply, isConfirmed: true)) else { return false }
    }
    acknowledge(delivery.channel, delivery.tag)
    if let further = answer.further, !delivery.replyTo.isEmpty {
      Task { for await reply in further { _ = await self.confirmed(delivery.message(reply, isConfirmed: true)) } }
    }
    return true
  }

  /// Publishes a reply.
  ///
  /// Returns whether the broker confirmed the reply.
  private func confirmed(_ message: OutgoingMessage) async -> Bool {
    guard end == nil, let channel = channels[message.channel] else { return false }
    let result: Result<[UInt8], AMQPClientError> = await withCheckedContinuation { continuation in
      let number = channel.awaitConfirm(of: message, ReplyContinuation(continuation))
      outbox.append(OutboxEntry(content: message, request: number))
    }
    if case .success = result { return true }
    return false
  }
}

extension DeliveredRequest {
  fileprivate func message(_ reply: ServiceRepliesWithDelays.OutgoingReply, isConfirmed: Bool = false)
    -> OutgoingMessage
  {
    OutgoingMessage(
      channel: channel, routingKey: replyTo, correlationID: reply.correlationID ?? correlationID, body: reply.body,
      isConfirmed: isConfirmed)
  }
}
