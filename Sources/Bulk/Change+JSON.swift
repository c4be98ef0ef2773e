import Client
public import JSONText
import Redaction

extension Change {
  /// The change as JSON, for the output of a dry run and for the workers of a pool.
  ///
  /// The JSON contains the names of secret members of `meta`, at any depth, but not their values. A worker creates the
  /// change from the JSON and its own secret values with ``init(json:meta:after:)``.
  public var json: JSONObject {
    var object = JSONObject([
      ("broker", .string(target.broker)), ("queue", .string(target.queue)), ("type", .string(target.type)),
      ("verb", .string(verb.rawValue)), ("method", .string(method)), ("params", .object(paramsNamingSecrets)),
      ("expires", .bool(expires)), ("timeout", timeout.map { .number(JSONNumber($0.wholeMilliseconds)) } ?? .null),
    ])
    if let key { object["key"] = .string(key) }
    return object
  }

  /// Appends changes to bytes as the text of a JSON array.
  ///
  /// To save time, the function does not create the JSON objects. To save space, only the first element has all members
  /// of ``json``. If a later change differs from the first change only in its id, the element is the id alone:
  ///
  ///     [{"params":{"id":"7"},"verb":"destroy",...},"8","9"]
  ///
  /// Any other later change omits the members that equal those of the first change, except `params` and `key`. In
  /// `params`, it omits a `meta` that equals the `meta` of the first change. If only the first change has a `meta`, the
  /// later change contains a `meta` of null.
  public static func encode(_ changes: [Change], into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "["))
    if let first = changes.first {
      first.encode(into: &bytes, after: nil, with: nil)
      let meta = first.params["meta"]
      for change in changes.dropFirst() {
        bytes.append(UInt8(ascii: ","))
        if let id = change.id(ifElseEqualTo: first) {
          bytes.append(jsonString: id)
        } else {
          change.encode(into: &bytes, after: first, with: meta)
        }
      }
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// Returns the id if it is the only difference from another change; otherwise nil.
  private func id(ifElseEqualTo other: Change) -> String? {
    guard target == other.target, verb == other.verb, method == other.method, expires == other.expires,
      timeout == other.timeout, key == nil, other.key == nil,
      case .string(let id)? = params.value(of: "id", ifElseEqualTo: other.params)
    else { return nil }
    return id
  }

  /// Appends the JSON text of a change; `first` is the first change of the list, and `meta` is its `meta`.
  private func encode(into bytes: inout [UInt8], after first: Change?, with meta: JSONValue?) {
    bytes.append(contentsOf: #"{"params":"#.utf8)
    encodeParams(into: &bytes, after: meta)
    if first?.target != target {
      bytes.append(contentsOf: #","broker":"#.utf8)
      bytes.append(jsonString: target.broker)
      bytes.append(contentsOf: #","queue":"#.utf8)
      bytes.append(jsonString: target.queue)
      bytes.append(contentsOf: #","type":"#.utf8)
      bytes.append(jsonString: target.type)
    }
    if first?.verb != verb || first?.method != method {
      bytes.append(contentsOf: #","verb":"#.utf8)
      bytes.append(jsonString: verb.rawValue)
      bytes.append(contentsOf: #","method":"#.utf8)
      bytes.append(jsonString: method)
    }
    if first?.expires != expires || first?.timeout != timeout {
      bytes.append(contentsOf: (expires ? #","expires":true,"timeout":"# : #","expires":false,"timeout":"#).utf8)
      bytes.append(contentsOf: (timeout.map { "\($0.wholeMilliseconds)" } ?? "null").utf8)
    }
    if let key {
      bytes.append(contentsOf: #","key":"#.utf8)
      bytes.append(jsonString: key)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private func encodeParams(into bytes: inout [UInt8], after common: JSONValue?) {
    guard let common else { return paramsNamingSecrets.encode(into: &bytes) }
    let meta = params["meta"]
    if meta == common { return params.encode(into: &bytes, without: "meta") }
    var params = paramsNamingSecrets
    if meta == nil { params["meta"] = .null }
    params.encode(into: &bytes)
  }

  /// The parameters, with a placeholder such as `{"secret": "token"}` for each secret value in `meta`.
  private var paramsNamingSecrets: JSONObject {
    guard let meta = params["meta"]?.objectValue, meta.hasSecrets else {
      return params
    }
    var params = params
    params["meta"] = .object(meta.namingSecrets)
    return params
  }

  /// Creates a change from an element of the list that ``encode(_:into:)`` writes; nil if the element is malformed.
  ///
  /// `first` is the first change of the list, and nil for the first element. `meta` contains the secret values.
  public static func decode(_ element: JSONValue, meta: JSONObject, after first: Change?) -> Change? {
    switch element {
    case .object(let object): Change(json: object, meta: meta, after: first)
    case .string(let id): first.map { Change($0, id: id) }
    default: nil
    }
  }

  /// Creates a copy of a change for a resource with another id.
  private convenience init(_ other: Change, id: String) {
    var params = other.params
    params["id"] = .string(id)
    self.init(
      target: other.target, verb: other.verb, method: other.method, params: params, expires: other.expires,
      timeout: other.timeout, key: other.key)
  }

  /// Creates a change from JSON, with secret values from `meta`; nil if a member is missing or has a wrong type.
  ///
  /// In a list of changes, a later change omits the members that equal those of the first change. The initializer takes
  /// these members from `first`, except `params` and `key`. If `params` has no `meta`, the change gets the `meta` of
  /// `first`.
  public convenience init?(json object: JSONObject, meta: JSONObject, after first: Change? = nil) {
    guard var params = object["params"]?.objectValue, let target = TargetQueue(object) ?? first?.target,
      let (verb, method) = Self.method(object) ?? first.map({ ($0.verb, $0.method) }),
      let (expires, timeout) = Self.times(object) ?? first.map({ ($0.expires, $0.timeout) })
    else { return nil }
    if let own = params["meta"] {
      params["meta"] = own.objectValue.map { .object($0.filled(from: meta)) }
    } else if let common = first?.params["meta"] {
      params["meta"] = common
    }
    self.init(
      target: target, verb: verb, method: method, params: params, expires: expires, timeout: timeout,
      key: object["key"]?.stringValue)
  }

  private static func method(_ object: JSONObject) -> (Verb, String)? {
    guard let verb = object["verb"]?.stringValue.flatMap(Verb.init), let method = object["method"]?.stringValue else {
      return nil
    }
    return (verb, method)
  }

  private static func times(_ object: JSONObject) -> (Bool, Duration?)? {
    guard case .bool(let expires)? = object["expires"], let timeout = object["timeout"] else { return nil }
    return (expires, timeout.numberValue?.integer.map { .milliseconds($0) })
  }
}

extension TargetQueue {
  fileprivate convenience init?(_ object: JSONObject) {
    guard let broker = object["broker"]?.stringValue, let queue = object["queue"]?.stringValue,
      let type = object["type"]?.stringValue
    else { return nil }
    self.init(broker: broker, queue: queue, type: type)
  }
}

extension Change {
  /// Returns the names of the secrets that a change in JSON needs, but that `meta` does not contain.
  ///
  /// The name of a secret inside another member has a prefix, as in `auth.token`.
  public static func secrets(of object: JSONObject, missingIn meta: JSONObject) -> [String] {
    object["params"]?["meta"]?.objectValue?.secrets(missingIn: meta) ?? []
  }
}

extension JSONObject {
  /// The name of the member in a placeholder for a secret value: `{"secret": NAME}`.
  private static let mark = "secret"

  /// Returns whether a value is the placeholder for the secret value of the member `key`.
  private static func isPlaceholder(_ value: JSONValue, of key: String) -> Bool {
    guard let object = value.objectValue else { return false }
    return object.count == 1 && object[mark]?.stringValue == key
  }

  /// Returns the `meta` of a change as a journal records it: with placeholders for secret values.
  ///
  /// The result does not contain the member `host` if its value is `ownHost`, because another machine can resume the
  /// journal.
  func namingSecrets(ownHost: String) -> JSONObject {
    var meta = namingSecrets
    if meta["host"] == .string(ownHost) { meta["host"] = nil }
    return meta
  }

  /// The object without its secret members, also inside objects and lists; the members are sorted by name.
  var withoutSecrets: JSONObject {
    let members = filter { key, value in !Secrets.isSecret(name: key) }.map { ($0.key, $0.value.withoutSecrets) }
    return JSONObject(members.sorted { $0.0 < $1.0 })
  }

  /// The object with a placeholder for each secret value, also inside objects and lists.
  fileprivate var namingSecrets: JSONObject {
    replacingSecrets { key, _ in .object(JSONObject([(Self.mark, .string(key))])) }
  }

  /// The object with the values of `meta` in place of the placeholders.
  fileprivate func filled(from meta: JSONObject) -> JSONObject {
    JSONObject(
      map { key, value in
        (key, Self.isPlaceholder(value, of: key) ? meta[key] ?? .null : value.filled(from: meta[key] ?? .null))
      })
  }

  fileprivate func secrets(missingIn meta: JSONObject) -> [String] {
    flatMap { key, value -> [String] in
      if Self.isPlaceholder(value, of: key) { return meta[key] == nil ? [key] : [] }
      return value.secrets(missingIn: meta[key] ?? .null).map { "\(key).\($0)" }
    }
  }
}

extension ResourceClient {
  /// Returns the `meta` that a journal records for a change, with secret values from this client's `meta`.
  ///
  /// - Throws: ``LookupFailure`` if this client's `meta` lacks a secret value.
  func filled(recorded meta: JSONObject) throws(LookupFailure) -> JSONObject {
    let own = settings.meta
    if let name = meta.secrets(missingIn: own).first {
      throw .undecided("the journal does not contain secret values, such as \(name) in the meta of the change")
    }
    var meta = meta.filled(from: own)
    if meta["host"] == nil, let host = own["host"] { meta["host"] = host }
    return meta
  }
}

extension JSONValue {
  fileprivate var withoutSecrets: JSONValue {
    switch self {
    case .object(let object): .object(object.withoutSecrets)
    case .array(let array): .array(JSONArray(array.map(\.withoutSecrets)))
    default: self
    }
  }

  fileprivate func filled(from meta: JSONValue) -> JSONValue {
    switch self {
    case .object(let object): .object(object.filled(from: meta.objectValue ?? [:]))
    case .array(let array): .array(JSONArray(array.paired(with: meta).map { $0.filled(from: $1) }))
    default: self
    }
  }

  fileprivate func secrets(missingIn meta: JSONValue) -> [String] {
    switch self {
    case .object(let object): object.secrets(missingIn: meta.objectValue ?? [:])
    case .array(let array): array.paired(with: meta).flatMap { $0.secrets(missingIn: $1) }
    default: []
    }
  }
}

extension JSONArray {
  /// The elements, each with the element of another list at the same index; null if there is no such element.
  fileprivate func paired(with other: JSONValue) -> [(JSONValue, JSONValue)] {
    let others = other.arrayValue.map { Array($0) } ?? []
    return enumerated().map { index, element in (element, index < others.count ? others[index] : .null) }
  }
}

extension JSONObject {
  /// The object with hashes instead of secret values, also inside objects and lists.
  ///
  /// The journal stores only the hashes. A lookup can still compare the values, because equal values have equal hashes.
  var hashingSecrets: JSONObject {
    guard hasSecrets else { return self }
    return replacingSecrets { key, value in
      let hash = StableHash(key + value.text)
      return .string("hash:" + String(hash.high, radix: 16) + String(hash.low, radix: 16))
    }
  }

  /// Returns the object with other values for its secret members, also inside objects and lists.
  ///
  /// `replacement` returns the new value of a member from its name and its value.
  fileprivate func replacingSecrets(_ replacement: (String, JSONValue) -> JSONValue) -> JSONObject {
    JSONObject(
      map { key, value in
        Secrets.isSecret(name: key) && !value.isNull
          ? (key, replacement(key, value)) : (key, value.replacingSecrets(replacement))
      })
  }

  fileprivate var hasSecrets: Bool {
    contains { key, value in Secrets.isSecret(name: key) && !value.isNull || value.hasSecrets }
  }
}

extension JSONValue {
  fileprivate func replacingSecrets(_ replacement: (String, JSONValue) -> JSONValue) -> JSONValue {
    switch self {
    case .object(let object): .object(object.replacingSecrets(replacement))
    case .array(let array): .array(JSONArray(array.map { $0.replacingSecrets(replacement) }))
    default: self
    }
  }

  fileprivate var hasSecrets: Bool {
    switch self {
    case .object(let object): object.hasSecrets
    case .array(let array): array.contains(where: \.hasSecrets)
    default: false
    }
  }
}
