import Client
import JSONAPI
import JSONText

extension UnknownChangeResolver {
  /// Looks up a `link`, `relink` or `unlink`: compares the change with the linkage of its relationship.
  ///
  /// A change that was not carried out can be sent again in these cases. A `link` or an `unlink` can always be sent
  /// again, because a repetition changes nothing. A `relink` can be sent again if the earlier run sent the same
  /// linkage, or after the time of the option `settle:`.
  func linked(_ change: Change, _ sent: JSONObject) async throws(ClientError) -> LookupFinding {
    guard let id = change.resourceID, let name = change.params["relationship"]?.stringValue else { return .notFound }
    let named = change.identifiers
    let present = try await linkage(name, of: id, change, parentName: change.parentName)
    let isFound: Bool? =
      switch change.verb {
      case .link: present.map { Set($0).isSuperset(of: named) }
      // Only the ids are compared, because the service can name the types differently in its replies.
      case .unlink: present.map { Set($0.map(\.id)).isDisjoint(with: named.map(\.id)) }
      default:
        // A journal of an earlier version does not contain the linkage of a `relink`. The linkage in the change itself
        // is compared instead.
        present?.texts == sent["linkage"]?.arrayValue?.compactMap(\.stringValue) ?? named.texts
      }
    if isFound == true { return .carriedOut(id: nil) }
    let isHarmless = change.verb != .relink || sent == change.content.hashingSecrets
    return isHarmless || isSettled ? .repeatable : .notFound
  }

  /// Returns whether a resource has the attributes and the linkage that a change sent.
  ///
  /// Linkage that is missing in the resource is read from the service.
  func holds(
    _ resource: JSONObject, _ id: String?, _ sent: JSONObject, _ change: Change
  ) async throws(ClientError) -> Bool {
    let attributes = resource["attributes"]?.objectValue?.hashingSecrets ?? [:]
    guard (sent["attributes"]?.objectValue ?? [:]).allSatisfy({ attributes[$0.key] == $0.value }) else { return false }
    for (name, value) in sent["relationships"]?.objectValue ?? [:] {
      let wanted = value["data"].flatMap { [ResourceIdentifier](linkage: $0) }
      let data = resource["relationships"]?[name]?["data"]
      var present = data.flatMap { [ResourceIdentifier](linkage: $0) }
      if data == nil, let id { present = try await linkage(name, of: id, change, parentName: nil) }
      guard let wanted, let present, wanted.texts == present.texts else { return false }
    }
    return true
  }

  /// Reads the linkage of a relationship; returns nil if the service sends no linkage, or only its first page.
  ///
  /// - Throws: `ClientError` if the service does not reply.
  private func linkage(
    _ name: String, of id: String, _ change: Change, parentName: String?
  ) async throws(ClientError) -> [ResourceIdentifier]? {
    var client = client.reading(for: change)
    // A worker does not know the client's option `singular:`, but the parameters of the change contain its value.
    if let parentName { client.settings.singular = parentName }
    do throws(ClientError) {
      let (data, hasNext) = try await client.relationship(name, of: id).show()
      return hasNext ? nil : [ResourceIdentifier](linkage: data)
    } catch {
      guard error.isReply else { throw error }
      return nil
    }
  }
}

extension [ResourceIdentifier] {
  /// Creates a list of identifiers from linkage: an identifier, a list of identifiers, or null; nil for any other JSON.
  init?(linkage: JSONValue) {
    let list: [JSONValue]
    switch linkage {
    case .null: list = []
    case .array(let array): list = Array<JSONValue>(array)
    default: list = [linkage]
    }
    self = list.compactMap { $0.objectValue.flatMap { ResourceIdentifier($0) } }
    guard count == list.count else { return nil }
  }

  /// The identifiers as texts such as `tags/1`, sorted.
  var texts: [String] { map { "\($0.type)/\($0.id)" }.sorted() }
}

extension ClientError {
  /// Whether the error means that the service replied, but sent no linkage.
  fileprivate var isReply: Bool {
    switch kind {
    case .notFound, .methodNotFound, .forbidden, .sandboxAccessDisallowed, .invalid, .malformed: true
    default: false
    }
  }
}
