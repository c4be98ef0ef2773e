import Client
import JSONText
import Synchronization

@testable import Bulk

/// A carrier that answers as its script says, and remembers what it was handed.
final class ScriptedCarrier: Carrier {
  private struct State {
    var carried: [String] = []
    var inFlight = 0
    var most = 0
    var held: [CheckedContinuation<Void, Never>] = []
  }

  let executor: (any TaskExecutor)? = nil
  private let answer: @Sendable (Change) -> ClientError?
  /// How many changes are held back until as many are in flight.
  private let holds: Int
  private let state = Mutex(State())

  init(holds: Int = 0, answer: @escaping @Sendable (Change) -> ClientError? = { _ in nil }) {
    self.holds = holds
    self.answer = answer
  }

  /// The ids that were handed to it, in order.
  var carried: [String] { state.withLock(\.carried) }
  /// The most that were in flight at once.
  var most: Int { state.withLock(\.most) }

  func carry(_ change: Change) async throws(ClientError) -> ChangeReply {
    state.withLock { state in
      state.carried.append(change.id ?? "")
      state.inFlight += 1
      state.most = max(state.most, state.inFlight)
    }
    await hold()
    state.withLock { $0.inFlight -= 1 }
    if let error = answer(change) { throw error }
    return .result(.null)
  }

  /// Waits until as many are in flight as are held; the last lets all go.
  private func hold() async {
    guard holds > 1 else { return }
    await withCheckedContinuation { continuation in
      let released = state.withLock { state -> [CheckedContinuation<Void, Never>] in
        state.held.append(continuation)
        guard state.held.count == holds else { return [] }
        defer { state.held = [] }
        return state.held
      }
      for continuation in released { continuation.resume() }
    }
  }
}
