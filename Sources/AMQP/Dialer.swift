internal import Synchronization

/// An object that keeps a program connected to a broker, and reconnects immediately after a loss of the connection.
///
/// All callers that need a connection share one attempt to connect. The pause between attempts grows from 50 ms to 2 s.
/// The pause is partly random, so that many programs do not reconnect at the same time.
public actor Dialer {
  /// The broker's address.
  public nonisolated let uri: AMQPURI
  /// The name of the broker's cluster; empty if the broker has none.
  ///
  /// Each new connection must lead to a broker with the same cluster name.
  public nonisolated let clusterName: String
  private nonisolated let status = SharedConnectionState()
  private let name: String
  private let listener: Connection.EventObserver
  private var connection: Connection?
  private var attempt: ConnectionAttempt?
  private var isClosed = false

  /// Connects for the first time.
  ///
  /// The broker's management interface shows `name`. The listener gets a notice after each loss of the connection, and
  /// a notice after each reconnection.
  ///
  /// - Throws: The errors of ``Connection/open(_:name:listener:)``. The initializer does not repeat a failed attempt.
  public init(
    _ uri: AMQPURI, name: String, listener: Connection.EventObserver = Connection.EventObserver()
  ) async throws(AMQPClientError) {
    self.uri = uri
    self.name = name
    var listener = listener
    let (status, tell) = (status, listener.blocked)
    listener.blocked = { isBlocked in
      status.value.withLock { $0 = isBlocked ? .blocked : .up }
      tell(isBlocked)
    }
    self.listener = listener
    let opening = Self.opening(uri, name, listener)
    guard let opened = await opening.value(until: nil) else {
      Task { if case .success(let late) = await opening.value { await late.close() } }
      throw AMQPClientError(.cancelled, "interrupted")
    }
    let first = try opened.get()
    clusterName = await first.clusterName
    connection = first
    watch(first)
  }

  /// The state of a connection.
  public enum ConnectionState: String, Sendable {
    /// The connection is open, and the broker accepts messages.
    case up
    /// The connection is open, but the broker accepts no messages.
    case blocked
    /// The connection was lost and is being opened again.
    case reconnecting
  }

  private final class SharedConnectionState: Sendable {
    let value = Mutex(ConnectionState.up)
  }

  /// The state of the connection.
  public nonisolated var state: ConnectionState { status.value.withLock { $0 } }

  private typealias ConnectionAttempt = Task<Result<Connection, AMQPClientError>, Never>

  private static func opening(_ uri: AMQPURI, _ name: String, _ listener: Connection.EventObserver) -> ConnectionAttempt
  {
    ConnectionAttempt {
      do throws(AMQPClientError) {
        return .success(try await Connection.open(uri, name: name, listener: listener))
      } catch {
        return .failure(error)
      }
    }
  }

  /// Begins to connect again.
  ///
  /// The attempt fails if a broker with another cluster name now runs at the address, because that broker has other
  /// queues and other data.
  private func openingAgain() -> ConnectionAttempt {
    let (opening, uri, expected) = (Self.opening(uri, name, listener), uri, clusterName)
    return ConnectionAttempt {
      guard case .success(let fresh) = await opening.value else { return await opening.value }
      let name = await fresh.clusterName
      guard name != expected else { return .success(fresh) }
      await fresh.close()
      return .failure(
        AMQPClientError(
          .otherBroker,
          "the connection was to \(Self.words(expected)), but \(uri.host):\(uri.port) is now \(Self.words(name))"))
    }
  }

  /// Returns a phrase with the broker's name for messages, such as `the broker rabbit@one`.
  private static func words(_ name: String) -> String {
    name.isEmpty ? "a broker without a name" : "the broker \(name)"
  }

  /// Connects again after the connection is lost, even if no caller needs a connection.
  private nonisolated func watch(_ connection: Connection) {
    Task { [weak self] in
      _ = await connection.ended()
      do throws(AMQPClientError) { _ = try await self?.connected(until: nil) } catch {
        if error.kind != .closed { self?.listener.notice("could not reconnect: \(error.message)") }
      }
    }
  }

  /// Returns the connection; reconnects first if the connection was lost.
  ///
  /// - Throws: `lost` if the deadline passes before a connection is open. The function throws immediately if the broker
  ///   refuses the user or the vhost, or if another broker now runs at the address.
  public func connected(until deadline: ContinuousClock.Instant?) async throws(AMQPClientError) -> Connection {
    var wait = 50
    while true {
      if isClosed { throw AMQPClientError(.closed, "the connection is closed") }
      if let connection {
        guard let end = await connection.end else { return connection }
        if self.connection === connection {
          self.connection = nil
          status.value.withLock { $0 = .reconnecting }
          listener.notice("\(end.message); connecting to \(uri) again")
        }
        continue
      }
      let dialing = dialing()
      switch await dialing.value {
      case .success(let fresh):
        guard attempt == dialing else { continue }
        attempt = nil
        if isClosed {
          await fresh.close()
        } else {
          connection = fresh
          status.value.withLock { $0 = .up }
          listener.notice("connected to \(uri) again")
          watch(fresh)
        }
      case .failure(let error):
        if attempt == dialing { attempt = nil }
        guard [.unreachable, .connectionLimit].contains(error.kind) else { throw error }
        try await pause(.milliseconds(wait / 2 + Int.random(in: 0...wait / 2)), after: error, until: deadline)
        wait = min(wait * 2, 2000)
      }
    }
  }

  /// Waits before the next attempt.
  ///
  /// - Throws: `lost` if the deadline would pass during the pause, and `cancelled` if the task is already cancelled. In
  ///   both cases, the function throws without a pause.
  private func pause(
    _ pause: Duration, after error: AMQPClientError, until deadline: ContinuousClock.Instant?
  ) async throws(AMQPClientError) {
    if Task.isCancelled { throw AMQPClientError(.cancelled, "interrupted") }
    if let deadline, .now + pause >= deadline { throw AMQPClientError(.lost, "not connected: \(error.message)") }
    try? await Task.sleep(for: pause)
  }

  private func dialing() -> ConnectionAttempt {
    if let attempt { return attempt }
    let opening = openingAgain()
    attempt = opening
    return opening
  }

  /// Returns the number of messages and the number of consumers of a queue; nil if the queue does not exist.
  ///
  /// - Throws: `timeout` if the broker does not answer by the deadline.
  public nonisolated func probe(
    queue: String, until deadline: ContinuousClock.Instant
  ) async throws(AMQPClientError) -> (messages: Int, consumers: Int)? {
    let probing = Task<Result<(messages: Int, consumers: Int)?, AMQPClientError>, Never> {
      do throws(AMQPClientError) {
        return .success(try await connected(until: deadline).probe(queue: queue, until: deadline))
      } catch {
        return .failure(error)
      }
    }
    guard let result = await probing.value(until: deadline) else {
      throw AMQPClientError(.timeout, "the broker does not answer")
    }
    return try result.get()
  }

  /// Ends the current connection immediately, like ``Connection/abort()``, and then connects again.
  public func abort() async { await connection?.abort() }

  /// Closes the connection permanently; further calls have no effect.
  public func close() async {
    isClosed = true
    let last = connection
    connection = nil
    await last?.close()
  }
}
