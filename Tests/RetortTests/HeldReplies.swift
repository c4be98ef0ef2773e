import Synchronization

/// Holds the replies of a service back until a test releases them.
final class HeldReplies: Sendable {
  private struct State {
    var areReleased = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// Waits until the replies are released.
  func released() async {
    await withCheckedContinuation { continuation in
      let areReleased = state.withLock { state in
        if !state.areReleased { state.waiting.append(continuation) }
        return state.areReleased
      }
      if areReleased { continuation.resume() }
    }
  }

  /// Releases the replies that wait, and all later ones.
  func release() {
    let waiting = state.withLock { state in
      state.areReleased = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Holds later replies back again.
  func hold() { state.withLock { $0.areReleased = false } }
}
