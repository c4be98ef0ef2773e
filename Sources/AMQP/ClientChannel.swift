/// A client of one queue: an AMQP channel with a reply queue, for any number of concurrent requests.
public final class ClientChannel: Sendable {
  /// The queue to which the requests are sent.
  public let queue: String
  /// The connection of the channel.
  public let connection: Connection
  private let number: UInt16
  private let replyQueue: [UInt8]
  private let routingKey: [UInt8]
  private let ids: CorrelationIDs

  init(_ connection: Connection, queue: String, number: UInt16, replyQueue: [UInt8], ids: CorrelationIDs) {
    self.connection = connection
    self.queue = queue
    self.number = number
    self.replyQueue = replyQueue
    routingKey = Array(queue.utf8)
    self.ids = ids
  }

  /// Sends a request and waits for its reply.
  ///
  /// Set `isConfirmed` for a request that changes data. The broker then confirms or refuses the message. If the task is
  /// cancelled, the function throws `cancelled`. But if the message of a change was already sent, the function still
  /// waits for the reply.
  ///
  /// - Throws: `noRoute` if the queue does not exist, `nacked` if the broker refuses the message, `timeout`,
  ///   `cancelled`, `tooLarge`, or the reason why the connection ended. The error's `wasSent` is true if the request
  ///   was sent.
  public func send(
    correlationID: String, body: [UInt8], deadline: ContinuousClock.Instant?, expires: Bool = false,
    isConfirmed: Bool = false
  ) async throws(AMQPClientError) -> [UInt8] {
    let (message, serial) = try message(correlationID, body, deadline, expires: expires, isConfirmed: isConfirmed)
    if Task.isCancelled { throw .interrupted }
    let (thread, number) = (connection.thread, number)
    let reply = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        thread.post(.request(message, serial: serial, ReplyContinuation(continuation)))
        if Task.isCancelled { thread.post(.cancel(channel: number, serial: serial)) }
      }
    } onCancel: {
      thread.post(.cancel(channel: number, serial: serial))
    }
    return try named(reply).get()
  }

  /// Sends a request, and passes the reply or the error to the receiver.
  func post(_ message: OutgoingMessage, _ serial: Int, _ receiver: any ReplyReceiver) {
    connection.thread.post(.request(message, serial: serial, receiver))
  }

  /// Makes a posted request fail with `cancelled`.
  ///
  /// A change (`isConfirmed`) that was already sent does not fail, because its caller still needs the reply.
  func cancel(_ correlationID: String) {
    guard let serial = CorrelationIDs.serial(of: Array(correlationID.utf8), after: ids.prefix) else { return }
    connection.thread.post(.cancel(channel: number, serial: serial))
  }

  /// Returns the message of a request, and the number at the end of its correlation id.
  ///
  /// If the request fails, `client` decides whether to send the request again. If `client` is nil, the caller gets the
  /// error.
  func message(
    _ correlationID: String, _ body: [UInt8], _ deadline: ContinuousClock.Instant?, expires: Bool, isConfirmed: Bool,
    of client: ReconnectingQueueClient? = nil
  ) throws(AMQPClientError) -> (OutgoingMessage, serial: Int) {
    let message = OutgoingMessage(
      channel: number, routingKey: routingKey, correlationID: Array(correlationID.utf8), replyTo: replyQueue,
      body: body, isMandatory: true, isConfirmed: isConfirmed, expires: expires, deadline: deadline,
      origin: client.map { SendingClientAndChannel(client: $0, channel: self) })
    guard let serial = CorrelationIDs.serial(of: message.correlationID, after: ids.prefix) else {
      throw AMQPClientError(.malformed, "\(correlationID) is not a correlation id of this client")
    }
    return (message, serial)
  }

  /// Returns the reply, with the queue's name in the message of a `noRoute` error.
  func named(_ reply: Result<[UInt8], AMQPClientError>) -> Result<[UInt8], AMQPClientError> {
    guard case .failure(let error) = reply, error.kind == .noRoute else { return reply }
    return .failure(AMQPClientError(.noRoute, "there is no queue \(queue) on \(connection.uri)"))
  }

  /// Makes all waiting requests fail with `cancelled`.
  func abandon() { connection.thread.post(.abandon(channel: number)) }

  /// Closes the channel; the broker then deletes the reply queue.
  public func close() async { await connection.closeChannel(number) }
}

extension Connection {
  /// Opens a client on a queue, without declaring the queue or checking that it exists.
  public func openChannel(
    queue: String, ids: CorrelationIDs, repliesDirectly: Bool = false
  ) async throws(AMQPClientError) -> ClientChannel {
    guard queue.utf8.count <= 255 else { throw AMQPClientError(.address, "a queue's name has at most 255 bytes") }
    let number = try await newChannel(prefix: ids.prefix, queue: queue)
    let replyQueue =
      if repliesDirectly { Array("amq.rabbitmq.reply-to".utf8) } else {
        try await call(number, .declareReplyQueue).name
      }
    _ = try await call(number, .consume(replyQueue, acknowledges: false))
    return ClientChannel(self, queue: queue, number: number, replyQueue: replyQueue, ids: ids)
  }

  /// Returns the number of messages and the number of consumers of a queue; nil if the queue does not exist.
  ///
  /// The function declares the queue passively, on a channel of its own.
  ///
  /// - Throws: `blocked` immediately if the broker accepts no messages, or `timeout` if the broker does not answer by
  ///   the deadline.
  public func probe(
    queue: String, until deadline: ContinuousClock.Instant? = nil
  ) async throws(AMQPClientError) -> (messages: Int, consumers: Int)? {
    if let blockedReason { throw AMQPClientError(.blocked, "the broker accepts no messages for now: \(blockedReason)") }
    let number = try await newChannel(until: deadline)
    let state: Channel.MethodReply
    do throws(AMQPClientError) {
      state = try await call(number, .findRequestQueue(queue), until: deadline)
    } catch {
      guard error.kind == .noRoute else { throw error }
      return nil
    }
    await closeChannel(number)
    return (state.messages, state.consumers)
  }
}
