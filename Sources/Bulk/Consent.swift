import Synchronization

/// What a person is asked to agree to, as it is shown: another connection, queue, verb or filter is another subject.
public struct ConsentSubject: Sendable, Hashable {
  /// The connection, by its number in the session.
  public var connection: Int
  /// The queue.
  public var queue: String
  /// The JSON:API type of the client's resources.
  public var type: String
  /// The verb.
  public var verb: String
  /// The filter as JSON, where there is one.
  public var filter: String?

  /// Creates a subject.
  public init(connection: Int, queue: String, type: String, verb: String, filter: String?) {
    self.connection = connection
    self.queue = queue
    self.type = type
    self.verb = verb
    self.filter = filter
  }
}

/// The permission to destroy: up to a number of elements, or any number.
public final class Consent: Sendable {
  /// How many it allows; nil for any number.
  public let limit: Int?
  /// Whether a person typed the number.
  public let isConfirmed: Bool
  private let used = Mutex(0)

  /// Creates a permission to destroy so many elements; nil for any number.
  public init(limit: Int?, isConfirmed: Bool) {
    self.limit = limit
    self.isConfirmed = isConfirmed
  }

  /// How many more it allows; nil for any number.
  public var left: Int? { limit.map { limit in used.withLock { limit - $0 } } }

  /// Takes one; returns why it may not be destroyed.
  func take() -> Refusal? {
    guard let limit else { return nil }
    let isTaken = used.withLock { used in
      guard used < limit else { return false }
      used += 1
      return true
    }
    return isTaken ? nil : .statementLimit(limit, isConfirmed: isConfirmed)
  }

  /// Gives one back that was not sent.
  func giveBack() { if limit != nil { used.withLock { $0 -= 1 } } }
}
