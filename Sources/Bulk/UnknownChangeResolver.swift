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
    case carriedOut(id: String?)
    /// The change was not found, and can safely be sent again.
    case repeatable
    /// The change may have been carried out, or may still be carried out later.
    case unknown
    /// Several resources have the key of the create; the value is their number.
    case doubled(Int)
  }

  let client: ResourceClient
  /// The field by which a lookup finds a created resource, such as `email`; nil if creates can't be looked up.
  private let keyField: String?
  /// Whether the time of the option `settle:` has passed.
  ///
  /// The service then can no longer carry out a change that was not found.
  let isSettled: Bool
  /// The attributes that the resource has after a sequence of updates, such as a `transition`; nil if each change is
  /// one request.
  private let goal: JSONObject?
  private let limit = LookupLimit()

  /// Creates a resolver that reads with a client.
  ///
  /// - Parameters:
  ///   - client: Reads the resources.
  ///   - keyField: The field by which a lookup finds a created resource, such as `email`; nil if creates can't be
  ///     looked up.
  ///   - isSettled: Whether the time of `settle:` has passed.
  ///   - goal: The attributes of the resource after a sequence of updates. If the resource has these attributes, the
  ///     sequence was carried out. Nil if each change is one request.
  public init(_ client: ResourceClient, keyField: String?, isSettled: Bool, goal: JSONObject? = nil) {
    var client = client
    client.settings.keys = .wire
    self.client = client
    self.keyField = keyField
    self.isSettled = isSettled
    self.goal = goal
  }

  /// The number of timeouts in a row after which the resolver looks up no more changes.
  public static let timeoutLimit = LookupLimit.timeoutLimit

  /// The number of changes that were not looked up, because the service did not reply to earlier lookups.
  public var refused: Int { limit.refused }

  /// Returns whether a change can be looked up, which depends on its verb and key.
  func finds(_ change: Change) -> Bool {
    switch change.verb {
    case .destroy, .update, .link, .relink, .unlink: true
    case .create: keyField != nil && change.key != nil
    case .call: false
    }
  }

  /// Looks up a change that was sent with its present content.
  public func look(_ change: Change) async -> LookupFinding { await look(change, sent: change.content.hashingSecrets) }

  /// Looks up a change that was sent with the content `sent`, in which hashes replace the secret values.
  public func look(_ change: Change, sent: JSONObject) async -> LookupFinding {
    let finding = await limit.run { () async -> (LookupFinding, isTimeout: Bool) in
      do throws(ClientError) {
        return (try await found(change, goal.map { ["attributes": .object($0)] } ?? sent), false)
      } catch {
        return (.unknown, error.kind == .timeout)
      }
    }
    return finding ?? .unknown
  }

  private func found(_ change: Change, _ sent: JSONObject) async throws(ClientError) -> LookupFinding {
    switch change.verb {
    case .destroy: try await destroyed(change)
    case .update: try await updated(change, sent)
    case .create: try await created(change, sent)
    case .link, .relink, .unlink: try await linked(change, sent)
    case .call: isSettled ? .repeatable : .unknown
    }
  }

  /// Reads the number of resources with the key of a create; returns nil if the number can't be read.
  func count(ofKey change: Change) async -> Int? {
    let count = await limit.run { () async -> (Int?, isTimeout: Bool) in
      do throws(ClientError) { return (try await resources(ofKey: change)?.count, false) } catch {
        return (nil, error.kind == .timeout)
      }
    }
    return count ?? nil
  }

  private func resources(ofKey change: Change) async throws(ClientError) -> [JSONObject]? {
    guard let keyField, let key = change.key, !key.isEmpty, !key.contains(",") else { return nil }
    var query = Query()
    query.filter = [(keyField, key)]
    let found = try await client.index(query).resources
    return found.allSatisfy { $0["attributes"]?[keyField]?.idText == key } ? found : nil
  }

  private func destroyed(_ change: Change) async throws(ClientError) -> LookupFinding {
    guard let id = change.id else { return .unknown }
    return try await resource(id) == nil ? .carriedOut(id: id) : .repeatable
  }

  private func updated(_ change: Change, _ sent: JSONObject) async throws(ClientError) -> LookupFinding {
    guard let id = change.id, let resource = try await resource(id) else { return .repeatable }
    if try await holds(resource, id, sent) { return .carriedOut(id: id) }
    return isSettled || change.content.hashingSecrets == sent ? .repeatable : .unknown
  }

  private func created(_ change: Change, _ sent: JSONObject) async throws(ClientError) -> LookupFinding {
    guard let found = try await resources(ofKey: change) else { return .unknown }
    switch found.count {
    case 0: return isSettled ? .repeatable : .unknown
    case 1:
      let id = found[0]["id"]?.idText
      return try await holds(found[0], id, sent) ? .carriedOut(id: id) : .unknown
    default: return .doubled(found.count)
    }
  }

  private func resource(_ id: String) async throws(ClientError) -> JSONObject? {
    do throws(ClientError) { return try await client.show(id).resource } catch {
      if error.kind == .notFound { return nil }
      throw error
    }
  }
}
