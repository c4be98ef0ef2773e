import Client
import JSONText
import Synchronization

@testable import Bulk

/// A carrier that records the ids of changes, and answers each change with the result of a closure of the test.
final class ScriptedCarrier: ChangeCarrier {
  private struct State {
    var carried: [String] = []
    var inFlight = 0
    var most = 0
    var held: [CheckedContinuation<Void, Never>] = []
    var ids: Set<String> = []
    var overlaps = false
  }

  let executor: (any TaskExecutor)? = nil
  private let answer: @Sendable (Change) -> ClientError?
  /// The number of changes that must be in flight before any of them gets a reply; 0 for no delay.
  private let holds: Int
  /// The number of times that a change yields to other tasks before it gets its reply.
  private let yields: Int
  private let state = Mutex(State())

  init(holds: Int = 0, yields: Int = 0, answer: @escaping @Sendable (Change) -> ClientError? = { _ in nil }) {
    self.holds = holds
    self.yields = yields
    self.answer = answer
  }

  /// The ids of the received changes, in the order in which they arrived.
  var carried: [String] { state.withLock(\.carried) }
  /// The largest number of changes that were in flight at the same time.
  var most: Int { state.withLock(\.most) }

  /// Whether two changes of one resource were in flight at the same time.
  var overlaps: Bool { state.withLock(\.overlaps) }

  /// Records a change and returns its reply.
  ///
  /// If the carrier delays replies, the function records nothing and returns nil.
  func reply(to change: Change) -> Result<ChangeResult, ClientError>? {
    guard holds <= 1, yields == 0 else { return nil }
    state.withLock { $0.carried.append(change.id ?? "") }
    return answer(change).map { .failure($0) } ?? .success(.result(.null))
  }

  func carry(_ change: Change) async throws(ClientError) -> ChangeResult {
    state.withLock { state in
      state.carried.append(change.id ?? "")
      state.inFlight += 1
      state.most = max(state.most, state.inFlight)
      if !state.ids.insert(change.id ?? "").inserted { state.overlaps = true }
    }
    await hold()
    for _ in 0..<yields { await Task.yield() }
    state.withLock { state in
      state.inFlight -= 1
      state.ids.remove(change.id ?? "")
    }
    if let error = answer(change) { throw error }
    return .result(.null)
  }

  /// Waits until `holds` changes are in flight; the last of these changes ends the wait of all.
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
