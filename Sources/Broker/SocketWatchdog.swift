import Glibc
import Synchronization

/// Shuts a socket down at a deadline, or after 60 s without a deadline, so that the write of a large body can't block
/// the connection's thread longer.
final class SocketWatchdog: Sendable {
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

  /// Ends the watch when the body has been written.
  func stop() { isDone.withLock { $0 = true } }
}
