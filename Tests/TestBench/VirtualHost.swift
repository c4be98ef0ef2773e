/// A vhost of a private broker: a test's own queues and connections, and what the broker's operator can do to them.
public struct VirtualHost: Sendable {
  /// The broker.
  public let broker: PrivateBroker
  /// Its name.
  public let name: String

  /// The URI with user, password and this vhost.
  public var uri: String { broker.uri + name }

  /// A queue as the broker sees it.
  public struct Queue: Sendable, Equatable {
    /// Messages that wait.
    public var messages: Int
    /// Consumers.
    public var consumers: Int

    /// Creates a queue's figures.
    public init(messages: Int, consumers: Int) {
      self.messages = messages
      self.consumers = consumers
    }
  }

  /// The names of its queues, sorted.
  public func queues() throws -> [String] {
    let names = try broker.evaluate(
      """
      unicode:characters_to_binary(lists:join("\\n", lists:sort(
        [N || {resource, _, queue, N} <- rabbit_amqqueue:list_names(<<"\(name)">>)]))).
      """)
    return names.dropFirst(3).dropLast(3).split(separator: #"\n"#).map(String.init)
  }

  /// A queue's figures; nil where there is no such queue.
  public func queue(_ queue: String) throws -> Queue? {
    let figures = try broker.evaluate(
      """
      case \(lookup(queue)) of
        {ok, Q} -> [{messages, M}, {consumers, C}] = rabbit_amqqueue:info(Q, [messages, consumers]), [M + 0, C + 0, -1];
        {error, not_found} -> []
      end.
      """)
    let numbers = figures.split { !$0.isNumber }.compactMap { Int($0) }
    return numbers.count < 2 ? nil : Queue(messages: numbers[0], consumers: numbers[1])
  }

  /// Deletes a queue with what is in it; its consumers get a `basic.cancel`.
  /// Waits until something is so that the broker does by itself and tells nobody; false where it is not in a minute.
  public func soon(_ isSo: (VirtualHost) throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(60)
    while try !isSo(self) {
      if .now > end { return false }
      try await Task.sleep(for: .milliseconds(10))
    }
    return true
  }

  public func delete(queue: String) throws {
    try broker.evaluate("{ok, Q} = \(lookup(queue)), rabbit_amqqueue:delete(Q, false, false, <<\"test\">>).")
  }

  /// Closes every connection as `rabbitmqctl close_connection` does; returns how many.
  @discardableResult public func closeConnections() throws -> Int {
    try each("rabbit_networking:close_connection(Pid, \"closed by a test\")")
  }

  /// Cuts every connection without a word, as a network does; returns how many.
  @discardableResult public func cutConnections() throws -> Int {
    try each("exit(Pid, kill)")
  }

  /// Waits for nothing: how many connections there are now.
  public func connections() throws -> Int { try each("ok") }

  private func each(_ expression: String) throws -> Int {
    let count = try broker.evaluate(
      """
      length([\(expression) ||
        [{pid, Pid}, {vhost, <<"\(name)">>}] <- rabbit_networking:connection_info_all([pid, vhost])]).
      """)
    return Int(count) ?? 0
  }

  private func lookup(_ queue: String) -> String {
    "rabbit_amqqueue:lookup(rabbit_misc:r(<<\"\(name)\">>, queue, <<\"\(queue)\"/utf8>>))"
  }
}
