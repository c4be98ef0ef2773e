import Client
public import JSONRPC
import Synchronization
import Values

/// A URI in the form in which `connect` compares it with the URIs of open connections.
public struct ConnectionIdentity: Sendable {
  /// The address in its full form, without password and parameters.
  var address: String
  /// The parameters; nil if the URI has none.
  var parameters: String?
  /// The password; nil if the URI has none, or if the URI is not a broker's.
  var password: String?

  /// Creates an identity.
  public init(address: String, parameters: String? = nil, password: String? = nil) {
    self.address = address
    self.parameters = parameters
    self.password = password
  }

  /// Whether a typed URI means the open connection with this identity.
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
    /// The environment from `connect env:`; nil without one.
    public var env: String?
    /// The connection's state.
    public var state: LinkState
    /// The number of requests in flight on the connection.
    public var inFlight: Int
  }

  /// The open connections, in order of creation.
  public var connections: [ConnectionSummary] {
    let (connections, clients) = state.withLock { ($0.connections, $0.clients) }
    return connections.map { connection in
      ConnectionSummary(
        label: connection.name ?? Self.short(connection.address), env: connection.env, state: connection.link.state,
        inFlight: clients.filter { $0.connection.serial == connection.serial }
          .reduce(0) { $0 + $1.client.activity.inFlight })
    }
  }

  /// Returns an address without scheme, user and default port.
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
  /// Returns the values of `--guarded` that name a connection or its address.
  func namesInGuarded(of connection: ConnectionValue) -> Set<String> {
    options.opened.filter { $0 == connection.name || host.identity($0).address == connection.address }
  }

  /// Records the values of `--guarded` that a new connection matches.
  func recordGuarded(_ connection: ConnectionValue) {
    guard !options.opened.isEmpty else { return }
    let names = namesInGuarded(of: connection)
    state.withLock { $0.matchedGuarded.formUnion(names) }
  }

  /// Shows a note for each value of `--guarded` that no connection of the run has matched.
  public func noteUnmatchedGuarded() {
    for name in options.opened.subtracting(state.withLock(\.matchedGuarded)).sorted() {
      note("--guarded \(name): the run opened no connection with this name or URI")
    }
  }
}
