import Synchronization

/// A limit on the number of concurrent lookups.
///
/// After three timeouts in a row, no more lookups are allowed.
final class LookupLimit: Sendable {
  private struct State {
    var timeouts = 0
    /// The number of lookups that were not allowed, because of earlier timeouts.
    var refused = 0
  }

  private let concurrency = ConcurrencyLimit(LookupLimit.most)
  private let state = Mutex(State())
  /// The number of timeouts in a row after which no more lookups are allowed.
  static let timeoutLimit = 3

  /// The maximum number of concurrent lookups.
  static let most = 2

  /// The number of lookups that were not allowed, because of earlier timeouts.
  var refused: Int { state.withLock(\.refused) }

  /// Waits until a lookup is allowed, and runs the lookup.
  ///
  /// After three timeouts in a row, the function runs no lookup and returns nil.
  func run<Finding: Sendable>(_ lookup: () async -> (Finding, isTimeout: Bool)) async -> Finding? {
    await concurrency.run { () async -> Finding? in
      let isAllowed = state.withLock { state in
        if state.timeouts >= Self.timeoutLimit { state.refused += 1 }
        return state.timeouts < Self.timeoutLimit
      }
      guard isAllowed else { return nil }
      let (finding, isTimeout) = await lookup()
      state.withLock { $0.timeouts = isTimeout ? $0.timeouts + 1 : 0 }
      return finding
    }
  }
}
