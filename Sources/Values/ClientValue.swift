public import Client
public import JSONRPC
import Synchronization

/// A client as a value: a queue of a connection, and how to speak to it.
public struct ClientValue: Sendable {
  /// What messages call it: its type, and its queue where that is named otherwise.
  public let name: String
  /// The verbs.
  public package(set) var client: ResourceClient
  /// The connection it was made on.
  public let connection: ConnectionValue
  /// Tells clients of a session apart, in the order they were made.
  package let serial: Int
  /// How long its requests wait where it was not made with a time of its own.
  package let sessionTimeout: SessionTimeout?

  /// Creates a client.
  package init(
    name: String, client: ResourceClient, connection: ConnectionValue, serial: Int, sessionTimeout: SessionTimeout?
  ) {
    self.name = name
    self.client = client
    self.connection = connection
    self.serial = serial
    self.sessionTimeout = sessionTimeout
  }

  /// The queue.
  public var queue: String { client.queue }

  /// The names of its fields.
  package static let fieldNames = ["queue", "type", "connection"]

  package var fields: [Record.Field] {
    [("queue", .string(queue)), ("type", .string(client.settings.type)), ("connection", .string(connection.label))]
  }
}

/// How long requests wait where neither call nor client says: what `set timeout:` changes for clients that are there.
package final class SessionTimeout: Sendable {
  private let state: Mutex<Duration?>

  package init(_ duration: Duration?) { state = Mutex(duration) }

  /// The time; nil for ever.
  package var duration: Duration? {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
}

/// Names of queues, in the order they were first used.
package final class UsedQueues: Sendable {
  private let state = Mutex<[String]>([])

  package var names: [String] { state.withLock { $0 } }

  package func add(_ name: String) { state.withLock { if !$0.contains(name) { $0.append(name) } } }
}

/// A connection as a value.
public struct ConnectionValue: Sendable {
  /// The link to the broker, or to the embedded service.
  public let link: any Link
  /// Tells connections of a session apart, in the order they were made.
  public let serial: Int
  /// The name that `connect name:` gave it.
  public let name: String?

  /// What it takes: anything, destruction only where a person agrees, or no change at all.
  package let protection: Protection
  /// The environment that `connect env:` named.
  package let env: String?

  /// What a connection takes (`connect guard:`).
  package enum Protection: String, Sendable, CaseIterable {
    case none, confirm
    case readOnly = "read-only"
  }

  /// The queues of the clients that were made on it.
  package let queues = UsedQueues()

  /// Creates a connection.
  package init(
    link: any Link, serial: Int, name: String?, protection: Protection = .none, env: String? = nil
  ) {
    self.link = link
    self.serial = serial
    self.name = name
    self.protection = protection
    self.env = env
  }

  /// Where it leads, without the password.
  public var address: String { link.address }

  /// Its name, where it has one, and its address.
  package var label: String { name.map { "\($0) \(address)" } ?? address }
}
