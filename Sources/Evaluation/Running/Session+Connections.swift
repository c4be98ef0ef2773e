import Client
public import JSONRPC
import Synchronization
import Values

extension Session {
  /// What a prompt shows of a connection.
  public struct ConnectionSummary: Sendable, Equatable {
    /// Its name, or where it leads: `prod`, `localhost/shop`, `embedded:blog`.
    public var label: String
    /// The environment that `connect env:` named.
    public var env: String?
    /// Whether it takes requests.
    public var state: LinkState
    /// How many requests have no reply yet.
    public var inFlight: Int
  }

  /// The open connections, in the order they were opened.
  public var connections: [ConnectionSummary] {
    let (connections, clients) = state.withLock { ($0.connections, $0.clients) }
    return connections.map { connection in
      ConnectionSummary(
        label: connection.name ?? Self.short(connection.address), env: connection.env, state: connection.link.state,
        inFlight: clients.filter { $0.connection.serial == connection.serial }
          .reduce(0) { $0 + $1.client.activity.inFlight })
    }
  }

  /// An address without scheme, user and usual port.
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
