import CRabbitMQ
import Dispatch
import Synchronization

/// A timer that sends a connection's heartbeats from a thread of its own (AMQP 0-9-1, section 4.2.7).
///
/// librabbitmq sends heartbeats only while the connection's thread calls it. That thread also runs tasks, and can be
/// busy for longer than the broker waits for a heartbeat. An example is a task that writes results to a terminal or a
/// pipe, if the reader has paused.
///
/// librabbitmq does not support calls from two threads at the same time. The connection's thread therefore uses the
/// socket only inside ``withSocket(_:)``.
final class HeartbeatTimer {
  /// librabbitmq's object of the connection.
  private final class SharedConnection: Sendable {
    private nonisolated(unsafe) let object: amqp_connection_state_t
    /// Whether the timer may use the object; the thread that uses the socket holds the lock.
    let isOpen = Mutex(true)

    init(_ object: amqp_connection_state_t) { self.object = object }

    /// Sends a heartbeat if the connection's thread does not use the socket at this moment.
    func sendHeartbeat() {
      _ = isOpen.withLockIfAvailable { isOpen in
        if isOpen { retort_send_heartbeat(object) }
      }
    }
  }

  private let connection: SharedConnection
  private let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "retort.heartbeats"))

  /// Starts the timer of a connection that is logged in.
  ///
  /// The timer sends two heartbeats in each of the intervals that the login has agreed with the broker. The interval 0
  /// means no heartbeats.
  init(_ connection: amqp_connection_state_t) {
    let shared = SharedConnection(connection)
    self.connection = shared
    timer.setEventHandler { shared.sendHeartbeat() }
    let half = DispatchTimeInterval.milliseconds(500 * Int(amqp_get_heartbeat(connection)))
    if half != .milliseconds(0) { timer.schedule(deadline: .now() + half, repeating: half) }
    timer.activate()
  }

  /// Runs `body`, which uses the socket, while the timer sends no heartbeat.
  func withSocket<Value: Sendable, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
    try connection.isOpen.withLock { (_) throws(Failure) in try body() }
  }

  /// Ends the timer; afterwards, it does not use librabbitmq's object.
  func stop() {
    timer.cancel()
    connection.isOpen.withLock { $0 = false }
  }
}
