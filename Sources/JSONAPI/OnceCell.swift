import Synchronization

/// A value that is computed at its first access, and then stored.
final class OnceCell<Value: Sendable>: Sendable {
  private let state = Mutex<Value?>(nil)

  func value(_ make: () -> Value) -> Value {
    state.withLock { state in
      if let state { return state }
      let made = make()
      state = made
      return made
    }
  }
}
