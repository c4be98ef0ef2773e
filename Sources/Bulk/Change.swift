public import Client
import JSONAPI
public import JSONText
import Redaction

/// A change of a service's data, ready to be sent.
///
/// A ``ChangeDispatcher`` passes the change to a ``ChangeCarrier``, which sends it. A change can be converted to JSON
/// and back. The type is a class, because a struct with so many members is slow to copy.
public final class Change: Sendable, Equatable {
  /// The verb of a change.
  public enum Verb: String, Sendable, CaseIterable {
    case create, update, destroy, link, relink, unlink, call
  }

  /// The queue to which the change is sent.
  public let target: TargetQueue
  /// The kind of change, as the statement names it.
  public let verb: Verb
  /// The JSON-RPC method of the request, such as `create`.
  public let method: String
  /// The parameters of the request, exactly as they are sent.
  ///
  /// The client has already added its `meta`, and has changed the spelling of names if its option `keys` requires that.
  public let params: JSONObject
  /// Whether the broker drops the change's message after the timeout (AMQP `expiration`).
  ///
  /// If true, no service can receive the message after the timeout.
  public let expires: Bool
  /// The time to wait for the reply; nil for no limit.
  public let timeout: Duration?
  /// The value of `key:` that identifies a `create`; nil if `key:` is missing, and for all other changes.
  public let key: String?
  /// Whether the change destroys data.
  ///
  /// For a `call`, this depends on the name of the method; for any other change, on the verb.
  public let destroys: Bool

  /// Creates a change.
  public init(
    target: TargetQueue, verb: Verb, method: String, params: JSONObject, expires: Bool, timeout: Duration?,
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

  /// Returns a copy of the change, with the given value of `key:`.
  public func keyed(_ key: String) -> Change {
    Change(target: target, verb: verb, method: method, params: params, expires: expires, timeout: timeout, key: key)
  }

  /// Returns an equal change whose parameters are already encoded as JSON.
  public func encodedOnce() -> Change {
    Change(
      target: target, verb: verb, method: method, params: params.encodedOnce(), expires: expires, timeout: timeout,
      key: key)
  }

  /// Whether two changes have equal members.
  public static func == (a: Change, b: Change) -> Bool {
    a === b
      || a.target == b.target && a.verb == b.verb && a.method == b.method && a.params == b.params
        && a.expires == b.expires && a.timeout == b.timeout && a.key == b.key
  }

  /// The id of the resource to change; nil for a `create`.
  public var id: String? { params["id"]?.idText }

  /// Whether the reply to the change is a JSON:API document.
  public var givesDocument: Bool { verb == .create || verb == .update || verb == .destroy }

  /// Returns whether a method changes data, judged by its name.
  ///
  /// A method changes data if its name contains the word `create`, `update`, `destroy` or `delete`, such as
  /// `destroy_all` or `bulkUpdate`. The method `recently_updated` does not contain such a word, and changes no data.
  public static func changes(method: String) -> Bool {
    var words = [""]
    for character in method {
      if !character.isLetter || character.isUppercase { words.append("") }
      words[words.count - 1] += character.lowercased()
    }
    let changing = ["create", "update", "destroy", "delete"]
    return changing.contains(method.lowercased()) || words.contains { changing.contains($0.filter(\.isLetter)) }
  }

  /// Returns whether a method is known to change no data (WireProtocol.md, "Methods").
  public static func reads(method: String) -> Bool {
    ["index", "show", "show_relationship", "get_related_resource", "get_related_resources"].contains(method)
  }

  /// Returns whether a method destroys data, judged by its name.
  public static func destroys(method: String) -> Bool {
    // A name without a D contains neither `destroy` nor `delete`. For most methods, this quick check is enough.
    guard method.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "d") }) else { return false }
    let name = method.utf8.map { $0 | 0x20 }
    return destroying.contains { name.contains(word: $0) }
  }

  private static let destroying = ["destroy", "delete"].map { Array($0.utf8) }
}
