public import Client
import Synchronization

/// The counts of a resolver's failed lookups.
public struct FailedLookups: Sendable {
  /// The number of lookups that got no reply.
  public internal(set) var unanswered = 0
  /// The number of lookups that failed for another reason.
  public internal(set) var failed = 0
  /// The error of the first lookup that `failed` counts; nil if there is no such lookup.
  public internal(set) var firstError: ClientError?
  /// The number of changes that were not looked up, because the service did not reply to earlier lookups.
  public internal(set) var refused = 0

  mutating func add(_ failure: LookupFailure) {
    switch failure {
    case .noReply: unanswered += 1
    case .notLookedUp: refused += 1
    case .undecided(let reason), .impossible(let reason): add(.failed(ClientError(.unknown, reason)))
    case .failed(let error) where error.kind == .interrupted: break
    case .failed(let error):
      failed += 1
      firstError = firstError ?? error
    }
  }
}

/// A limit on the number of concurrent lookups.
///
/// After three timeouts in a row, no more lookups are allowed.
final class LookupLimit: Sendable {
  private struct ConsecutiveTimeoutsAndFailures {
    var timeouts = 0
    var failures = FailedLookups()
  }

  private let concurrency = ConcurrencyLimit(LookupLimit.most)
  private let state = Mutex(ConsecutiveTimeoutsAndFailures())
  /// The number of timeouts in a row after which no more lookups are allowed.
  static let timeoutLimit = 3

  /// The maximum number of concurrent lookups.
  static let most = 2

  /// The counts of the failed lookups so far.
  var failures: FailedLookups { state.withLock(\.failures) }

  /// Waits until a lookup is allowed, runs the lookup, and returns its result.
  ///
  /// After three timeouts in a row, the function runs no lookup and returns `notLookedUp`.
  func run<Finding: Sendable>(
    _ lookup: () async throws(ClientError) -> Finding
  ) async -> Result<Finding, LookupFailure> {
    await concurrency.run { () async -> Result<Finding, LookupFailure> in
      let isAllowed = state.withLock { $0.timeouts < Self.timeoutLimit }
      guard isAllowed else { return failure(.notLookedUp) }
      do throws(ClientError) {
        let finding = try await lookup()
        state.withLock { $0.timeouts = 0 }
        return .success(finding)
      } catch {
        return failure(LookupFailure(error))
      }
    }
  }

  private func failure<Finding: Sendable>(_ failure: LookupFailure) -> Result<Finding, LookupFailure> {
    state.withLock { state in
      switch failure {
      case .noReply: state.timeouts += 1
      case .failed, .undecided, .impossible: state.timeouts = 0
      case .notLookedUp: break
      }
      state.failures.add(failure)
    }
    return .failure(failure)
  }
}
