import Synchronization
import Values

/// A lock that allows only one open question at the terminal at a time.
final class TerminalQuestionLock: Sendable {
  private struct QuestionQueue {
    var isAsking = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(QuestionQueue())

  /// Waits until no other question is open, and then runs `body`, which asks a question.
  func inTurn<Result>(_ body: () async throws(Fault) -> Result) async throws(Fault) -> Result {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if state.isAsking { state.waiting.append(continuation) }
        defer { state.isAsking = true }
        return !state.isAsking
      }
      if isFree { continuation.resume() }
    }
    defer {
      let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
        if state.waiting.isEmpty {
          state.isAsking = false
          return nil
        }
        return state.waiting.removeFirst()
      }
      next?.resume()
    }
    return try await body()
  }
}
