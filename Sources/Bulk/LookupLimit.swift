import Synchronization

/// A limit on the number of concurrent lookups.
///
/// After three timeouts in a row, no more lookups are allowed.
final class LookupLimit: Sendable {
  private struct State {
    var free: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
    var timeouts = 0
    /// The number of lookups that were not allowed, because of earlier timeouts.
    var refused = 0
  }

  private let state: Mutex<State>
  /// The number of timeouts in a row after which no more lookups are allowed.
  static let timeoutLimit = 3

  /// The maximum number of concurrent lookups.
  static let most = 2

  /// The number of lookups that were not allowed, because of earlier timeouts.
  var refused: Int { state.withLock(\.refused) }

  /// Creates a limit.
  init() { state = Mutex(State(free: Self.most)) }

  /// Waits until a lookup is allowed, and runs the lookup.
  ///
  /// After three timeouts in a row, the function runs no lookup and returns nil.
  func run<Finding: Sendable>(_ lookup: () async -> (Finding, isTimeout: Bool)) async -> Finding? {
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
    defer { leave() }
    let isAllowed = state.withLock { state in
      if state.timeouts >= Self.timeoutLimit { state.refused += 1 }
      return state.timeouts < Self.timeoutLimit
    }
    guard isAllowed else { return nil }
    let (finding, isTimeout) = await lookup()
    state.withLock { $0.timeouts = isTimeout ? $0.timeouts + 1 : 0 }
    return finding
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
