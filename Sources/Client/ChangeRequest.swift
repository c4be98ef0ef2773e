import JSONAPI
public import JSONText

/// A request that changes nothing, ready to be sent.
public struct ReadRequest: Sendable, Equatable {
  /// The method.
  public var method: String
  /// The parameters, before ``ResourceClient/wireParams(of:)-(ReadRequest)`` adds what the client itself has to say.
  public var params: JSONObject
  /// Whether the names in the parameters go out as they are, whatever the client's `keys`.
  public var keepsKeys: Bool

  /// Creates a request.
  public init(method: String, params: JSONObject, keepsKeys: Bool = false) {
    self.method = method
    self.params = params
    self.keepsKeys = keepsKeys
  }
}

/// A request that changes something, so that without a reply its outcome is unknown.
///
/// It has no way to be sent: a `Change` is made of it, and the dispatcher of `Bulk` sends that.
public struct ChangeRequest: Sendable, Equatable {
  /// The method.
  public var method: String
  /// The parameters, before ``ResourceClient/wireParams(of:)-(ChangeRequest)`` adds what the client itself has to say.
  public var params: JSONObject
  /// Whether the names in the parameters go out as they are, whatever the client's `keys`.
  public var keepsKeys: Bool
  /// Whether the message dies at its deadline, so that it can't be carried out later (AMQP `expiration`).
  public var expires = true
  /// Relationships of the resource that a create is made of, which are not sent since they were not loaded.
  public internal(set) var notLoaded: [String] = []

  /// Creates a request.
  public init(method: String, params: JSONObject, keepsKeys: Bool = false) {
    self.method = method
    self.params = params
    self.keepsKeys = keepsKeys
  }
}

extension ResourceClient {
  /// The request that creates a resource of a record (Retort.Client.Generic `create`).
  ///
  /// The id of a resource goes with it only where it is kept; a record of another kind has none where it is not.
  ///
  /// - Throws: a `value` error for a nested record that is no linkage, for an id that is none, and for one that would be
  ///   left out in silence.
  public func createRequest(
    _ record: JSONObject, options: JSONObject = [:], keepID: Bool = false
  ) throws(ClientError) -> ChangeRequest {
    let document = try RecordDocument(record, settings, verb: "create")
    if !document.isResource, !keepID, let id = record["id"], !id.isNull {
      throw ClientError(
        .value, "\(label("create")): the record has the id \(id.text), which a create leaves to the service",
        nextStep: "keep-id: true sends it; otherwise leave it out: | select .text .state")
    }
    let data = document.data(id: keepID ? try document.id(record["id"], of: "the record") : nil)
    let params = JSONObject([("data", data)]).merging(options)
    var request = ChangeRequest(method: "create", params: params)
    request.notLoaded = document.notLoaded
    return request
  }

  /// The request that updates a resource (Retort.Client.Generic `update`).
  ///
  /// - Throws: a `value` error for a nested record that is no linkage, for an id that is none, and for a record that
  ///   names another id.
  public func updateRequest(
    _ id: String, _ record: JSONObject, options: JSONObject = [:]
  ) throws(ClientError) -> ChangeRequest {
    let document = try RecordDocument(record, settings, verb: "update")
    _ = try document.id(.string(id), of: "it")
    if !document.isResource, let own = record["id"], own.idText != id {
      throw ClientError(
        .value, "\(label("update")): the record's id is \(own.text), and what is updated is \"\(id)\"",
        nextStep: "leave the id out of the record: an update does not change it")
    }
    let params = JSONObject([("id", .string(id)), ("data", document.data(id: id))]).merging(options)
    return ChangeRequest(method: "update", params: params)
  }

  /// The request that destroys a resource.
  public func destroyRequest(_ id: String, options: JSONObject = [:]) -> ChangeRequest {
    ChangeRequest(method: "destroy", params: JSONObject([("id", .string(id))]).merging(options))
  }
}

extension JSONObject {
  /// The object with another's members put over it, objects member by member.
  public func merging(_ other: JSONObject) -> JSONObject {
    guard !other.isEmpty else { return self }
    var result = self
    for (key, value) in other {
      if let inner = value.objectValue, let own = result[key]?.objectValue {
        result[key] = .object(own.merging(inner))
      } else {
        result[key] = value
      }
    }
    return result
  }
}
