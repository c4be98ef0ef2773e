public import Client
import JSONAPI
public import JSONText

/// An object that looks up changes whose outcomes are unknown.
///
/// To look up a change, the object reads resources, and finds out whether the service carried out the change
/// (BulkChanges.md, "Resuming").
public struct UnknownChangeResolver: Sendable {
  /// The result of looking up a change whose outcome is unknown.
  public enum LookupFinding: Sendable {
    /// The change was carried out; `id` is the resource's id.
    ///
    /// `reply` contains the resource as the lookup read it; nil if the lookup read only linkage.
    case carriedOut(id: String?, reply: ChangeResult? = nil)
    /// The change was not found, and can safely be sent again.
    case repeatable
    /// The change may have been carried out, or may still be carried out later.
    ///
    /// `failure` says why the lookup failed. It is nil if the service replied, but the lookup did not find the change.
    case unknown(failure: LookupFailure?)
    /// Several resources have the key of the `create`; the value is their number.
    case doubled(Int)

    /// The change was not found, and can't safely be sent again.
    static var notFound: LookupFinding { .unknown(failure: nil) }
  }

  let client: ResourceClient
  /// A function that converts the names in a result to the spelling that the statement's client requires.
  ///
  /// The lookups themselves use the service's spelling.
  private let renamed: @Sendable (JSONValue) -> JSONValue
  /// The field by which a lookup finds a created resource, such as `email`; nil if there is no such field.
  private let keyField: String?
  /// Whether the time of the option `settle:` has passed.
  ///
  /// If true, the service can no longer carry out a change that was not found.
  let isSettled: Bool
  /// The attributes that the resource has after a sequence of updates, such as a `transition`; nil if each change is
  /// one request.
  private let goal: JSONObject?
  private let limit = LookupLimit()
  private let keyControl = KeyLookupTestCreate()

  /// Creates a resolver that reads with a client.
  ///
  /// - Parameters:
  ///   - client: Reads the resources.
  ///   - keyField: The field by which a lookup finds a created resource, such as `email`; nil if there is no such
  ///     field. The lookup uses the service's spelling of the field.
  ///   - isSettled: Whether the time of `settle:` has passed.
  ///   - goal: The attributes of the resource after a sequence of updates. If the resource has these attributes, the
  ///     sequence was carried out. Nil if each change is one request.
  public init(_ client: ResourceClient, keyField: String?, isSettled: Bool, goal: JSONObject? = nil) {
    renamed = { [client] in client.renamed($0) }
    self.client = client.withWireNames
    self.keyField = keyField.map(client.wireName)
    self.isSettled = isSettled
    self.goal = goal
  }

  /// The number of timeouts in a row after which the resolver looks up no more changes.
  public static let timeoutLimit = LookupLimit.timeoutLimit

  /// The counts of the failed lookups so far.
  public var failures: FailedLookups { limit.failures }

  /// Returns whether a change can be looked up, which depends on its verb and key.
  func finds(_ change: Change) -> Bool {
    switch change.verb {
    case .destroy, .update, .link, .relink, .unlink: true
    case .create: change.key != nil && impossibility(of: change) == nil
    case .call: false
    }
  }

  /// Looks up a change whose content is the same as when it was sent.
  public func look(_ change: Change) async -> LookupFinding { await look(change, sent: change.content.hashingSecrets) }

  /// Looks up a change that was sent with the content `sent`, in which hashes replace the secret values.
  public func look(_ change: Change, sent: JSONObject) async -> LookupFinding {
    let finding = await limit.run { () async throws(ClientError) in
      try await found(change, goal.map { ["attributes": .object($0)] } ?? sent)
    }
    switch finding {
    case .success(let finding): return finding
    case .failure(let failure): return .unknown(failure: failure)
    }
  }

  private func found(_ change: Change, _ sent: JSONObject) async throws(ClientError) -> LookupFinding {
    switch change.verb {
    case .destroy: try await destroyed(change)
    case .update: try await updated(change, sent)
    case .create: try await created(change, sent)
    case .link, .relink, .unlink: try await linked(change, sent)
    case .call: isSettled ? .repeatable : .notFound
    }
  }

  /// Reads the number of resources with the key of a `create`; the number is 0 if the service ignores the filter.
  func count(ofKey change: Change) async -> Result<Int, LookupFailure> {
    await limit.run { () async throws(ClientError) in try await list(ofKey: change)?.count ?? 0 }
  }

  /// Reads the resources with the key of a `create`; returns nil if the service ignores the filter by the key.
  private func list(ofKey change: Change) async throws(ClientError) -> Document? {
    guard let keyField, let key = change.filterableKey else { return nil }
    var query = change.query
    query.filter = [(keyField, key)]
    let found = try await client.reading(for: change).index(query)
    for resource in found.resources { try change.refuseOther(resource, than: nil) }
    return found.resources.allSatisfy { $0["attributes"]?[keyField]?.idText == key } ? found : nil
  }

