import Synchronization

/// A limit on the number of operations that run at the same time.
package final class ConcurrencyLimit: Sendable {
  private struct FreeSlotsAndWaiters {
    var free: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<FreeSlotsAndWaiters>
  private let count: Int

  /// Creates a limit that allows `count` operations at the same time; a `count` below 1 allows one operation.
  package init(_ count: Int) {
    self.count = max(1, count)
    state = Mutex(FreeSlotsAndWaiters(free: self.count))
  }

  /// Waits until fewer operations run than the limit allows, and runs an operation.
  package func run<Result, Failure: Error>(_ operation: () async throws(Failure) -> Result) async throws(Failure)
    -> Result
  {
    await enter()
    defer { leave() }
    return try await operation()
  }

  /// Waits until fewer operations run than the limit allows, and begins an operation.
  package func enter() async {
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

  /// Waits until all operations have ended; afterwards, no operation can begin.
  package func enterAll() async { for _ in 0..<count { await enter() } }

  /// Ends an operation.
  package func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.free += 1
      return nil
    }
    next?.resume()
  }
}
