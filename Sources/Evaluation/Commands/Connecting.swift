import Client
public import JSONRPC
import Language
import Synchronization
import Values

extension CommandDeclaration.Option {
  fileprivate static let connectionName = Self(
    name: "name", shape: .string,
    summary: "the name of the connection in the prompt and in messages, such as \"staging\""
  )
  .ruled(.text("name", "remove the option, or give it a value"))

  fileprivate static let env = Self(
    name: "env", shape: .string,
    summary: """
      the environment of the broker, such as "staging". The prompt shows this text. With "production", the prompt is \
      also red
      """
  ).ruled(.text("env", "remove the option, or give it a value"))
}

extension BuiltInCommand {
  static let connect = BuiltInCommand(
    CommandDeclaration(
      name: "connect",
      summary: """
        Opens a connection to a broker or to an embedded service. An embedded service, such as embedded:blog, runs \
        inside retort and needs no broker. Without URI, the command uses the URI in the environment variable \
        RETORT_URL. If a connection with the same URI and name is already open, the command returns this connection. \
        For the forms of a URI, and the effect on a database file, see help addresses.
        """,
      parameters: [.init(name: "URI", shape: .string, isOptional: true)],
      options: [
        .connectionName,
        .init(
          name: "guard", shape: .string,
          summary: """
            with "confirm", retort asks before each bulk destruction, such as the command destroy-all. It asks even if \
            the statement has the option confirm: true. With "read-only", retort refuses every change
            """,
          words: ["confirm", "read-only"]),
        .env,
      ],
      result: "connection",
      examples: [.init(code: #"connect "embedded:blog""#, output: "")])
  ) { arguments, frame throws(Fault) in
    let session = frame.run.session
    for option in [CommandDeclaration.Option.connectionName, .env] { _ = try arguments.valid(option) }
    let uri = try uri(arguments, session)
    let wanted = try ConnectOptions(arguments)
    if let open = try wanted.open(uri, session) { return .connection(open) }
    let link: any ServiceLink
    do throws(LinkError) {
      link = try await session.host.open(uri)
    } catch {
      throw Fault(
        error.kind == .cancelled ? .interrupted : .connection, error.message, nextStep: error.connectingStep)
    }
    let connection = session.state.withLock { state in
      let connection = ConnectionValue(
        link: link, serial: state.nextSerial, name: wanted.name, protection: wanted.protection, env: wanted.env)
      state.nextSerial += 1
      state.connections.append(connection)
      state.identities[connection.serial] = session.host.identity(uri)
      return connection
    }
    session.recordGuarded(connection)
    session.noteMissingGuard(of: connection)
    return .connection(connection)
  }

  private static func uri(_ arguments: Arguments, _ session: Session) throws(Fault) -> String {
    switch arguments.value(0) {
    case .string(let text): return text
    case .null:
      guard let text = session.options.environment["RETORT_URL"], !text.isEmpty else {
        throw Fault(
          .value, "connect has no URI, and RETORT_URL is not set",
          nextStep: #"connect "amqp://guest:guest@localhost/", or connect "embedded:blog""#)
      }
      return text
    default: throw Fault(.type, "connect needs a URI as a string, not \(arguments.value(0).typeWithArticle)")
    }
  }

  /// The values of the options `name:`, `guard:` and `env:` of a `connect` statement.
  private struct ConnectOptions {
    let name: String?
    let protection: ConnectionValue.ServiceProtection
    let env: String?
    private let arguments: Arguments

    init(_ arguments: Arguments) throws(Fault) {
      self.arguments = arguments
      name = try arguments.string("name")
      env = try arguments.string("env")
      let words = ConnectionValue.ServiceProtection.allCases.map(\.rawValue).filter { $0 != "none" }
      let word = try arguments.word("guard", of: words)
      protection = word.flatMap(ConnectionValue.ServiceProtection.init) ?? .none
    }

    /// Returns the open connection with the same URI and name; nil if no such connection is open.
    ///
    /// A URI without a password, or with `***` in place of the password, selects the open connection of the same user.
    /// Statements in the history contain such URIs.
    ///
    /// - Throws: A `value` error if the statement has the option `guard:` or `env:`, and the value of the open
    ///   connection differs.
    func open(_ uri: String, _ session: Session) throws(Fault) -> ConnectionValue? {
      let identity = session.host.identity(uri)
      let open = session.state.withLock { state in
        state.connections.first { connection in
          connection.name == name && state.identities[connection.serial]?.isMeant(by: identity, connection.link) == true
        }
      }
      guard let open else { return nil }
      guard open.protection == protection || arguments["guard"] == nil else {
        throw differs("guard", open.protection == .none ? nil : open.protection.rawValue)
      }
      guard open.env == env || arguments["env"] == nil else { throw differs("env", open.env) }
      return open
    }

    private func differs(_ option: String, _ value: String?) -> Fault {
      let how = value.map { "with the option \(option): \"\($0)\"" } ?? "without the option \(option):"
      return Fault(
        .value, "this connection is already open, \(how)", at: [MarkedSourceRange(arguments.range)],
        in: arguments.source,
        nextStep: "close the connection first with `disconnect`, or open a second one: connect URI name: \"other\"")
    }
  }

  static let disconnect = BuiltInCommand(
    CommandDeclaration(
      name: "disconnect",
      summary:
        "Closes a connection and all its clients. Without an argument, disconnect closes the only open connection.",
      parameters: [.init(name: "CONNECTION", shape: .connection, isOptional: true)], result: "null")
  ) { arguments, frame throws(Fault) in
    let session = frame.run.session
    let connection: ConnectionValue
    switch arguments.value(0) {
    case .connection(let value): connection = value
    case .null where arguments.positional.isEmpty:
      let open = session.state.withLock(\.connections)
      guard open.count == 1, let only = open.first else {
        throw Fault(
          .value, open.isEmpty ? "disconnect: no connection is open" : "disconnect: \(open.count) connections are open",
          nextStep: frame.naming(one: open) { "disconnect \($0)" })
      }
      connection = only
    default:
      let isClient = if case .client = arguments.value(0) { true } else { false }
      throw Fault(
        .type, "disconnect needs a connection, not \(arguments.value(0).typeWithArticle)",
        nextStep: isClient
          ? "to stop a client, write stop CLIENT; to close the only open connection, write disconnect without an argument"
          : "let c = connect \"URI\" name: \"NAME\", then disconnect c")
    }
    await connection.link.close()
    session.state.withLock { state in
      state.connections.removeAll { $0.serial == connection.serial }
      state.clients.removeAll { $0.connection.serial == connection.serial }
      state.identities[connection.serial] = nil
    }
    return .null
  }
}

extension LinkError {
  /// The advice for a connection that can't be opened; nil if the error's message already says what to do.
  public var connectingStep: String? {
    switch kind {
    case .unreachable: "check the address, and that the broker runs there; without a broker: connect \"embedded:blog\""
    case .authentication: "check the user and the password"
    case .vhost: "rabbitmqctl list_vhosts lists the vhosts; write a / in a vhost's name as %2f"
    case .connectionLimit:
      "close a connection that nobody needs (rabbitmqctl list_connections), or ask the broker's operator for a higher "
        + "limit: rabbitmqctl set_vhost_limits, set_user_limits"
    case .accessRefused: "the broker's operator must give the user access to the vhost: rabbitmqctl set_permissions"
    case .timeout:
      "check the broker's log and the network; to wait longer, add ?connection_timeout=60000 to the address"
    case .address: "use amqp://user:password@host:5672/vhost, embedded:blog or embedded:FILE.sqlite"
    default: nil
    }
  }
}
