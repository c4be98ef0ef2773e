public import JSONAPI
public import JSONText

/// A client for one relationship of one resource, with the methods of jsonapi-resources (WireProtocol.md, "Relationship
/// methods").
///
/// ```swift
/// let tags = client.relationship("tags", of: "5")
/// let linkage = try await tags.show()
/// ```
public struct RelationshipClient: Sendable {
  /// The changes of a relationship's linkage: add, replace or remove identifiers.
  public enum LinkageChange: String, Sendable {
    /// Adds the identifiers to the linkage (`create_relationship`).
    case link = "create_relationship"
    /// Replaces the linkage with the identifiers (`update_relationship`).
    case relink = "update_relationship"
    /// Removes the identifiers from the linkage (`destroy_relationship`).
    case unlink = "destroy_relationship"

    /// The command's name in the language.
    public var word: String {
      switch self {
      case .link: "link"
      case .relink: "relink"
      case .unlink: "unlink"
      }
    }
  }

  private let client: ResourceClient
  private let name: String
  private let id: String

  init(_ client: ResourceClient, _ name: String, _ id: String) {
    (self.client, self.name, self.id) = (client, name, id)
  }

  /// Reads the linkage: an identifier, a list of identifiers, or null (`show_relationship`).
  ///
  /// - Returns: The linkage. `hasNext` is true if the reply names a next page, so that the linkage is incomplete.
  public func show(
    options: JSONObject = [:], waitLimit: ResourceClient.WaitLimit = .usual
  ) async throws(ClientError) -> (data: JSONValue, hasNext: Bool) {
    let (data, hasNext) = try await client.send(read("show_relationship", options), waitLimit: waitLimit) {
      result throws(ClientError) in
      (try client.linkage(in: result), Pagination(meta: [:], links: result["links"])?.hasNext == true)
    }
    client.observedFacts.record(name, data)
    return (data, hasNext)
  }

  /// Reads the related resources themselves (`get_related_resource`).
  ///
  /// `source` is the path of the client's type, such as `api/v1/posts`; nil means `api/v1/TYPE`. The service generates
  /// links with this path.
  public func related(
    source: String?, options: JSONObject = [:], waitLimit: ResourceClient.WaitLimit = .usual
  ) async throws(ClientError) -> Document {
    let source = source ?? "api/v1/\(client.type)"
    let options = JSONObject([("source", .string(source))]).merging(options)
    return try await client.document(read("get_related_resource", options), waitLimit: waitLimit) {
      document throws(ClientError) in
      guard document.object.contains("data") else {
        throw client.malformed("get_related_resource", "the reply has no data")
      }
    }
  }

  /// Returns the request that changes the linkage; null clears a to-one relationship.
  ///
  /// - Throws: A `value` error for invalid linkage, and for a `link` or an `unlink` of a to-one relationship.
  public func changeRequest(
    _ change: LinkageChange, _ identifiers: JSONValue, options: JSONObject = [:]
  ) throws(ClientError) -> ChangeRequest {
    if change != .relink { try refuseToOne(change, identifiers) }
    let linkage = LinkageRecognizer(client.settings, change.word)
    let data =
      if client.settings.declared(name) == nil { try linkage.of(data: identifiers, name) } else {
        try linkage.of(identifiers, name) ?? .null
      }
    let document: JSONObject = ["data": data]
    return ChangeRequest(method: change.rawValue, params: params(document.merging(options)), keepsKeys: true)
  }

  /// Throws an error for a `link` or an `unlink` of a to-one relationship.
  ///
  /// jsonapi-resources ignores a `link` of a to-one relationship. For an `unlink`, it clears the relationship, whatever
  /// the identifiers are (WireProtocol.md, "Relationship methods").
  ///
  /// An undeclared relationship counts as to-many if `identifiers` is a list, and otherwise as to-one.
  private func refuseToOne(_ change: LinkageChange, _ identifiers: JSONValue) throws(ClientError) {
    switch client.settings.declared(name) {
    case .toMany: return
    case nil where identifiers.arrayValue != nil: return
    case .toOne, nil: throw client.toOne(change, name, id, identifiers)
    }
  }

