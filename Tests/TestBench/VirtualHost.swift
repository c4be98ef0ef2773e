/// A vhost of a private broker for one test, with the operations of the broker's operator.
public struct VirtualHost: Sendable {
  /// The broker.
  public let broker: PrivateBroker
  /// Its name.
  public let name: String

  /// The URI with user, password and this vhost.
  public var address: String { broker.uri + name }

  /// The same URI with a minute for the broker to answer; `&` begins more parameters.
  public var uri: String { address + "?connection_timeout=60000" }

  /// The names of its queues, sorted.
  public func queues() throws -> [String] {
    let names = try broker.evaluate(
      """
      unicode:characters_to_binary(lists:join("\\n", lists:sort(
        [N || {resource, _, queue, N} <- rabbit_amqqueue:list_names(<<"\(name)">>)]))).
      """)
    return names.dropFirst(3).dropLast(3).split(separator: #"\n"#).map(String.init)
  }

  /// The number of delivered requests of a queue that are not acknowledged.
  public func requestsInHand(of queue: String) throws -> Int {
    let count = try broker.evaluate(
      "{ok, Q} = \(lookup(queue)), [{_, N}] = rabbit_amqqueue:info(Q, [messages_unacknowledged]), N.")
    return Int(count) ?? 0
  }

  /// Whether each consumer of a queue acknowledges its messages.
  public func acknowledgements(of queue: String) throws -> [Bool] {
    let flags = try broker.evaluate("{ok, Q} = \(lookup(queue)), [element(3, C) || C <- rabbit_amqqueue:consumers(Q)].")
    return flags.split { !$0.isLetter }.map { $0 == "true" }
  }

  /// Declares a queue with a maximum length that refuses more messages (`x-overflow: reject-publish`).
  public func declare(queue: String, maxLength: Int) throws {
    try broker.evaluate(
      """
      {new, _} = rabbit_amqqueue:declare(
        rabbit_misc:r(<<"\(name)">>, queue, <<"\(queue)">>), false, false,
        [{<<"x-max-length">>, long, \(maxLength)}, {<<"x-overflow">>, longstr, <<"reject-publish">>}], none, <<"test">>).
      """)
  }

  /// Forbids or allows the user guest to publish; a channel can cache the earlier permission for a while.
  public func allowPublishing(_ isAllowed: Bool) throws {
    try broker.evaluate(
      """
      rabbit_auth_backend_internal:set_permissions(
        <<"guest">>, <<"\(name)">>, <<".*">>, <<"\(isAllowed ? ".*" : "^$")">>, <<".*">>, <<"test">>).
      """)
  }

  /// Declares a durable queue with arguments in Erlang's syntax: `{<<"x-max-priority">>, byte, 10}`.
  public func declare(queue: String, arguments: String) throws {
    try broker.evaluate(
      """
      element(1, rabbit_amqqueue:declare(rabbit_misc:r(<<"\(name)">>, queue, <<"\(queue)">>), true, false,
        [\(arguments)], none, <<"test">>)).
      """)
  }

  /// Whether a queue is durable, and its type: `true rabbit_quorum_queue`.
  public func kind(of queue: String) throws -> String {
    try broker.evaluate(
      "{ok, Q} = \(lookup(queue)), list_to_atom(lists:concat([amqqueue:is_durable(Q), ' ', amqqueue:get_type(Q)])).")
  }

  /// Deletes a queue with its messages; its consumers get a `basic.cancel`.
  public func delete(queue: String) throws {
    try broker.evaluate("{ok, Q} = \(lookup(queue)), rabbit_amqqueue:delete(Q, false, false, <<\"test\">>).")
  }

  /// Closes every connection as `rabbitmqctl close_connection` does; returns their number.
  @discardableResult public func closeConnections() throws -> Int {
    try each("rabbit_networking:close_connection(Pid, \"closed by a test\")")
  }

  /// Closes the connections whose names end with a text; returns their number.
  @discardableResult public func closeConnections(named end: String) throws -> Int {
    let count = try broker.evaluate(
      """
      length([rabbit_networking:close_connection(Pid, "closed by a test") ||
        [{pid, Pid}, {vhost, <<"\(name)">>}, {client_properties, Properties}] <-
          rabbit_networking:connection_info_all([pid, vhost, client_properties]),
        {<<"connection_name">>, _, Name} <- Properties,
        binary:longest_common_suffix([Name, <<"\(end)">>]) =:= \(end.utf8.count)]).
      """)
    return Int(count) ?? 0
  }

  /// Cuts every connection silently, as a network does; returns their number.
  @discardableResult public func cutConnections() throws -> Int {
    try each("exit(Pid, kill)")
  }

  /// Polls a condition that the broker does not announce; returns false if it is not true within a minute.
  public func soon(_ isSo: (VirtualHost) throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(60)
    while try !isSo(self) {
      if .now > end { return false }
      try await Task.sleep(for: .milliseconds(10))
    }
    return true
  }

  /// The current number of connections, without a wait.
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
