/// What a trace shows, and where.
public struct Trace: Sendable {
  /// The levels of what is told.
  public enum Topic: String, CaseIterable, Sendable {
    /// Frames of the broker's protocol, as they go and come.
    case amqp
    /// Each request and its reply, with their bodies.
    case rpc
    /// Each call on one line: what was asked, what came of it, how long it took.
    case api
    /// Request and reply of what failed.
    case errors
  }

  /// What is shown.
  public let topics: Set<Topic>
  private let write: @Sendable (String) -> Void

  /// Creates a trace of topics.
  public init(_ topics: Set<Topic>, write: @escaping @Sendable (String) -> Void) {
    self.topics = topics
    self.write = write
  }

  /// Shows a line.
  public func callAsFunction(_ text: String) { write(text) }

  /// Shows a line of a topic, if it is shown.
  public func callAsFunction(_ topic: Topic, _ text: @autoclosure () -> String) {
    if topics.contains(topic) { write(text()) }
  }
}
