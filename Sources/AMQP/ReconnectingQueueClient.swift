import Synchronization

/// A client of one queue that survives the loss of its channel.
///
/// If the channel, the reply queue or the connection is lost, the next request opens a new channel.
public final class ReconnectingQueueClient: Sendable {
  /// The queue to which the requests are sent.
  public let queue: String
  private let repliesDirectly: Bool
  private let dialer: Dialer
  private let ids = CorrelationIDs()
  private let state: Mutex<ChannelAndRepostedRequests>

  private struct ChannelAndRepostedRequests {
    var channel: ClientChannel?
    var opening: Task<Result<ClientChannel, AMQPClientError>, Never>?
    var isStopped = false
    /// The tasks that send lost requests on a new channel, keyed by correlation id.
    var reposted: [String: Task<Void, Never>] = [:]
  }

  /// A task that opens a channel, and whether the caller itself started the task.
  ///
  /// If `isOwn` is false, another caller started the task, possibly with an earlier deadline.
  private struct ChannelOpeningTask {
    var task: Task<Result<ClientChannel, AMQPClientError>, Never>
    var isOwn: Bool
  }

  /// Opens a client on a queue, without declaring the queue or checking that it exists.
  ///
  /// The replies arrive in an anonymous queue. If `repliesDirectly` is true, the client uses direct reply-to, a feature
  /// of RabbitMQ that needs no queue for replies.
  public init(_ dialer: Dialer, queue: String, repliesDirectly: Bool = false) async throws(AMQPClientError) {
    self.dialer = dialer
    self.queue = queue
    self.repliesDirectly = repliesDirectly
    let connection = try await dialer.connected(until: .now + .seconds(5))
    state = Mutex(
      ChannelAndRepostedRequests(
        channel: try await connection.openChannel(queue: queue, ids: ids, repliesDirectly: repliesDirectly)))
  }

  /// The executor for tasks that send many requests; nil while no channel is open.
  public var taskExecutor: (any TaskExecutor)? { state.withLock { $0.channel?.connection.taskExecutor } }

  /// Returns a new correlation id, which no other request has.
  public func nextCorrelationID() -> String { ids.next() }

