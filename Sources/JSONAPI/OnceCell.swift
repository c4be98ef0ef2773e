import Synchronization

/// A value that is computed once, at the first access.
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
