import Client
public import JSONRPC
import Redaction
import Synchronization
import Values

/// The parts of a URI with which `connect` recognizes a connection that is already open.
public struct ConnectionIdentity: Sendable {
  /// The full address, without password and parameters.
  var address: String
  /// The parameters of the URI; nil if the URI has no parameters.
  var parameters: String?
  /// The password in the URI; nil if the URI has no password, or is not the URI of a broker.
  var password: String?

  /// Creates the identity of a URI.
  public init(address: String, parameters: String? = nil, password: String? = nil) {
    self.address = address
    self.parameters = parameters
    self.password = password
  }

  /// Returns whether a URI that the user typed means the open connection with this identity.
  ///
  /// A URI without a password means the open connection of the same user.
  func isMeant(by typed: ConnectionIdentity, _ link: any ServiceLink) -> Bool {
    guard typed.address == address else { return false }
    guard let password = typed.password else { return typed.parameters == parameters || typed.parameters == nil }
    return typed.parameters == parameters && link.uses(password: password)
  }
}

extension Session {
  /// The properties of a connection that the prompt shows.
  public struct ConnectionSummary: Sendable, Equatable {
    /// The connection's name or short address: `prod`, `localhost/shop`, `embedded:blog`.
    public var label: String
    /// The value of the option `env:` of `connect`; nil if the option is missing.
    public var env: String?
    /// The state of the connection, such as blocked.
    public var state: LinkState
    /// The number of requests in flight on the connection.
    public var inFlight: Int
  }

  /// The open connections, in the order in which the session opened them.
  public var connections: [ConnectionSummary] {
    let (connections, clients) = state.withLock { ($0.connections, $0.clients) }
    return connections.map { connection in
      ConnectionSummary(
        label: connection.name ?? Self.short(connection.address), env: connection.env, state: connection.link.state,
        inFlight: clients.filter { $0.connection.serial == connection.serial }
          .reduce(0) { $0 + $1.client.activity.inFlight })
    }
  }

  /// Returns an address without scheme, user and default port: `localhost/shop` for `amqp://me@localhost:5672/shop`.
  private static func short(_ address: String) -> String {
    guard address.hasPrefix("amqp") else { return address }
    var rest = address.split(separator: "//", maxSplits: 1).last ?? ""
    if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
    if rest.hasSuffix("/") { rest.removeLast() }
    let (host, path) = (rest.prefix { $0 != "/" }, rest.drop { $0 != "/" })
    let port = address.hasPrefix("amqps") ? ":5671" : ":5672"
    return String(host.hasSuffix(port) ? host.dropLast(port.count) : host) + path
  }
}

extension Session {
  /// Returns the values of the option `--guarded` that are the name or the address of a connection.
  func namesInGuarded(of connection: ConnectionValue) -> Set<String> {
    options.opened.filter { $0 == connection.name || host.identity($0).address == connection.address }
  }

  /// Records the values of the option `--guarded` that are the name or the address of a new connection.
  func recordGuarded(_ connection: ConnectionValue) {
    guard !options.opened.isEmpty else { return }
    let names = namesInGuarded(of: connection)
    state.withLock { $0.matchedGuarded.formUnion(names) }
  }

  /// Shows a note for each value of the option `--guarded` that no connection of the run has matched.
  public func noteUnmatchedGuarded() {
    for name in options.opened.subtracting(state.withLock(\.matchedGuarded)).sorted() {
      note("--guarded \(Secrets.hidden(in: name)): the run opened no connection with this name or URI")
    }
  }
}
