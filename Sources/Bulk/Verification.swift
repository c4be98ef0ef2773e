public import Client
import JSONAPI
import JSONText
import Synchronization

/// The kinds of changes that a statement looks up at its end (option `verify:`).
///
/// A lookup reads a resource to find out whether the service carried out the change.
public enum VerificationScope: Sendable, Equatable {
  /// The statement looks up no changes.
  case none
  /// The statement looks up the changes whose outcomes are unknown because they got no reply.
  case unknown
  /// The statement looks up changes that got no reply, and also every confirmed `create` change.
  ///
  /// The lookup of a `create` change by its key finds resources that were created twice. If a service crashes, the
  /// broker delivers its unacknowledged requests again. A second delivery can create a second resource.
  case all

  /// The maximum number of changes without a reply that a statement looks up at its end.
  public static let limit = VerificationList.limit
}

/// The changes that a statement looks up at its end.
final class VerificationList: Sendable {
  /// A change to look up, and the element of the statement's input to which the change belongs.
  ///
  /// `place` is the index of the element.
  struct ChangeToVerify: Sendable {
    var change: Change
    var element: any PlannedElement
    var place: Int
    /// The error of a change with an unknown outcome; nil for a `create` that the service confirmed.
    var error: ClientError?
  }

  private struct ChangesToVerify {
    /// The changes with unknown outcomes, by the index of the change's element.
    var unknown: [Int: ChangeToVerify] = [:]
    /// The number of further changes with unknown outcomes, which are not stored because the list is full.
    var unkept = 0
    /// The number of confirmed `create` changes that a lookup by key did not find, or can't find.
    var unfound = 0
    var created: [ChangeToVerify] = []
    /// The keys of further `create` changes, if `created` is full.
    var keys = PackedCreateKeys()
    /// The last `create` change whose key is in `keys`.
    ///
    /// The other changes in `keys` have the same target, method and timeout, so that only their keys are stored.
    var last: Change?
  }

  private let what: VerificationScope
  private let resolver: UnknownChangeResolver?
  private let restored: (@Sendable (Change) -> any PlannedElement)?
  private let state = Mutex(ChangesToVerify())
  /// The maximum number of changes with unknown outcomes that the list stores.
  ///
  /// The same limit applies to the elements of `create` changes: of further `create` changes, the list stores only the
  /// keys.
  static let limit = 10_000

  /// Creates a list without changes.
  ///
  /// - Parameters:
  ///   - what: The changes that the statement looks up.
  ///   - resolver: Looks up the changes; nil if the statement looks up no changes.
  ///   - restored: Makes the element of a `create` change from the change, if the list stores only the key of the
  ///     change. Nil if the list must store the elements of all `create` changes.
  init(
    _ what: VerificationScope, _ resolver: UnknownChangeResolver?,
    restored: (@Sendable (Change) -> any PlannedElement)? = nil
  ) {
    (self.what, self.resolver, self.restored) = (what, resolver, restored)
  }

  /// Whether the statement looks up confirmed `create` changes.
  var includesSuccesses: Bool { what == .all && resolver != nil }

  /// Adds a change to look up.
  ///
  /// The method adds the change only if `verify:` requests its lookup, and if the resolver can look it up.
  func add(_ outcome: Outcome, _ change: Change, _ element: any PlannedElement, at place: Int) {
    let isVerified =
      switch outcome {
      case .unknown: what != .none
      case .done: what == .all && change.verb == .create
      default: false
      }
    guard isVerified, let resolver else { return }
    guard resolver.finds(change) else {
      if outcome.isCarriedOut, change.key != nil { addUnfound() }
      return
    }
    var item = ChangeToVerify(change: change, element: element, place: place)
    switch outcome {
    case .unknown(let error) where error.call != nil:
      item.error = error
      state.withLock { [item] state in
        if state.unknown.count < Self.limit { state.unknown[place] = item } else { state.unkept += 1 }
      }
    case .done:
      guard let key = change.key else { return }
      state.withLock { state in
        if state.created.count < Self.limit || restored == nil { return state.created.append(item) }
        state.keys.append(key, at: place)
        state.last = change
      }
    default: break
    }
  }

  /// Removes a change whose outcome became known by a late reply.
  func remove(at place: Int) { state.withLock { _ = $0.unknown.removeValue(forKey: place) } }

  /// The changes with unknown outcomes, in the order of their elements.
  var unknown: [ChangeToVerify] { state.withLock { Array($0.unknown.values) }.sorted { $0.place < $1.place } }

  /// The number of changes with unknown outcomes that are not looked up, because the list was full.
  var unkept: Int { state.withLock(\.unkept) }

  /// The number of confirmed `create` changes that a lookup by key did not find.
  var unfound: Int { state.withLock(\.unfound) }

  /// Counts a confirmed `create` change that a lookup by its key did not find.
  func addUnfound() { state.withLock { $0.unfound += 1 } }

  /// The number of changes to look up.
  var count: Int { state.withLock { $0.unknown.count + $0.created.count + $0.keys.count } }

  /// Removes some `create` changes from the list, and returns them; returns nil if none is left.
  func takeCreated() -> [ChangeToVerify]? {
    state.withLock { state in
      if !state.created.isEmpty {
        defer { state.created = [] }
        return state.created
      }
      guard let last = state.last, let restored, let keys = state.keys.takeSome() else { return nil }
      return keys.map { key, place in
        let change = Change(
          target: last.target, verb: .create, method: last.method, params: [:], expires: last.expires,
          timeout: last.timeout, key: key)
        return ChangeToVerify(change: change, element: restored(change), place: place)
      }
    }
  }
}

extension UnknownChangeResolver {
  /// Looks up the changes of a list, and passes new outcomes to `found`.
  ///
  /// - Parameters:
  ///   - list: The changes.
  ///   - note: Called after each lookup with the number of ended lookups.
  ///   - found: Called for a change that got no reply, but was carried out. Also called for a `create` whose key
  ///     belongs to several resources.
  func verify(
    _ list: VerificationList, note: @escaping @Sendable (Int) -> Void,
    found: @escaping @Sendable (VerificationList.ChangeToVerify, Outcome) -> Void
  ) async {
    let unknown = list.unknown
    let ended = Mutex(0)
    var isBegun = false
    _ = await ConcurrentWork(limit: LookupLimit.most, executor: nil).run {
      defer { isBegun = true }
      return isBegun ? list.takeCreated() : unknown
    } work: { index, item in
      if index < unknown.count {
        if let outcome = await outcome(of: item.change) { found(item, outcome) }
      } else {
        switch await count(ofKey: item.change) {
        case .success(0): list.addUnfound()
        case .success(1), .failure: break
        case .success(let count): found(item, .failed(.doubled(count)))
        }
      }
      note(
        ended.withLock { count in
          count += 1
          return count
        })
      return !Task.isCancelled
    }
  }

  /// Looks up a change without a reply, and returns its outcome; nil if the outcome is still unknown.
  private func outcome(of change: Change) async -> Outcome? {
    switch await look(change, sent: change.content.hashingSecrets) {
    case .carriedOut(let id, let reply): .found(id: id, reply: reply)
    case .doubled(let count): .failed(.doubled(count))
    case .repeatable, .unknown: nil
    }
  }
}

extension ClientError {
  /// Returns the error of a `create` whose key belongs to `count` resources.
  public static func doubled(_ count: Int) -> ClientError {
    ClientError(.unknown, "the create may have been carried out twice: \(count) resources have its key")
  }
}
