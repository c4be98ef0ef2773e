public import Client
public import JSONRPC
import Synchronization

/// A client of the language, which sends requests to one queue: the value of `client queue: "posts"`.
///
/// Each client has its own settings. The type is a class, because each request copies its client, and copying a
/// reference is cheap.
public final class ClientValue: Sendable {
  /// The client's name in messages: the resource type.
  ///
  /// If the queue's name differs from the type, the name also contains the queue.
  public let name: String
  /// The client that sends the requests.
  public let client: ResourceClient
  /// The connection over which the client sends its requests.
  public let connection: ConnectionValue
  /// The number of this client in the order of creation.
  ///
  /// No two clients have the same number.
  package let serial: Int
  /// The session's timeout, which applies to the client's requests.
  ///
  /// The value is nil if the client has a timeout of its own.
  package let sessionTimeout: SessionTimeout?
  /// The queue to which the client sends its changes, with the broker and the resource type.
  package let target: TargetQueue
  /// Returns whether the session has open connections apart from the client's connection.
  package let hasOtherConnections: @Sendable () -> Bool

  /// Creates a client.
  package init(
    name: String, client: ResourceClient, connection: ConnectionValue, serial: Int, sessionTimeout: SessionTimeout?,
    hasOtherConnections: @escaping @Sendable () -> Bool
  ) {
    self.name = name
    self.client = client
    self.connection = connection
    self.serial = serial
    self.sessionTimeout = sessionTimeout
    self.hasOtherConnections = hasOtherConnections
    target = TargetQueue(broker: connection.link.brokerIdentity, queue: client.queue, type: client.type)
  }

  /// Returns a client with the same settings, except for the option `keys:`.
  ///
  /// `keys:` says how the client spells the names in its requests and replies.
  package func with(keys: ClientSettings.KeyFormat) -> ClientValue {
    var changed = client
    changed.settings.keys = keys
    return ClientValue(
      name: name, client: changed, connection: connection, serial: serial, sessionTimeout: sessionTimeout,
      hasOtherConnections: hasOtherConnections)
  }

  /// Returns the client for reads that the program sends on its own, such as lookups.
  ///
  /// A read waits for the client's timeout or for `timeout`, whichever is longer. If the client's timeout is `never`,
  /// the read waits without a limit.
  package func reader(timeout: Duration? = nil) -> ResourceClient {
    var reader = client
    if let sessionTimeout { reader.settings.timeout = sessionTimeout.duration }
    if let timeout, let own = reader.settings.timeout { reader.settings.timeout = max(own, timeout) }
    return reader
  }

  /// The name of the queue to which the client sends requests.
  public var queue: String { client.queue }

  /// The names of a client's fields, which a script can read: `queue`, `type` and `connection`.
  package static let fieldNames = ["queue", "type", "connection"]

  package var fields: [Record.Field] {
    [("queue", .string(queue)), ("type", .string(client.type)), ("connection", .string(connection.label))]
  }
}

/// The session's timeout, for calls and clients without a timeout of their own.
///
/// The command `set timeout:` changes the timeout, even for clients that already exist.
package final class SessionTimeout: Sendable {
  private let state: Mutex<Duration?>

  package init(_ duration: Duration?) { state = Mutex(duration) }

  /// The timeout; nil for no limit.
  package var duration: Duration? {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
}

/// The names of the queues that a connection's clients use.
///
/// The names are in the order of their first use, without duplicates.
package final class ConnectionQueueNames: Sendable {
  private let state = Mutex<[String]>([])

  package var names: [String] { state.withLock { $0 } }

  package func add(_ name: String) { state.withLock { if !$0.contains(name) { $0.append(name) } } }
}

/// A connection to a broker or to the embedded service, as a value of the language.
public struct ConnectionValue: Sendable {
  /// The link to the broker, or to the embedded service.
  public let link: any ServiceLink
  /// The number of this connection in the order of creation.
  ///
  /// No two connections have the same number.
  public let serial: Int
  /// The value of `connect name:`; nil if the script gives no name.
  public let name: String?

  /// The protection of the service against changes.
  package let protection: ServiceProtection
  /// The value of `connect env:`, such as `production`; nil if the script does not give the option `env:`.
  package let env: String?

  /// The protection of a service against changes, the value of `connect guard:`.
  ///
  /// With `none`, a script can change everything. With `confirm`, the user must confirm each destroy. With `read-only`,
  /// the program refuses every change.
  package enum ServiceProtection: String, Sendable, CaseIterable {
    case none, confirm
    case readOnly = "read-only"
  }

  /// The queues that the connection's clients use.
  package let queues = ConnectionQueueNames()

  /// Creates a connection.
  package init(
    link: any ServiceLink, serial: Int, name: String?, protection: ServiceProtection = .none, env: String? = nil
  ) {
    self.link = link
    self.serial = serial
    self.name = name
    self.protection = protection
    self.env = env
  }

  /// The address of the broker or the embedded service, without the password.
  public var address: String { link.address }

  /// The connection's name, if it has one, followed by the address.
  package var label: String { name.map { "\($0) \(address)" } ?? address }
}
