import Synchronization
import Terminal

/// Which signal stopped what runs.
final class StopMark: Sendable {
  private let state = Mutex<Terminal.Signal?>(nil)

  var signal: Terminal.Signal? { state.withLock { $0 } }

  func set(_ signal: Terminal.Signal) { state.withLock { $0 = signal } }
}