  /// Sends a request and waits for its reply.
  ///
  /// If the connection is lost before the request was sent, the client sends the request on a new connection. If the
  /// connection is lost later, the client sends the request a second time only if `mayRepeat` is true. The client stops
  /// trying at the deadline. If `mayRepeat` is false, the client also asks the broker to confirm the request.
  ///
  /// - Throws: The errors of ``ClientChannel/send(correlationID:body:deadline:expires:isConfirmed:)``.
  public func send(
    correlationID: String, body: [UInt8], deadline: ContinuousClock.Instant?, expires: Bool, mayRepeat: Bool
  ) async throws(AMQPClientError) -> [UInt8] {
    if Task.isCancelled { throw .interrupted }
    return try await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        post(
          correlationID: correlationID, body: body, deadline: deadline, expires: expires, mayRepeat: mayRepeat,
          for: ReplyContinuation(continuation))
        if Task.isCancelled { cancel(correlationID) }
      }
    } onCancel: {
      cancel(correlationID)
    }.get()
  }

  /// Sends a request like ``send(correlationID:body:deadline:expires:mayRepeat:)``.
  ///
  /// The receiver gets the reply or the error.
  package func post(
    correlationID: String, body: [UInt8], deadline: ContinuousClock.Instant?, expires: Bool, mayRepeat: Bool,
    for receiver: any ReplyReceiver
  ) {
    guard let channel = state.withLock(\.channel) else {
      return repost(correlationID, body, deadline, expires: expires, mayRepeat: mayRepeat, receiver)
    }
    do throws(AMQPClientError) {
      let (message, serial) = try channel.message(
        correlationID, body, deadline, expires: expires, isConfirmed: !mayRepeat, of: self)
      channel.post(message, serial, receiver)
    } catch { receiver.receive(.failure(error)) }
  }

  /// Handles the failure of a posted request: posts the request on a new channel, or passes the error to the receiver.
  ///
  /// The client posts the request again only if the connection was lost, and if the request was never sent or may be
  /// sent twice.
  func end(
    _ message: OutgoingMessage, with error: AMQPClientError, on channel: ClientChannel, _ receiver: any ReplyReceiver
  ) {
    guard error.kind == .lost, !message.isConfirmed || !error.wasSent else {
      return receiver.receive(channel.named(.failure(error)))
    }
    drop(channel)
    repost(
      String(decoding: message.correlationID, as: UTF8.self), message.body, message.deadline, expires: message.expires,
      mayRepeat: !message.isConfirmed, mayHaveArrived: error.wasSent, receiver)
  }

  /// Starts a task that sends a lost request on a new channel.
  private func repost(
    _ correlationID: String, _ body: [UInt8], _ deadline: ContinuousClock.Instant?, expires: Bool, mayRepeat: Bool,
    mayHaveArrived: Bool = false, _ receiver: any ReplyReceiver
  ) {
    state.withLock { state in
      state.reposted[correlationID] = Task {
        let reply: Result<[UInt8], AMQPClientError>
        do throws(AMQPClientError) {
          reply = .success(
            try await sendOnNew(
              mayHaveArrived: mayHaveArrived, correlationID: correlationID, body: body, deadline: deadline,
              expires: expires, mayRepeat: mayRepeat))
        } catch { reply = .failure(error) }
        self.state.withLock { $0.reposted[correlationID] = nil }
        receiver.receive(reply)
      }
    }
  }

  /// Makes a posted request fail with `cancelled`.
  ///
  /// The method has no effect on a request that was already sent and must not be sent twice.
  public func cancel(_ correlationID: String) {
    let (channel, task) = state.withLock { ($0.channel, $0.reposted[correlationID]) }
    task?.cancel()
    channel?.cancel(correlationID)
  }

  /// Sends a request on a new channel, and waits for the reply.
  ///
  /// If the new channel is lost too, the function sends the request on another channel. A request that was already sent
  /// is sent again only if `mayRepeat` is true.
  private func sendOnNew(
    mayHaveArrived hadLeft: Bool, correlationID: String, body: [UInt8], deadline: ContinuousClock.Instant?,
    expires: Bool, mayRepeat: Bool
  ) async throws(AMQPClientError) -> [UInt8] {
    var mayHaveArrived = hadLeft
    /// The time until which the function tolerates a missing queue; nil before the first attempt to send the request.
    ///
    /// A restart of the broker may have deleted the queue. The service then needs time to declare the queue again.
    var noRouteEnd: ContinuousClock.Instant?
    while true {
      let channel: ClientChannel
      do throws(AMQPClientError) { channel = try await opened(until: deadline) } catch {
        throw error.sent(mayHaveArrived)
      }
      let end = noRouteEnd ?? .now + Self.returning
      noRouteEnd = end
      do throws(AMQPClientError) {
        return try await channel.send(
          correlationID: correlationID, body: body, deadline: deadline, expires: expires, isConfirmed: !mayRepeat)
      } catch {
        if error.kind == .noRoute, .now < min(end, deadline ?? end) {
          if (try? await Task.sleep(for: Self.pause)) != nil { continue }
        }
        mayHaveArrived = mayHaveArrived || error.wasSent
        guard error.kind == .lost, mayRepeat || !error.wasSent, !Task.isCancelled else {
          throw error.sent(mayHaveArrived)
        }
        drop(channel)
      }
    }
  }

  private static let returning = Duration.seconds(5)
  private static let pause = Duration.milliseconds(100)

  /// Forgets a lost channel.
  ///
  /// Does nothing if a new channel has already replaced the lost channel.
  private func drop(_ channel: ClientChannel) {
    state.withLock { if $0.channel === channel { $0.channel = nil } }
  }

  private func opened(until deadline: ContinuousClock.Instant?) async throws(AMQPClientError) -> ClientChannel {
    while let opening = opening(until: deadline) {
      guard let result = await opening.task.value(until: deadline) else {
        throw Task.isCancelled
          ? AMQPClientError(.cancelled, "interrupted") : AMQPClientError(.lost, "not connected: the timeout expired")
      }
      if !opening.isOwn, case .failure(let error) = result, error.kind == .lost { continue }
      return try result.get()
    }
    guard let channel = state.withLock(\.channel) else { throw AMQPClientError(.stopped, "the client was stopped") }
    return channel
  }

  /// Returns the task that is opening a channel; if no task is opening one, starts a task.
  ///
  /// Returns nil if the channel is already open, or if the client was stopped.
  private func opening(until deadline: ContinuousClock.Instant?) -> ChannelOpeningTask? {
    state.withLock { state in
      if state.channel != nil || state.isStopped { return nil }
      if let task = state.opening { return ChannelOpeningTask(task: task, isOwn: false) }
      let task = Task { await self.open(until: deadline) }
      state.opening = task
      return ChannelOpeningTask(task: task, isOwn: true)
    }
  }

  private func open(until deadline: ContinuousClock.Instant?) async -> Result<ClientChannel, AMQPClientError> {
    let result: Result<ClientChannel, AMQPClientError>
    do throws(AMQPClientError) { result = .success(try await openChannel(until: deadline)) } catch {
      result = .failure(error)
    }
    let unwanted = state.withLock { state -> ClientChannel? in
      state.opening = nil
      guard case .success(let channel) = result else { return nil }
      if state.isStopped { return channel }
      state.channel = channel
      return nil
    }
    await unwanted?.close()
    return result
  }

  /// Opens a channel.
  ///
  /// If the connection is lost meanwhile, tries again on a new connection.
  private func openChannel(until deadline: ContinuousClock.Instant?) async throws(AMQPClientError) -> ClientChannel {
    while true {
      let connection = try await dialer.connected(until: deadline)
      do throws(AMQPClientError) {
        return try await connection.openChannel(queue: queue, ids: ids, repliesDirectly: repliesDirectly)
      } catch {
        guard error.kind == .lost, await connection.end != nil else { throw error }
      }
    }
  }

  /// Makes all waiting requests fail with `cancelled`, even requests that change data and were already sent.
  public func abandon() { state.withLock(\.channel)?.abandon() }

  /// Closes the channel; the broker then deletes the reply queue.
  public func close() async {
    let channel = state.withLock { state in
      state.isStopped = true
      return state.channel.take()
    }
    await channel?.close()
  }
}
