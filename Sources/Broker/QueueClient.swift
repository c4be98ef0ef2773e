import Synchronization

/// A client of one queue that outlives its channel: where channel, reply queue or connection are lost, the next request
/// opens them again.
public final class QueueClient: Sendable {
  /// The queue the requests go to.
  public let queue: String
  private let repliesDirectly: Bool
  private let dialer: Dialer
  private let ids = CorrelationIDs()
  private let state: Mutex<State>

  private struct State {
    var channel: ClientChannel?
    var opening: Task<Result<ClientChannel, BrokerError>, Never>?
    var isStopped = false
  }

  /// A channel that is being opened, by the caller who waits for it or by another, whose deadline may be an earlier one.
  private struct Opening {
    var task: Task<Result<ClientChannel, BrokerError>, Never>
    var isOwn: Bool
  }

  /// Opens a client on a queue, which is neither declared nor looked for.
  ///
  /// Its replies come through an anonymous queue, or through the broker's direct reply-to.
  public init(_ dialer: Dialer, queue: String, repliesDirectly: Bool = false) async throws(BrokerError) {
    self.dialer = dialer
    self.queue = queue
    self.repliesDirectly = repliesDirectly
    let connection = try await dialer.connected(until: .now + .seconds(5))
    state = Mutex(
      State(channel: try await connection.openChannel(queue: queue, ids: ids, repliesDirectly: repliesDirectly)))
  }

  /// Where tasks that send many requests run best.
  public var taskExecutor: (any TaskExecutor)? { state.withLock { $0.channel?.connection.taskExecutor } }

  /// Makes a correlation id that was not used before.
  public func nextCorrelationID() -> String { ids.next() }

  /// Sends a request and waits for its reply.
  ///
  /// A request that the broker did not get, or that may be repeated, is sent again where the link is lost, as long as
  /// its deadline allows. One that may not be repeated is confirmed by the broker.
  ///
  /// - Throws: as ``ClientChannel/send(correlationID:body:deadline:expires:isConfirmed:)``.
  public func send(
    correlationID: String, body: [UInt8], deadline: ContinuousClock.Instant?, expires: Bool, mayRepeat: Bool
  ) async throws(BrokerError) -> [UInt8] {
    guard let channel = state.withLock(\.channel) else {
      return try await sendOnNew(
        mayHaveArrived: false, correlationID: correlationID, body: body, deadline: deadline, expires: expires,
        mayRepeat: mayRepeat)
    }
    do throws(BrokerError) {
      return try await channel.send(
        correlationID: correlationID, body: body, deadline: deadline, expires: expires, isConfirmed: !mayRepeat)
    } catch {
      guard error.code == .lost, mayRepeat || !error.wasSent, !Task.isCancelled else { throw error }
      drop(channel)
      return try await sendOnNew(
        mayHaveArrived: error.wasSent, correlationID: correlationID, body: body, deadline: deadline, expires: expires,
        mayRepeat: mayRepeat)
    }
  }

  /// Sends a request on a channel that is opened anew, as often as that is lost.
  private func sendOnNew(
    mayHaveArrived hadLeft: Bool, correlationID: String, body: [UInt8], deadline: ContinuousClock.Instant?,
    expires: Bool, mayRepeat: Bool
  ) async throws(BrokerError) -> [UInt8] {
    var mayHaveArrived = hadLeft
    /// Until when a service may declare its queue again after a loss: a broker's restart has taken it.
    var patience: ContinuousClock.Instant?
    while true {
      let channel: ClientChannel
      do throws(BrokerError) { channel = try await opened(until: deadline) } catch {
        throw error.sent(mayHaveArrived)
      }
      let returns = patience ?? .now + Self.returning
      patience = returns
      do throws(BrokerError) {
        return try await channel.send(
          correlationID: correlationID, body: body, deadline: deadline, expires: expires, isConfirmed: !mayRepeat)
      } catch {
        if error.code == .noRoute, .now < min(returns, deadline ?? returns) {
          if (try? await Task.sleep(for: Self.pause)) != nil { continue }
        }
        mayHaveArrived = mayHaveArrived || error.wasSent
        guard error.code == .lost, mayRepeat || !error.wasSent, !Task.isCancelled else {
          throw error.sent(mayHaveArrived)
        }
        drop(channel)
      }
    }
  }

  private static let returning = Duration.seconds(5)
  private static let pause = Duration.milliseconds(100)

  /// Forgets a channel that is lost, unless another has taken its place already.
  private func drop(_ channel: ClientChannel) {
    state.withLock { if $0.channel === channel { $0.channel = nil } }
  }

  private func opened(until deadline: ContinuousClock.Instant?) async throws(BrokerError) -> ClientChannel {
    while let opening = opening(until: deadline) {
      guard let result = await opening.task.value(until: deadline) else {
        throw Task.isCancelled
          ? BrokerError(.cancelled, "interrupted") : BrokerError(.lost, "not connected: the time is up")
      }
      if !opening.isOwn, case .failure(let error) = result, error.code == .lost { continue }
      return try result.get()
    }
    guard let channel = state.withLock(\.channel) else { throw BrokerError(.closed, "the client was stopped") }
    return channel
  }

  /// The opening to wait for; nil where the channel is open, or never will be.
  private func opening(until deadline: ContinuousClock.Instant?) -> Opening? {
    state.withLock { state in
      if state.channel != nil || state.isStopped { return nil }
      if let task = state.opening { return Opening(task: task, isOwn: false) }
      let task = Task { await self.open(until: deadline) }
      state.opening = task
      return Opening(task: task, isOwn: true)
    }
  }

  private func open(until deadline: ContinuousClock.Instant?) async -> Result<ClientChannel, BrokerError> {
    let result: Result<ClientChannel, BrokerError>
    do throws(BrokerError) { result = .success(try await openChannel(until: deadline)) } catch {
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

  /// Opens a channel on whichever connection lives long enough.
  private func openChannel(until deadline: ContinuousClock.Instant?) async throws(BrokerError) -> ClientChannel {
    while true {
      let connection = try await dialer.connected(until: deadline)
      do throws(BrokerError) {
        return try await connection.openChannel(queue: queue, ids: ids, repliesDirectly: repliesDirectly)
      } catch {
        guard error.code == .lost, await connection.end != nil else { throw error }
      }
    }
  }

  /// Ends the wait for every reply, as cancelling the task does for a read.
  public func abandon() { state.withLock(\.channel)?.abandon() }

  /// Closes the channel; the reply queue goes with it.
  public func close() async {
    let channel = state.withLock { state in
      state.isStopped = true
      return state.channel.take()
    }
    await channel?.close()
  }
}
