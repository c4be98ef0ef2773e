/// A trace of the requests and replies of a client, as lines of text for a person (`--trace`).
///
/// The trace shows only the chosen topics.
public struct Trace: Sendable {
  /// The topics that a user can choose for a trace, such as `rpc`.
  public enum TraceTopic: String, CaseIterable, Sendable {
    /// AMQP frames, sent and received.
    case amqp
    /// Each request and its reply, with their bodies.
    case rpc
    /// Each request on one line: its parameters, its result and its duration.
    case api
    /// The requests and the replies of failures only.
    case errors
  }

  /// The topics that the trace shows.
  public let topics: Set<TraceTopic>
  private let write: @Sendable (String) -> Void

  /// Creates a trace that shows the given topics.
  public init(_ topics: Set<TraceTopic>, write: @escaping @Sendable (String) -> Void) {
    self.topics = topics
    self.write = write
  }

  /// Writes a line to the trace.
  public func callAsFunction(_ text: String) { write(text) }

  /// Writes a line to the trace, if the trace shows the line's topic.
  public func callAsFunction(_ topic: TraceTopic, _ text: @autoclosure () -> String) {
    if topics.contains(topic) { write(text()) }
  }
}
