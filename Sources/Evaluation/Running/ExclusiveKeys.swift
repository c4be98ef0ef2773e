import Bulk
import Synchronization

/// Keys that only one operation at a time may use, such as the key of a resource that `upsert` looks up and creates.
final class ExclusiveKeys: Sendable {
  private struct LimitAndUsers {
    let limit = ConcurrencyLimit(1)
    /// The number of operations that use the key or wait for it.
    var users = 0
  }

  private let keys = Mutex<[String: LimitAndUsers]>([:])

  /// Waits until no other operation uses the key, and runs an operation.
  func run<Result, Failure: Error>(
    _ key: String, _ operation: () async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    let limit = keys.withLock { keys in
      keys[key, default: LimitAndUsers()].users += 1
      return keys[key]?.limit
    }
    defer {
      keys.withLock { keys in
        keys[key]?.users -= 1
        if keys[key]?.users == 0 { keys[key] = nil }
      }
    }
    guard let limit else { return try await operation() }
    return try await limit.run(operation)
  }
}