  /// Returns the parameters of a relationship method.
  ///
  /// The client never renames these parameters, because a service expects `post_id`, not `post-id`.
  private func params(_ more: JSONObject) -> JSONObject {
    let underscored = String(name.map { $0 == "-" ? "_" : $0 })
    let params = JSONObject([
      ("\(client.settings.singularName)_id", .string(id)), ("relationship", .string(underscored)),
    ])
    return params.merging(more)
  }

  private func read(_ method: String, _ more: JSONObject) -> ReadRequest {
    ReadRequest(method: method, params: params(more), keepsKeys: true)
  }
}

extension ResourceClient {
  /// Returns a client for the relationship `name` of the resource `id`.
  public func relationship(_ name: String, of id: String) -> RelationshipClient { RelationshipClient(self, name, id) }
}

extension ResourceClient {
  /// Checks that an `unlink` does not clear a to-one relationship.
  ///
  /// The function reads the linkage, and throws an error if the relationship is to-one. If the client declares the
  /// relationship as to-many, the function sends no request. For an `unlink` of a to-one relationship,
  /// jsonapi-resources ignores the identifiers and clears the relationship (WireProtocol.md, "Relationship methods").
  ///
  /// - Parameters:
  ///   - params: The parameters of the `unlink`, ready to send.
  ///   - timeout: The time to wait for the reply; nil for no limit.
  /// - Throws: A `value` error for a to-one relationship; the error of the read if the client can't read the linkage.
  @_spi(Sending)
  public func refuseUnlinkOfToOne(_ params: JSONObject, timeout: Duration?) async throws(ClientError) {
    let name = params["relationship"]?.stringValue ?? ""
    let declared = settings.relationships.first { $0.key.dashed == name.dashed }
    if case .toMany? = declared?.value { return }
    var place = params
    place["data"] = nil
    let linkage: JSONValue
    do throws(ClientError) { linkage = try await self.linkage(place, timeout) } catch { throw unread(name, error) }
    guard linkage.arrayValue == nil else { return }
    observedFacts.record(name, linkage)
    let id = params.first { $0.key.hasSuffix("_id") }?.value.idText ?? ""
    throw toOne(.unlink, declared?.key ?? name, id, params["data"] ?? .null)
  }

  /// Reads the linkage of a relationship.
  ///
  /// `place` contains the parameters that name the relationship, ready to send.
  private func linkage(_ place: JSONObject, _ timeout: Duration?) async throws(ClientError) -> JSONValue {
    let message = OutgoingRequest("show_relationship", place, changes: false, timeout: timeout)
    return try await send(message) { result throws(ClientError) in try linkage(in: result) }
  }

  /// Returns the linkage in the result of `show_relationship`: null, an identifier, or a list of identifiers.
  fileprivate func linkage(in result: JSONValue) throws(ClientError) -> JSONValue {
    let method = "show_relationship"
    guard let data = result.objectValue?["data"] else { throw malformed(method, "the reply has no data") }
    let identifiers = data.arrayValue.map(Array.init) ?? (data.isNull ? [] : [data])
    guard identifiers.allSatisfy({ $0.objectValue.flatMap { ResourceIdentifier($0) } != nil }) else {
      throw malformed(method, "the reply's data is not linkage: \(data.hidingSecrets.text.prefix(200))")
    }
    return data
  }

  /// Returns the error for an `unlink` that is not sent, because the client could not read the linkage.
  private func unread(_ name: String, _ error: ClientError) -> ClientError {
    var error = error
    error.wasSent = false
    if [.methodNotFound, .malformed, .timeout].contains(error.kind) {
      error.nextStep =
        "if \(name) is a to-many relationship, declare the relationship: client ... relationships: {\(name): [\"\(name)\"]}"
    }
    return error
  }
}

extension ClientSettings {
  /// The word before `_id` in the parameter with the id of the resource that has the relationship: `post` in `post_id`.
  var singularName: String {
    singular ?? SingularForm.word(of: type)
  }
}
