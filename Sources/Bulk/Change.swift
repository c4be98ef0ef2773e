public import Client
import JSONAPI
public import JSONText

/// A change of a service's data as it goes over the wire: a value that can be written as JSON and read again.
///
/// It has no way to be sent; a ``Dispatcher`` hands it to a ``Carrier``.
public struct Change: Sendable, Equatable {
  /// What a change does.
  public enum Verb: String, Sendable, CaseIterable {
    case create, update, destroy, link, relink, unlink, call
  }

  /// The queue that a change goes to.
  public struct Target: Sendable, Hashable {
    /// Which broker and vhost: the same for connections that lead to the same one.
    public var broker: String
    /// The queue.
    public var queue: String
    /// The JSON:API type of the client's resources.
    public var type: String

    /// Creates a target.
    public init(broker: String, queue: String, type: String) {
      self.broker = broker
      self.queue = queue
      self.type = type
    }
  }

  /// Where it goes.
  public var target: Target
  /// What it does.
  public var verb: Verb
  /// The JSON-RPC method.
  public var method: String
  /// The parameters as they go out: with the client's `meta`, and names as the client writes them.
  public var params: JSONObject
  /// Whether its message dies at its deadline, so that it can't be carried out later (AMQP `expiration`).
  public var expires: Bool
  /// How long to wait for its reply; nil waits for ever.
  public var timeout: Duration?
  /// What tells it from others that make a resource, where `key:` says so.
  public var key: String?
  /// Whether it destroys: the verb, or a called method that is named for it.
  public let destroys: Bool

  /// Creates a change.
  public init(
    target: Target, verb: Verb, method: String, params: JSONObject, expires: Bool, timeout: Duration?,
    key: String? = nil
  ) {
    self.target = target
    self.verb = verb
    self.method = method
    self.params = params
    self.expires = expires
    self.timeout = timeout
    self.key = key
    destroys = verb == .destroy || verb == .call && Self.destroys(method: method)
  }

  /// Creates the change of a client's request.
  ///
  /// - Throws: a `value` error of `ResourceClient.wireParams(of:)`.
  public init(
    _ verb: Verb, _ request: ChangeRequest, of client: ResourceClient, at broker: String,
    patience: ResourceClient.Patience, expires: Bool
  ) throws(ClientError) {
    self.init(
      target: Target(broker: broker, queue: client.queue, type: client.settings.type), verb: verb,
      method: request.method, params: try client.wireParams(of: request), expires: expires,
      timeout: client.timeout(patience))
  }

  /// The id of the resource that it changes; nil where it makes one.
  public var id: String? { params["id"]?.idText }

  /// Whether its reply is a JSON:API document.
  var givesDocument: Bool { verb == .create || verb == .update || verb == .destroy }

  /// Whether a method's name says that it destroys.
  public static func destroys(method: String) -> Bool {
    let name = Array(method.lowercased().utf8)
    return ["destroy", "delete"].contains { word in
      name.indices.contains { name[$0...].starts(with: word.utf8) }
    }
  }
}