  /// Returns the reason why no lookup by key can find a `create`; nil if a lookup can find it.
  private func impossibility(of change: Change) -> LookupFailure? {
    guard let keyField else { return .impossible("the option key: does not name a field") }
    guard let key = change.key else { return nil }
    if let attributes = change.params["data"]?["attributes"]?.objectValue, !attributes.contains(keyField) {
      return .impossible("\(keyField) is not an attribute of the record")
    }
    if key.isEmpty { return .impossible("a filter can't contain an empty key") }
    guard change.filterableKey == nil else { return nil }
    return .impossible("a filter can't contain the key \(JSONValue.string(key).text), which has a comma")
  }

  private func destroyed(_ change: Change) async throws(ClientError) -> LookupFinding {
    guard let id = change.id else { return .notFound }
    return try await document(change, id, Query()) == nil
      ? .carriedOut(id: id, reply: .document(Document())) : .repeatable
  }

  private func updated(_ change: Change, _ sent: JSONObject) async throws(ClientError) -> LookupFinding {
    guard let id = change.id, let document = try await document(change, id, change.query) else { return .repeatable }
    let resource = document.resource ?? [:]
    if try await holds(resource, id, sent, change) { return .carriedOut(id: id, reply: reply(document)) }
    return isSettled || change.content.hashingSecrets == sent ? .repeatable : .notFound
  }

  private func created(_ change: Change, _ sent: JSONObject) async throws(ClientError) -> LookupFinding {
    if let failure = impossibility(of: change) { return .unknown(failure: failure) }
    guard let found = try await list(ofKey: change) else {
      return .unknown(failure: .undecided("the service ignores the filter by \(keyField ?? "key")"))
    }
    guard let resource = found.first else {
      guard isSettled else { return .notFound }
      return try await keyFailure().map { .unknown(failure: $0) } ?? .repeatable
    }
    guard found.count == 1 else { return .doubled(found.count) }
    guard let id = resource["id"]?.idText else {
      throw ClientError(.malformed, "the reply has a resource without an id", nextStep: nil)
    }
    if try await holds(resource, id, sent, change) { return .carriedOut(id: id, reply: reply(found)) }
    guard isSettled else { return .notFound }
    return .unknown(
      failure: .undecided(
        "the resource \(id) has the same \(keyField ?? "key") as the change, but other fields differ"))
  }

  /// Records a `create` that an earlier run carried out, so that a lookup can test whether lookups by key are reliable.
  func record(created change: Change) {
    if change.filterableKey != nil { keyControl.record(change) }
  }

  /// Returns the reason why lookups by key are unreliable; nil if they are reliable, or if this is unknown.
  ///
  /// They are unreliable if a lookup does not find a resource that an earlier run created.
  private func keyFailure() async throws(ClientError) -> LookupFailure? {
    guard let known = keyControl.change else { return nil }
    if keyControl.isFound == nil { keyControl.isFound = try await list(ofKey: known)?.first != nil }
    guard keyControl.isFound == false else { return nil }
    return .undecided(
      "a lookup by \(keyField ?? "key") also does not find \(known.key ?? ""), which an earlier run created: the "
        + "service may store other values of \(keyField ?? "the key")")
  }

  private func reply(_ document: Document) -> ChangeResult {
    ChangeResult(renamed(.object(document.object)), givesDocument: true)
  }

  /// Reads the resource of a change; returns nil if the resource does not exist.
  ///
  /// - Throws: A `protocol` error if the reply is about another resource, so that it says nothing about this one.
  private func document(_ change: Change, _ id: String, _ query: Query) async throws(ClientError) -> Document? {
    let document: Document
    do throws(ClientError) { document = try await client.reading(for: change).show(id, query) } catch {
      if error.kind == .notFound { return nil }
      throw error
    }
    if let other = document.first?["id"]?.idText, !other.isSame(as: id) {
      throw ClientError(.malformed, "\(client.type) show: \"\(id)\" was requested, but the reply is about \"\(other)\"")
    }
    guard let resource = document.resource else {
      throw ClientError(.malformed, "the reply has no resource", nextStep: nil)
    }
    try change.refuseOther(resource, than: id)
    return document
  }
}

extension Change {
  /// Throws a `malformed` error if a resource in a reply has another type than the change, or another id than `id`.
  ///
  /// If `id` is nil, the resource can have any id. A reply about another resource does not show the outcome.
  fileprivate func refuseOther(_ resource: JSONObject, than id: String?) throws(ClientError) {
    let (type, own) = (resource["type"]?.stringValue, resource["id"]?.idText)
    guard type?.isSame(as: target.type) == true, id.map({ own?.isSame(as: $0) == true }) ?? true else {
      throw ClientError(
        .malformed,
        "the reply is about \(type ?? "?")/\(own ?? "?"), and not about \(target.type)\(id.map { "/\($0)" } ?? "")",
        nextStep: nil)
    }
  }

  /// The key of a `create`, if a filter can contain the key; otherwise nil.
  ///
  /// A filter can't contain an empty key, or a key with a comma, because a comma separates the values of a filter.
  fileprivate var filterableKey: String? { key.flatMap { $0.isEmpty || $0.contains(",") ? nil : $0 } }

  /// The query of a lookup: it includes the same related resources as the request of the change.
  fileprivate var query: Query {
    var query = Query()
    query.include = params["include"]?.stringValue?.split(separator: ",").map(String.init) ?? []
    return query
  }
}
