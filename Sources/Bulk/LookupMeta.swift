import Client
public import JSONText
import Redaction

extension Change {
  /// The `meta` of the change's request; nil if the request has no `meta`.
  var meta: JSONObject? { params["meta"]?.objectValue }
}

extension ResourceClient {
  /// Returns a client whose requests have the same `meta` as a change.
  ///
  /// A service can select its data by `meta`, such as the data of a tenant. So a read on behalf of a change must have
  /// the `meta` of the change. A change without `meta` gets the `meta` of this client.
  func reading(for change: Change) -> ResourceClient {
    guard let meta = change.meta, meta != settings.meta else { return self }
    var client = self
    client.settings.meta = meta
    return client
  }
}

extension JSONObject {
  /// Returns the members of a request's `meta` that can select the data of a service, sorted by name.
  ///
  /// The result does not contain secret values, because a token can change between two runs. It also does not contain
  /// the member `host` if its value is `ownHost`, because retort adds this member.
  public func selectingData(ownHost: String) -> JSONObject {
    let members = filter { key, value in !(key == "host" && value == .string(ownHost)) }
    return JSONObject(members.map { ($0.key, $0.value) }).withoutSecrets
  }
}
