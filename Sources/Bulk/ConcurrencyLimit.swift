import Synchronization

/// A limit on the number of operations that run at the same time.
final class ConcurrencyLimit: Sendable {
  private struct State {
    var free: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  /// Creates a limit that allows `count` operations at the same time, and at least one.
  init(_ count: Int) { state = Mutex(State(free: max(1, count))) }

  /// Waits until fewer operations run than the limit allows, and runs an operation.
  func run<Result, Failure: Error>(_ operation: () async throws(Failure) -> Result) async throws(Failure) -> Result {
    await enter()
    defer { leave() }
    return try await operation()
  }

  private func enter() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        guard state.free > 0 else {
          state.waiting.append(continuation)
          return false
        }
        state.free -= 1
        return true
      }
      if isFree { continuation.resume() }
    }
  }

  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.free += 1
      return nil
    }
    next?.resume()
  }
}
