import Synchronization

/// A gate at which a service waits before it sends a reply, until a test releases the replies.
final class HeldReplies: Sendable {
  private struct State {
    var areReleased = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// Waits until the test releases the replies; a service calls this function before each reply.
  func released() async {
    await withCheckedContinuation { continuation in
      let areReleased = state.withLock { state in
        if !state.areReleased { state.waiting.append(continuation) }
        return state.areReleased
      }
      if areReleased { continuation.resume() }
    }
  }

  /// Releases the replies that wait, and all later replies.
  func release() {
    let waiting = state.withLock { state in
      state.areReleased = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Makes later replies wait again.
  func hold() { state.withLock { $0.areReleased = false } }
}
