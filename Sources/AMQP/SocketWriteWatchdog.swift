import Glibc
import Synchronization

/// A watchdog that shuts a socket down if writing a large body takes too long.
///
/// The limit is the message's deadline, or 60 s if the message has no deadline. The write blocks the connection's
/// thread until the socket has taken the whole body. The shutdown makes the write fail.
final class SocketWriteWatchdog: Sendable {
  private let isDone = Mutex(false)

  init(_ descriptor: Int32, _ deadline: ContinuousClock.Instant?) {
    let limit = deadline ?? .now + .seconds(60)
    Task.detached { [self] in
      try? await Task.sleep(until: limit, clock: .continuous)
      isDone.withLock { isDone in
        if !isDone { shutdown(descriptor, Int32(SHUT_RDWR)) }
      }
    }
  }

  /// Ends the watch.
  ///
  /// The connection calls this function after the write of the message, whether the write succeeded or failed.
  func stop() { isDone.withLock { $0 = true } }
}
