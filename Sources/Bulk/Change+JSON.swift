import Client
public import JSONText
import Redaction

extension Change {
  /// The change as JSON, for dry runs and other processes.
  ///
  /// Secret members of `meta` are named, not stored: ``init(json:meta:)`` takes their values from the client.
  public var json: JSONObject {
    var params = params
    if let meta = params["meta"]?.objectValue { params["meta"] = .object(meta.namingSecrets) }
    var object = JSONObject([
      ("broker", .string(target.broker)), ("queue", .string(target.queue)), ("type", .string(target.type)),
      ("verb", .string(verb.rawValue)), ("method", .string(method)), ("params", .object(params)),
      ("expires", .bool(expires)), ("timeout", timeout.map { .number(JSONNumber($0.wholeMilliseconds)) } ?? .null),
    ])
    if let key { object["key"] = .string(key) }
    return object
  }

  /// Creates a change from JSON, with secrets from the client's `meta`; nil if a member is missing or has another type.
  public init?(json object: JSONObject, meta: JSONObject) {
    guard let broker = object["broker"]?.stringValue, let queue = object["queue"]?.stringValue,
      let type = object["type"]?.stringValue, let verb = object["verb"]?.stringValue.flatMap(Verb.init),
      let method = object["method"]?.stringValue, var params = object["params"]?.objectValue,
      case .bool(let expires)? = object["expires"], let timeout = object["timeout"]
    else { return nil }
    if let own = params["meta"]?.objectValue { params["meta"] = .object(own.filled(from: meta)) }
    self.init(
      target: Target(broker: broker, queue: queue, type: type), verb: verb, method: method, params: params,
      expires: expires, timeout: timeout.numberValue?.integer.map { .milliseconds($0) },
      key: object["key"]?.stringValue)
  }
}

extension JSONObject {
  /// The placeholder of a secret: `{"secret": NAME}`.
  private static let mark = "secret"

  fileprivate var namingSecrets: JSONObject {
    JSONObject(
      map { key, value in
        (key, Secrets.isSecret(name: key) && !value.isNull ? .object(JSONObject([(Self.mark, .string(key))])) : value)
      })
  }

  fileprivate func filled(from meta: JSONObject) -> JSONObject {
    JSONObject(
      map { key, value in
        guard let object = value.objectValue, object.count == 1, object[Self.mark]?.stringValue == key else {
          return (key, value)
        }
        return (key, meta[key] ?? .null)
      })
  }
}

extension JSONObject {
  /// The object with hashes in place of secret values, so that contents can be compared.
  var hashingSecrets: JSONObject {
    JSONObject(
      map { key, value in
        if Secrets.isSecret(name: key), !value.isNull {
          let hash = StableHash(key + value.text)
          return (key, .string("hash:" + String(hash.high, radix: 16) + String(hash.low, radix: 16)))
        }
        return (key, value.objectValue.map { .object($0.hashingSecrets) } ?? value)
      })
  }
}
