import Synchronization

/// Tasks that continue after the first Ctrl-C, such as the iterations of an `each` with a journal file.
///
/// The second Ctrl-C cancels these tasks.
final class InterruptShieldedTasks: Sendable {
  private struct RunningTasks {
    var cancels: [Int: @Sendable () -> Void] = [:]
    var lastNumber = 0
    var isCancelled = false
  }

  private let state = Mutex(RunningTasks())

  /// Runs a closure in a new task, and returns its result.
  ///
  /// If the caller's task is cancelled, the new task continues.
  func run<Value: Sendable>(
    on executor: (any TaskExecutor)?, _ body: @escaping @Sendable () async -> Value
  ) async -> Value {
    let task = Task(executorPreference: executor) { await body() }
    let number = state.withLock { state in
      state.lastNumber += 1
      state.cancels[state.lastNumber] = { task.cancel() }
      if state.isCancelled { task.cancel() }
      return state.lastNumber
    }
    defer { state.withLock { _ = $0.cancels.removeValue(forKey: number) } }
    return await task.value
  }

  /// Allows new tasks after an earlier `cancel()`; the session calls the function when a statement begins.
  func begin() { state.withLock { $0.isCancelled = false } }

  /// Cancels the running tasks, and every task that the same statement starts later.
  func cancel() {
    let cancels = state.withLock { state in
      state.isCancelled = true
      return Array(state.cancels.values)
    }
    for cancel in cancels { cancel() }
  }
}
