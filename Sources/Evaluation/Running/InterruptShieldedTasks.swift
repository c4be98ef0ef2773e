import Synchronization

/// The tasks that the first Ctrl-C lets finish, such as the iterations of an `each` with a journal; the second Ctrl-C
/// cancels them.
final class InterruptShieldedTasks: Sendable {
  private struct RunningTasks {
    var cancels: [Int: @Sendable () -> Void] = [:]
    var lastNumber = 0
    var isCancelled = false
  }

  private let state = Mutex(RunningTasks())

  /// Runs a closure in a task that is not cancelled with the caller's task; returns its result.
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

  /// Allows tasks again, at the beginning of a statement.
  func begin() { state.withLock { $0.isCancelled = false } }

  /// Cancels the running tasks, and the tasks that the statement begins later.
  func cancel() {
    let cancels = state.withLock { state in
      state.isCancelled = true
      return Array(state.cancels.values)
    }
    for cancel in cancels { cancel() }
  }
}
