/// The queue to which a client sends its requests, with its broker and the type of its resources.
///
/// The type is a class, so that all changes of one client share one object.
public final class TargetQueue: Sendable {
  /// A text that identifies the broker and the vhost.
  ///
  /// The text is the same for all connections to the same vhost.
  public let broker: String
  /// The name of the queue.
  public let queue: String
  /// The JSON:API type of the client's resources.
  public let type: String

  /// Creates a target.
  public init(broker: String, queue: String, type: String) {
    self.broker = broker
    self.queue = queue
    self.type = type
  }
}

extension TargetQueue: Hashable {
  /// Whether two targets have the same broker, queue and type.
  public static func == (a: TargetQueue, b: TargetQueue) -> Bool {
    a === b || a.broker == b.broker && a.queue == b.queue && a.type == b.type
  }

  /// Hashes the broker, the queue and the type.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(broker)
    hasher.combine(queue)
    hasher.combine(type)
  }
}
