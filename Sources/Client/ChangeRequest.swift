import JSONAPI
public import JSONText

/// A request that changes no data.
public struct ReadRequest: Sendable, Equatable {
  /// The JSON-RPC method of the request, such as `index`.
  public var method: String
  /// The parameters, before ``ResourceClient/wireParams(of:)-(ReadRequest)`` adds the client's `meta`.
  public var params: JSONObject
  /// Whether the client sends the names in the parameters unchanged, regardless of its setting `keys`.
  public var keepsKeys: Bool

  /// Creates a request.
  public init(method: String, params: JSONObject, keepsKeys: Bool = false) {
    self.method = method
    self.params = params
    self.keepsKeys = keepsKeys
  }
}

/// A request that changes data.
///
/// A client can't send the request directly. The module `Bulk` converts the request to a `Change`, and sends the
/// change. If no reply arrives, the outcome of the change is unknown.
public struct ChangeRequest: Sendable, Equatable {
  /// The JSON-RPC method of the request, such as `create`.
  public var method: String
  /// The parameters, before ``ResourceClient/wireParams(of:)-(ChangeRequest)`` adds the client's `meta`.
  public var params: JSONObject
  /// Whether the client sends the names in the parameters unchanged, regardless of its setting `keys`.
  public var keepsKeys: Bool
  /// Whether the message expires at its deadline (AMQP `expiration`).
  ///
  /// If true, the service can't receive the change after the deadline.
  public var expires = true
  /// The names of relationships that a `create` does not send, because the copied resource has no linkage for them.
  public internal(set) var notLoaded: [String] = []
  /// Whether the parameters are ready to send, and contain the client's `meta`.
  var isComplete = false

  /// Creates a request.
  public init(method: String, params: JSONObject, keepsKeys: Bool = false) {
    self.method = method
    self.params = params
    self.keepsKeys = keepsKeys
  }
}

extension ResourceClient {
  /// Returns the request that creates a resource from a record (in the Elixir library: Retort.Client.Generic `create`).
  ///
  /// A `record` is a resource object or a plain record, such as `{title: "New"}`. If `keepID` is true, the request
  /// contains the id. Otherwise the function omits the id of a resource object, and refuses a plain record with an id.
  ///
  /// - Throws: A `value` error for malformed linkage, for an invalid id, or for a refused id.
  public func createRequest(
    _ record: JSONObject, options: JSONObject = [:], keepID: Bool = false
  ) throws(ClientError) -> ChangeRequest {
    let document = try ResourceFromRecord(record, settings, verb: "create")
    if !document.isResource, !keepID, let id = record["id"], !id.isNull {
      throw ClientError(
        .value, "\(label("create")): the record has the id \(id.text), but the service assigns ids",
        nextStep: "send the id with keep-id: true, or remove the id; in a pipeline: | without .id")
    }
    let data = document.data(id: keepID ? try document.id(record["id"], of: "the record") : nil)
    let params = JSONObject("data", data).merging(options)
    var request = ChangeRequest(method: "create", params: params)
    request.notLoaded = document.notLoaded
    return request
  }

  /// Returns the request that updates a resource (in the Elixir library: Retort.Client.Generic `update`).
  ///
  /// - Throws: A `value` error for malformed linkage, for an invalid id, or for a record with a different id.
  public func updateRequest(
    _ id: String, _ record: JSONObject, options: JSONObject = [:]
  ) throws(ClientError) -> ChangeRequest {
    let document = try ResourceFromRecord(record, settings, verb: "update")
    _ = try document.id(.string(id), of: "the resource")
    if !document.isResource, let own = record["id"], own.idText != id {
      throw ClientError(
        .value, "\(label("update")): the record has the id \(own.text), but the statement updates \"\(id)\"",
        nextStep: "remove the id from the record: an update does not change the id")
    }
    let params = JSONObject("id", .string(id), "data", document.data(id: id)).merging(options)
    return ChangeRequest(method: "update", params: params)
  }

  /// Returns the request that destroys a resource.
  ///
  /// - Throws: A `value` error for an id that a service can read as several ids.
  public func destroyRequest(_ id: String, options: JSONObject = [:]) throws(ClientError) -> ChangeRequest {
    guard options.isEmpty, let meta = box.unchangedMeta, !meta.isEmpty else {
      return ChangeRequest(method: "destroy", params: JSONObject("id", .string(id)).merging(options))
    }
    try refuseSeveral("destroy", id)
    var request = ChangeRequest(method: "destroy", params: JSONObject("id", .string(id), "meta", .object(meta)))
    request.isComplete = true
    return request
  }
}

extension JSONObject {
  /// Returns the object with the members of `other` added.
  ///
  /// If a member is in both objects, the value from `other` wins. If both values are objects, the function merges them
  /// instead.
  public func merging(_ other: JSONObject) -> JSONObject {
    var result = self
    result.merge(other)
    return result
  }

  /// Adds the members of `other` to this object, like ``merging(_:)``.
  public mutating func merge(_ other: JSONObject) {
    guard !other.isEmpty else { return }
    for (key, value) in other {
      if let inner = value.objectValue, let own = self[key]?.objectValue {
        self[key] = .object(own.merging(inner))
      } else {
        self[key] = value
      }
    }
  }
}
