import Client
import JSONAPI
import JSONText
import Synchronization

/// The result of looking up changes of earlier runs that this run's input does not contain.
public struct JournalOnlyChangeLookupResult: Sendable {
  /// The number of changes that the service carried out according to the lookups.
  public var found = 0
  /// The identities of the changes that are still unknown after the lookups, sorted.
  public var left: [ChangeIdentity] = []
  /// The identities of the changes that a person marked to be carried out again, and that this run's input lacks,
  /// sorted.
  public var missing: [ChangeIdentity] = []

  /// Creates an empty result.
  public init() {}
}

extension StatementSafeguards {
  /// Looks up changes of earlier runs that have unknown outcomes and do not occur in this run's input.
  ///
  /// A resumed statement can have another input than the earlier run. For example, an element can be missing in a list
  /// because its change was carried out (BulkChanges.md, "Resuming"). The function records in the journal which changes
  /// were carried out. The function sends no change.
  ///
  /// - Parameters:
  ///   - noteCount: Called with the number of changes to look up.
  ///   - noteLookedUp: Called before the first lookup and after each lookup, with the number of ended lookups and the
  ///     number of all lookups.
  /// - Returns: The number of changes that were carried out, and the changes that are still unknown.
  public func lookUpEarlier(
    noteCount: (Int) -> Void, noteLookedUp: @escaping @Sendable (Int, Int) -> Void
  ) async -> JournalOnlyChangeLookupResult {
    guard let journal, let resolver else { return JournalOnlyChangeLookupResult() }
    let unknown = journal.unseen
    guard !unknown.isEmpty else { return JournalOnlyChangeLookupResult() }
    noteCount(unknown.count)
    noteLookedUp(0, unknown.count)
    let result = Mutex((result: JournalOnlyChangeLookupResult(), ended: 0))
    var pages = [unknown][...]
    _ = await ConcurrentWork(limit: LookupLimit.most, executor: nil).run {
      pages.popFirst()
    } work: { _, change in
      let header = journal.header
      let target = TargetQueue(broker: header.broker, queue: header.queue, type: header.type)
      let finding = await resolver.look(recorded: change, to: target)
      if case .carriedOut(let id, _) = finding {
        journal.settle(change.identity, "ok", id: id)
        result.withLock { $0.result.found += 1 }
      }
      noteLookedUp(
        result.withLock { result in
          result.ended += 1
          return result.ended
        }, unknown.count)
      return !Task.isCancelled
    }
    var earlier = result.withLock(\.result)
    earlier.left = journal.unseen.map(\.identity)
    return earlier
  }
}

extension UnknownChangeResolver {
  /// Looks up a change that only the journal records, because this run's input does not contain the change.
  func look(recorded: Journal.RecordedUnknownChange, to target: TargetQueue) async -> LookupFinding {
    let meta: JSONObject?
    do throws(LookupFailure) { meta = try recorded.meta.map(client.filled) } catch { return .unknown(failure: error) }
    guard let change = change(recorded, target, meta) else { return .notFound }
    return await look(change, sent: recorded.content)
  }

  /// Creates a change for a lookup from its record in the journal; nil if the identity can't be parsed.
  private func change(
    _ recorded: Journal.RecordedUnknownChange, _ target: TargetQueue, _ meta: JSONObject?
  ) -> Change? {
    let text = recorded.identity.text
    guard let verb = Change.Verb(rawValue: String(text.prefix { $0 != " " })) else { return nil }
    let start = "\(verb.rawValue) \(target.queue) "
    guard text.hasPrefix(start) else { return nil }
    let rest = String(text.dropFirst(start.count))
    var (params, key): (JSONObject, String?) = ([:], nil)
    switch verb {
    case .destroy, .update: params["id"] = .string(rest)
    case .create:
      guard let text = (try? JSONValue(parsing: Array(rest.utf8)))?.stringValue else { return nil }
      key = text
    case .link, .unlink, .relink:
      guard let linkage = linkageParams(rest, hasIdentifiers: verb != .relink) else { return nil }
      params = linkage
    case .call: return nil
    }
    if let meta { params["meta"] = .object(meta) }
    return Change(
      target: target, verb: verb, method: verb.rawValue, params: params, expires: true, timeout: nil, key: key)
  }

  /// Parses the end of the identity of a linkage change, such as `4 tags tags/1,tags/2`, and returns the parameters of
  /// the change.
  ///
  /// The text consists of the resource's id, the relationship's name and, if `hasIdentifiers` is true, the identifiers.
  private func linkageParams(_ text: String, hasIdentifiers: Bool) -> JSONObject? {
    var words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard words.count >= (hasIdentifiers ? 3 : 2) else { return nil }
    let texts = hasIdentifiers ? words.removeLast().split(separator: ",").map(String.init) : []
    let name = words.removeLast()
    let identifiers = texts.map { $0.split(separator: "/", maxSplits: 1).map(String.init) }
    guard identifiers.allSatisfy({ $0.count == 2 }) else { return nil }
    let data = identifiers.map { JSONValue.object(["type": .string($0[0]), "id": .string($0[1])]) }
    let relationship = client.relationship(name, of: words.joined(separator: " "))
    var params = try? relationship.changeRequest(.relink, .array(JSONArray(data))).params
    // The identity of a `relink` does not contain its linkage.
    if !hasIdentifiers { params?["data"] = nil }
    return params
  }
}
