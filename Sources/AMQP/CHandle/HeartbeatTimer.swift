import CRabbitMQ
import Dispatch
import Glibc
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
  /// librabbitmq's object of the connection, which one thread at a time uses.
  private final class SharedConnection: Sendable {
    /// The pointer is not Sendable; ``isInUse`` makes sure that only one thread at a time writes to its socket.
    private nonisolated(unsafe) let object: amqp_connection_state_t
    /// Whether a thread uses the object; always true after ``HeartbeatTimer/stop()``.
    private let isInUse = Atomic(false)

    init(_ object: amqp_connection_state_t) { self.object = object }

    /// Waits until no other thread uses the object; the timer uses it for a few microseconds.
    func begin() {
      while isInUse.exchange(true, ordering: .acquiring) { sched_yield() }
    }

    func end() { isInUse.store(false, ordering: .releasing) }

    /// Sends a heartbeat if the connection's thread does not use the socket at this moment.
    func sendHeartbeat() {
      guard !isInUse.exchange(true, ordering: .acquiring) else { return }
      retort_send_heartbeat(object)
      end()
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
  func withSocket<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
    connection.begin()
    defer { connection.end() }
    return try body()
  }

  /// Ends the timer; afterwards, it does not use librabbitmq's object.
  func stop() {
    timer.cancel()
    connection.begin()
  }
}
