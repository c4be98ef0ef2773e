/// A vhost of a private broker for one test, with operations of a broker's administrator, such as closing connections.
public struct VirtualHost: Sendable {
  /// The broker of the vhost.
  public let broker: PrivateBroker
  /// The name of the vhost.
  public let name: String

  /// The URI of the vhost with user and password.
  public var address: String { broker.uri + name }

  /// The URI of the vhost with a connection timeout of a minute; a test can append parameters: `&heartbeat=1`.
  public var uri: String { address + "?connection_timeout=60000" }

  /// Returns the sorted names of the queues in the vhost.
  public func queues() throws -> [String] {
    let names = try broker.evaluate(
      """
      unicode:characters_to_binary(lists:join("\\n", lists:sort(
        [N || {resource, _, queue, N} <- rabbit_amqqueue:list_names(<<"\(name)">>)]))).
      """)
    return names.dropFirst(3).dropLast(3).split(separator: #"\n"#).map(String.init)
  }

  /// Returns the number of messages of a queue that the broker has delivered and no consumer has acknowledged.
  public func requestsInHand(of queue: String) throws -> Int {
    let count = try broker.evaluate(
      "{ok, Q} = \(lookup(queue)), [{_, N}] = rabbit_amqqueue:info(Q, [messages_unacknowledged]), N.")
    return Int(count) ?? 0
  }

  /// Returns whether each consumer of a queue must acknowledge its messages.
  public func acknowledgements(of queue: String) throws -> [Bool] {
    let flags = try broker.evaluate("{ok, Q} = \(lookup(queue)), [element(3, C) || C <- rabbit_amqqueue:consumers(Q)].")
    return flags.split { !$0.isLetter }.map { $0 == "true" }
  }

  /// Declares a queue that refuses messages above a maximum length (`x-overflow: reject-publish`).
  public func declare(queue: String, maxLength: Int) throws {
    try broker.evaluate(
      """
      {new, _} = rabbit_amqqueue:declare(
        rabbit_misc:r(<<"\(name)">>, queue, <<"\(queue)">>), false, false,
        [{<<"x-max-length">>, long, \(maxLength)}, {<<"x-overflow">>, longstr, <<"reject-publish">>}], none, <<"test">>).
      """)
  }

  /// Allows or forbids the user guest to publish; an open channel can use the earlier permission for a while.
  public func allowPublishing(_ isAllowed: Bool) throws {
    try broker.evaluate(
      """
      rabbit_auth_backend_internal:set_permissions(
        <<"guest">>, <<"\(name)">>, <<".*">>, <<"\(isAllowed ? ".*" : "^$")">>, <<".*">>, <<"test">>).
      """)
  }

  /// Limits the number of connections to the vhost; -1 removes the limit.
  public func limitConnections(to limit: Int) throws {
    try broker.evaluate(
      "rabbit_vhost_limit:set(<<\"\(name)\">>, [{<<\"max-connections\">>, \(limit)}], <<\"test\">>).")
  }

  /// Takes all permissions in the vhost from the user guest.
  public func clearPermissions() throws {
    try broker.evaluate(
      "rabbit_auth_backend_internal:clear_permissions(<<\"guest\">>, <<\"\(name)\">>, <<\"test\">>).")
  }

  /// Declares a durable queue with arguments in Erlang's syntax: `{<<"x-max-priority">>, byte, 10}`.
  public func declare(queue: String, arguments: String) throws {
    try broker.evaluate(
      """
      element(1, rabbit_amqqueue:declare(rabbit_misc:r(<<"\(name)">>, queue, <<"\(queue)">>), true, false,
        [\(arguments)], none, <<"test">>)).
      """)
  }

  /// Returns whether a queue is durable, and the type of the queue: `true rabbit_quorum_queue`.
  public func kind(of queue: String) throws -> String {
    try broker.evaluate(
      "{ok, Q} = \(lookup(queue)), list_to_atom(lists:concat([amqqueue:is_durable(Q), ' ', amqqueue:get_type(Q)])).")
  }

  /// Deletes a queue with its messages; the broker sends a `basic.cancel` to the consumers of the queue.
  public func delete(queue: String) throws {
    try broker.evaluate("{ok, Q} = \(lookup(queue)), rabbit_amqqueue:delete(Q, false, false, <<\"test\">>).")
  }

  /// Closes all connections, as `rabbitmqctl close_connection` does, and returns the number of connections.
  @discardableResult public func closeConnections() throws -> Int {
    try each("rabbit_networking:close_connection(Pid, \"closed by a test\")")
  }

  /// Closes the connections whose names end with a text, and returns the number of these connections.
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

  /// Cuts all connections without an AMQP message, as a network failure does, and returns the number of connections.
  @discardableResult public func cutConnections() throws -> Int {
    try each("exit(Pid, kill)")
  }

  /// Waits until a condition is true; returns false if the condition is still false after a minute.
  ///
  /// The function polls, because the broker does not announce such changes.
  public func soon(_ isSo: (VirtualHost) throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(60)
    while try !isSo(self) {
      if .now > end { return false }
      try await Task.sleep(for: .milliseconds(10))
    }
    return true
  }

  /// Returns the current number of connections.
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
