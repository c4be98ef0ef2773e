import Synchronization
import Client
import JSONRPC
import JSONText
import Language
import Values

extension CommandDeclaration.Option {
  fileprivate static let queue = Self(
    name: "queue", shape: .string, summary: "the queue that receives the requests, such as \"posts\"", isRequired: true
  ).ruled(
    OptionValueRule { value, _ throws(OptionValueRefusal) in
      guard case .string("") = value else { return }
      throw OptionValueRefusal("client needs a queue", nextStep: #"client queue: "posts""#)
    })

  fileprivate static let type = Self(
    name: "type", shape: .string, fallback: "the queue's name", summary: "the JSON:API type of the resources"
  ).ruled(.text("type", "type: \"posts\"; without this option, the type is the queue's name"))

  fileprivate static let singular = Self(
    name: "singular", shape: .string, fallback: "the singular of the type",
    summary: """
      the word before _id in the requests for relationships. With "post", the command related posts 12 "tags" sends \
      the id 12 as the parameter post_id
      """
  ).ruled(.text("singular", "singular: \"post\""))

  fileprivate static let relationships = Self(
    name: "relationships", shape: .record,
    summary: """
      the type of the resources of each relationship, such as {author: "authors", tags: ["tags"]}. A type in a list declares a \
      to-many relationship. With this option, a record needs only the id of a related resource, and not its type
      """
  ).ruled(OptionValueRule { value, command throws(OptionValueRefusal) in _ = try relationships(value, command) })

  /// Reads the option `relationships:`, which maps the name of each relationship to a JSON:API type.
  fileprivate static func relationships(
    _ value: Value, _ command: String
  ) throws(OptionValueRefusal) -> [(name: String, relationship: ClientSettings.DeclaredRelationship)] {
    let step = "{author: \"authors\", tags: [\"tags\"]}"
    guard case .record(let record) = value else {
      throw OptionValueRefusal(
        "the option relationships: of \(command) needs a record, not \(value.typeWithArticle)", nextStep: step)
    }
    var result: [(name: String, relationship: ClientSettings.DeclaredRelationship)] = []
    for (name, value) in record.fields {
      switch value {
      case .string(let type) where !type.isEmpty: result.append((name, .toOne(type: type)))
      case .list(let elements):
        guard elements.count == 1, case .string(let type) = elements[0], !type.isEmpty else { fallthrough }
        result.append((name, .toMany(type: type)))
      default:
        throw OptionValueRefusal(
          "\(name) in the option relationships: must be a type, or a list of one type", at: [name], nextStep: step)
      }
    }
    return result
  }
}

extension BuiltInCommand {
  static let client = BuiltInCommand(
    CommandDeclaration(
      name: "client",
      summary: """
        Creates a client for a queue on the open connection. For example, the command `show posts 12` sends its \
        request to the queue of the client `posts`.
        """,
      options: [
        .queue,
        .type,
        .init(
          name: "on", shape: .connection,
          summary: "the connection that the client uses. If several connections are open, this option is required"),
        .init(
          name: "meta", shape: .record, fallback: "{host: \"NAME OF THIS MACHINE\"}",
          summary: "the member meta of each request, such as {host: \"me\"}"),
        .init(
          name: "timeout", shape: .any, fallback: "5s",
          summary: "how long retort waits for a reply, such as 10s, or \"never\"",
          words: ["never"]
        ).ruled(.timeout),
        .init(
          name: "keys", shape: .string, fallback: "\"wire\"",
          summary: """
            "wire" leaves the names of fields unchanged. With "underscore", statements and results have inserted_at in \
            place of inserted-at
            """,
          words: ["wire", "underscore"]),
        .relationships,
        .singular,
        .init(
          name: "reply", shape: .string, fallback: "\"queue\"",
          summary: """
            "queue" creates a reply queue for the client. "direct" uses RabbitMQ's direct reply-to
            """,
          words: ["queue", "direct"]),
        .init(
          name: "require-beam", shape: .boolean, fallback: "false",
          summary:
            """
            with true, the client refuses each request whose meta has no member beam. This member is the token of an \
            Elixir test sandbox
            """),
      ],
      result: "client",
      examples: [.init(code: #"let posts = client queue: "posts""#, output: "")])
  ) { arguments, frame throws(Fault) in
    for option in [CommandDeclaration.Option.queue, .type, .singular] { _ = try arguments.valid(option) }
    let queue = try arguments.string("queue") ?? ""
    let session = frame.run.session
    let connection = try connection(arguments, frame)
    let settings = try settings(arguments, queue, session)
    let replies = try replies(arguments)
    let transport: any Transport
    do throws(LinkError) {
      transport = try await connection.link.open(queue: queue, replies: replies)
    } catch {
      throw Fault(.connection, error.message, nextStep: error.connectingStep)
    }
    var resource = ResourceClient(
      transport: transport, settings: settings, trace: session.host.trace,
      lateReplies: session.host.lateReplies)
    let name = settings.type == queue ? queue : "\(settings.type) (queue \(queue))"
    connection.queues.add(queue)
    resource.observer = session.schemaToLearn(of: queue, on: connection)
    let made = resource
    let timeout = arguments["timeout"] == nil ? session.timeout : nil
    return .client(
      session.state.withLock { state in
        let client = ClientValue(
          name: name, client: made, connection: connection, serial: state.nextSerial,
          sessionTimeout: timeout,
          hasOtherConnections: { [weak session] in
            session?.state.withLock(\.connections).contains { $0.serial != connection.serial } ?? false
          })
        state.nextSerial += 1
        state.clients.append(client)
        return client
      })
  }

  private static func connection(_ arguments: Arguments, _ frame: ExecutionFrame) throws(Fault) -> ConnectionValue {
    let open = frame.run.session.state.withLock(\.connections)
    if let on = arguments["on"] {
      guard case .connection(let connection) = on.value else {
        let misfit = arguments.misfit("on", on, "a connection")
        throw frame.naming(one: open) { "on: \($0)" }.map(misfit.advising) ?? misfit
      }
      return connection
    }
    guard let connection = open.first else {
      throw Fault(.connection, "client: no connection is open", nextStep: #"connect "embedded:blog" first"#)
    }
    guard open.count == 1 else {
      throw Fault(
        .value, "client: \(open.count) connections are open", nextStep: frame.naming(one: open) { "on: \($0)" })
    }
    return connection
  }

  private static func replies(_ arguments: Arguments) throws(Fault) -> ReplyRoute {
    try arguments.word("reply", of: ["queue", "direct"]).flatMap(ReplyRoute.init) ?? .queue
  }

  private static func settings(
    _ arguments: Arguments, _ queue: String, _ session: Session
  ) throws(Fault) -> ClientSettings {
    let host = JSONObject([("host", .string(OwnHostName.name))])
    let meta = try arguments.record("meta").map { record throws(Fault) in try Value.record(record).json() }
    var settings = ClientSettings(
      type: try arguments.string("type") ?? queue, meta: meta?.objectValue ?? host,
      timeout: session.timeout.duration)
    if let timeout = try arguments.timeout() { settings.timeout = timeout.duration }
    if let keys = try arguments.keys() { settings.keys = keys }
    settings.singular = try arguments.string("singular")
    settings.requiresBeam = try arguments.bool("require-beam") ?? false
    let relationships = try arguments.value(of: .relationships, CommandDeclaration.Option.relationships)
    for (name, relationship) in relationships ?? [] {
      let name = settings.keys == .underscore ? String(name.map { $0 == "-" ? "_" : $0 }) : name
      settings.relationships[name] = relationship
    }
    return settings
  }

  static let stop = BuiltInCommand(
    CommandDeclaration(
      name: "stop", summary: "Closes a client, its channel and its reply queue.",
      parameters: [.init(name: "CLIENT", shape: .client)], result: "null")
  ) { arguments, frame throws(Fault) in
    let client = try arguments.client()
    await client.client.close()
    frame.run.session.state.withLock { state in
      state.clients.removeAll { $0.serial == client.serial }
    }
    return .null
  }

  static let clients = BuiltInCommand(
    CommandDeclaration(
      name: "clients",
      summary: """
        Lists the clients, then the connections without clients. The column consumers is the number of consumers of \
        the queue. The column depth is the number of messages that wait in the queue. The column in-flight is the \
        number of requests without a reply. The column round-trip is the time from the last request to its reply.
        """,
      result: "list of records")
  ) { _, frame throws(Fault) in
    var rows: [Value] = []
    let deadline = ContinuousClock.now + .seconds(5)
    let (clients, connections) = frame.run.session.state.withLock { ($0.clients, $0.connections) }
    for client in clients {
      let state: QueueState?
      do throws(LinkError) {
        state = try await client.connection.link.probe(queue: client.queue, until: deadline)
      } catch { state = nil }
      rows.append(
        .record(
          Record([
            ("queue", .string(client.queue)), ("type", .string(client.client.type)),
            ("connection", .string(client.connection.label)),
            ("state", .string(client.connection.link.state.rawValue)),
            ("consumers", state.map { .number(JSONNumber($0.consumers)) } ?? .null),
            ("depth", state.map { .number(JSONNumber($0.messages)) } ?? .null),
            ("in-flight", .number(JSONNumber(client.client.activity.inFlight))),
            ("round-trip", client.client.activity.lastRoundTrip.map { .duration($0.inMicroseconds) } ?? .null),
          ])))
    }
    for connection in connections where !clients.contains(where: { $0.connection.serial == connection.serial }) {
      rows.append(
        .record(
          Record([
            ("queue", .null), ("type", .null), ("connection", .string(connection.label)),
            ("state", .string(connection.link.state.rawValue)), ("consumers", .null), ("depth", .null),
            ("in-flight", .null), ("round-trip", .null),
          ])))
    }
    return .list(rows)
  }
}

/// The maximum time that a call waits for its reply.
enum ReplyTimeout {
  case after(Duration)
  case never

  var duration: Duration? { if case .after(let duration) = self { duration } else { nil } }

  var waitLimit: ResourceClient.WaitLimit {
    switch self {
    case .after(let duration): .limited(duration)
    case .never: .endless
    }
  }
}

extension Arguments {
  /// Reads the option `timeout:`, which is a duration or `"never"`; returns nil if the option is missing.
  func timeout() throws(Fault) -> ReplyTimeout? {
    try value(of: .timeout, SafeguardOptionReader.timeout)
  }

  /// Returns the maximum time that the call waits for a reply.
  ///
  /// The function uses the option `timeout:` of the call. Without the option, it uses the timeout of the client. If the
  /// client has no timeout, it uses the timeout of the session.
  func waitLimit(_ client: ClientValue) throws(Fault) -> ResourceClient.WaitLimit {
    if let timeout = try timeout() { return timeout.waitLimit }
    guard let session = client.sessionTimeout else { return .usual }
    return session.duration.map { .limited($0) } ?? .endless
  }

  /// Returns the maximum time to wait for the reply to a change; nil means no limit.
  func timeout(_ client: ClientValue) throws(Fault) -> Duration? {
    if let common, common.client === client { return common.timeout }
    return client.client.timeout(try waitLimit(client))
  }

  /// Returns whether the broker drops the request of a change after its timeout (the option `expire:`).
  func expires() throws(Fault) -> Bool {
    if let common { return common.expires }
    return try bool("expire") ?? true
  }

  /// Returns the client in the first argument, with the call's option `keys:` applied.
  func client() throws(Fault) -> ClientValue {
    if let common { return common.client }
    guard case .client(let client) = value(0) else {
      throw Fault(
        .type, "\(name) needs a client, not \(value(0).typeWithArticle)", at: [MarkedSourceRange(range(0))],
        in: source,
        nextStep: "let posts = client queue: \"posts\"")
    }
    guard let keys = try keys() else { return client }
    return client.with(keys: keys)
  }

  /// Reads the option `keys:` of a `client` command or of a single call; returns nil if the option is missing.
  func keys() throws(Fault) -> ClientSettings.KeyFormat? {
    guard options.contains("keys") else { return nil }
    return try word("keys", of: ["wire", "underscore"]).flatMap(ClientSettings.KeyFormat.init)
  }
}

extension Duration {
  /// This duration, rounded to whole microseconds.
  fileprivate var inMicroseconds: Duration { .microseconds(Int64((self / .microseconds(1)).rounded())) }
}
