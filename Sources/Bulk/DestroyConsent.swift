import Synchronization

/// The changes that one confirmation by the user covers.
///
/// All these changes have the same connection, queue, type, verb, filter and `meta`.
public struct ConsentCoverage: Sendable, Hashable {
  /// The number of the connection in the session.
  public var connection: Int
  /// The name of the queue to which the changes are sent.
  public var queue: String
  /// The JSON:API type of the client's resources.
  public var type: String
  /// The command or stage that destroys the resources, such as `destroy-all`.
  public var verb: String
  /// The filter as JSON; nil if there is no filter.
  public var filter: String?
  /// The `meta` of the client and the `meta` of the command, as JSON.
  ///
  /// Requests with different `meta` can concern different data, so they need separate confirmations.
  public var meta: [String]

  /// Creates the scope of a confirmation.
  public init(connection: Int, queue: String, type: String, verb: String, filter: String?, meta: [String]) {
    self.connection = connection
    self.queue = queue
    self.type = type
    self.verb = verb
    self.filter = filter
    self.meta = meta
  }
}

/// The user's consent to destroy resources, up to a number or without a limit.
public final class DestroyConsent: Sendable {
  /// The maximum number of resources to destroy; nil for any number.
  public let limit: Int?
  /// Whether the user confirmed the limit; false if the limit comes from the option `max:`.
  public let isConfirmed: Bool
  private let used = Mutex(0)

  /// Creates a consent to destroy at most `limit` resources, or any number if `limit` is nil.
  public init(limit: Int?, isConfirmed: Bool) {
    self.limit = limit
    self.isConfirmed = isConfirmed
  }

  /// The number of resources that may still be destroyed; nil for any number.
  public var left: Int? { limit.map { limit in used.withLock { limit - $0 } } }

  /// Counts one resource against the consent; returns a refusal if the limit is already reached.
  func take() -> UnsentReason? {
    guard let limit else { return nil }
    let isTaken = used.withLock { used in
      guard used < limit else { return false }
      used += 1
      return true
    }
    return isTaken ? nil : .statementLimit(limit, isConfirmed: isConfirmed)
  }

  /// Subtracts resources from the count, because their changes were not sent.
  func giveBack(_ count: Int) { if limit != nil { used.withLock { $0 -= count } } }
}
