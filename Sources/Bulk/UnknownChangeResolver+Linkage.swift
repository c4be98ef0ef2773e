import Client
import JSONAPI
import JSONText

extension UnknownChangeResolver {
  /// Looks up a `link`, `relink` or `unlink`: compares the change with the linkage of its relationship.
  ///
  /// A change that was not carried out can be sent again in these cases. A `link` or an `unlink` can always be sent
  /// again, because a repetition changes nothing. A `relink` can be sent again if the earlier run sent the same
  /// linkage, or after the time of the option `settle:`.
  ///
  /// - Throws: The `ClientError` of a failed read, and a `malformed` error for a reply that is not the linkage. Such a
  ///   reply does not show whether the change was carried out.
  func linked(_ change: Change, _ sent: JSONObject) async throws(ClientError) -> LookupFinding {
    guard let id = change.resourceID, let name = change.params["relationship"]?.stringValue else { return .notFound }
    let named = change.identifiers
    let form = LinkageForm(of: change)
    let (present, isWhole) = try await linkage(name, of: id, change, form, parentName: change.parentName)
    let isFound: Bool? =
      switch change.verb {
      // The first page can prove that an identifier is present, but not that it is absent.
      case .link: Set(present).isSuperset(of: named) ? true : isWhole ? false : nil
      // Only the ids are compared, because the service can name the types differently in its replies.
      case .unlink: !Set(present.map(\.id)).isDisjoint(with: named.map(\.id)) ? false : isWhole ? true : nil
      default:
        // A journal of an earlier version does not contain the linkage of a `relink`. The linkage in the change itself
        // is compared instead.
        isWhole ? present.texts == sent["linkage"]?.arrayValue?.compactMap(\.stringValue) ?? named.texts : nil
      }
    guard let isFound else { throw partial(name) }
    if isFound { return .carriedOut(id: nil) }
    let isHarmless = change.verb != .relink || sent == change.content.hashingSecrets
    return isHarmless || isSettled ? .repeatable : .notFound
  }

  /// Returns whether a resource has the attributes and the linkage that a change sent.
  ///
  /// Linkage that is missing in the resource is read from the service.
  func holds(
    _ resource: JSONObject, _ id: String, _ sent: JSONObject, _ change: Change
  ) async throws(ClientError) -> Bool {
    let attributes = resource["attributes"]?.objectValue?.hashingSecrets ?? [:]
    guard (sent["attributes"]?.objectValue ?? [:]).allSatisfy({ attributes[$0.key] == $0.value }) else { return false }
    for (name, value) in sent["relationships"]?.objectValue ?? [:] {
      guard let data = value["data"], let wanted = [ResourceIdentifier](linkage: data) else { return false }
      let present = try await linkage(name, in: resource, id, change, LinkageForm(of: data))
      guard wanted.texts == present.texts else { return false }
    }
    return true
  }

  /// Returns the complete linkage of a relationship, from a resource or from a further read.
  private func linkage(
    _ name: String, in resource: JSONObject, _ id: String, _ change: Change, _ form: LinkageForm
  ) async throws(ClientError) -> [ResourceIdentifier] {
    let relationship = resource["relationships"]?[name]
    let hasNext = Pagination(meta: [:], links: relationship?["links"])?.hasNext == true
    if let data = relationship?["data"], !hasNext { return try form.identifiers(data, name) }
    let (present, isWhole) = try await linkage(name, of: id, change, form, parentName: nil)
    guard isWhole else { throw partial(name) }
    return present
  }

  /// Reads the linkage of a relationship; `isWhole` is false if the reply has only the first page.
  private func linkage(
    _ name: String, of id: String, _ change: Change, _ form: LinkageForm, parentName: String?
  ) async throws(ClientError) -> (present: [ResourceIdentifier], isWhole: Bool) {
    var client = client.reading(for: change)
    // A worker does not know the client's option `singular:`, but the parameters of the change contain its value.
    if let parentName { client.settings.singular = parentName }
    let (data, hasNext) = try await client.relationship(name, of: id).show()
    return (try form.identifiers(data, name), !hasNext)
  }

  private func partial(_ name: String) -> ClientError {
    ClientError(.malformed, "the reply has only the first page of the linkage of \(name)", nextStep: nil)
  }
}

/// The form of linkage: a list for a to-many relationship, and an identifier or null for a to-one relationship.
private enum LinkageForm {
  case list, single
  /// A journal does not record the form of the linkage of a `relink`.
  case any

  /// The form of the linkage that a change of linkage sends.
  init(of change: Change) {
    let isRelink = change.verb == .relink
    self = isRelink ? change.params["data"].map { LinkageForm(of: $0) } ?? .any : .list
  }

  init(of linkage: JSONValue) { self = linkage.arrayValue == nil ? .single : .list }

  /// Returns the identifiers of linkage that a service sent.
  ///
  /// - Throws: A `malformed` error if the linkage has another form.
  func identifiers(_ data: JSONValue, _ name: String) throws(ClientError) -> [ResourceIdentifier] {
    guard self == .any || self == LinkageForm(of: data), let identifiers = [ResourceIdentifier](linkage: data) else {
      throw ClientError(
        .malformed, "the linkage of \(name) in the reply is not \(self == .list ? "a list" : "an identifier or null")",
        nextStep: nil)
    }
    return identifiers
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
