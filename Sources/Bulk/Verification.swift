public import Client
import JSONAPI
import JSONText
import Synchronization

/// The changes that a statement looks up at its end, as the option `verify:` requests.
///
/// A lookup reads a resource to find out whether the service carried out the change.
public enum VerificationScope: Sendable, Equatable {
  /// The statement looks up no changes.
  case none
  /// The statement looks up the changes that got no reply (unknown changes).
  case unknown
  /// The statement looks up unknown changes and, by its key, each create that the service confirmed.
  ///
  /// The lookup of a create finds resources that were created twice. If a service dies, the broker delivers the
  /// service's unacknowledged requests again. A second delivery can create a second resource.
  case all

  /// The maximum number of unknown changes that a statement looks up at its end.
  public static let limit = VerificationList.limit
}

/// The list of the changes that a statement looks up at its end.
final class VerificationList: Sendable {
  /// A change to look up, with the element of the statement's input and the index of the element (`place`).
  struct ChangeToVerify: Sendable {
    var change: Change
    var element: any PlannedElement
    var place: Int
    /// The error of an unknown change; nil for a create that the service confirmed.
    var error: ClientError?
  }

  private struct State {
    /// The unknown changes; the key is the index of the change's element.
    var unknown: [Int: ChangeToVerify] = [:]
    /// The number of unknown changes that the list does not store, because it has reached the limit.
    var unkept = 0
    /// The number of confirmed creates whose key a lookup did not find.
    var unfound = 0
    var created: [ChangeToVerify] = []
    /// The keys of the creates for which `created` has no more room.
    var keys = PackedCreateKeys()
    /// The last create whose key is in `keys`.
    ///
    /// The list restores each create in `keys` from its key and from the target, method and timeout of this create.
    var last: Change?
  }

  private let what: VerificationScope
  private let resolver: UnknownChangeResolver?
  private let restored: (@Sendable (Change) -> any PlannedElement)?
  private let state = Mutex(State())
  /// The maximum number of unknown changes, and also of creates, that the list stores with their elements.
  static let limit = 10_000

  /// Creates a list without changes.
  ///
  /// - Parameters:
  ///   - what: The changes that the statement looks up.
  ///   - resolver: Looks up the changes; nil if the statement looks up no changes.
  ///   - restored: Returns the element of a create of which the list stores only the key. If nil, the list stores the
  ///     elements of all creates.
  init(
    _ what: VerificationScope, _ resolver: UnknownChangeResolver?,
    restored: (@Sendable (Change) -> any PlannedElement)? = nil
  ) {
    (self.what, self.resolver, self.restored) = (what, resolver, restored)
  }

  /// Adds a change if `verify:` requires a lookup of the change, and the lookup is possible.
  func add(_ outcome: Outcome, _ change: Change, _ element: any PlannedElement, at place: Int) {
    let isVerified =
      switch outcome {
      case .unknown: what != .none
      case .done: what == .all && change.verb == .create
      default: false
      }
    guard isVerified, resolver?.finds(change) ?? false else { return }
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

  /// Removes an unknown change, because its late reply arrived.
  func remove(at place: Int) { state.withLock { _ = $0.unknown.removeValue(forKey: place) } }

  /// The unknown changes, in the order of their elements.
  var unknown: [ChangeToVerify] { state.withLock { Array($0.unknown.values) }.sorted { $0.place < $1.place } }

  /// The number of unknown changes that the statement does not look up, because the list stores at most 10,000 of them.
  var unkept: Int { state.withLock(\.unkept) }

  /// The number of confirmed creates whose key a lookup did not find.
  var unfound: Int { state.withLock(\.unfound) }

  /// Counts a confirmed create whose key a lookup did not find.
  func addUnfound() { state.withLock { $0.unfound += 1 } }

  /// The number of changes to look up.
  var count: Int { state.withLock { $0.unknown.count + $0.created.count + $0.keys.count } }

  /// Removes some of the creates from the list and returns them; returns nil if no creates are left.
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
  /// Looks up the changes of a list, and passes the findings to `found`.
  ///
  /// A finding is an unknown change that the service carried out, or a create whose key belongs to several resources.
  func verify(_ list: VerificationList, _ found: @escaping @Sendable (VerificationList.ChangeToVerify, Outcome) -> Void)
    async
  {
    let unknown = list.unknown
    var isBegun = false
    _ = await ConcurrentWork(limit: LookupLimit.most, executor: nil).run {
      defer { isBegun = true }
      return isBegun ? list.takeCreated() : unknown
    } work: { index, item in
      if index < unknown.count {
        if let outcome = await outcome(of: item.change) { found(item, outcome) }
      } else {
        switch await count(ofKey: item.change) ?? 0 {
        case 0: list.addUnfound()
        case 1: break
        case let count: found(item, .failed(.doubled(count)))
        }
      }
      return !Task.isCancelled
    }
  }

  /// Looks up an unknown change and returns its outcome; nil if the lookup does not show the outcome.
  private func outcome(of change: Change) async -> Outcome? {
    switch await look(change, sent: change.content.hashingSecrets) {
    case .carriedOut(let id): .found(id: id)
    case .doubled(let count): .failed(.doubled(count))
    case .repeatable, .unknown: nil
    }
  }
}

extension ClientError {
  /// Returns the error of a create whose key belongs to `count` resources.
  public static func doubled(_ count: Int) -> ClientError {
    ClientError(.value, "the create may have been carried out twice: \(count) resources have its key")
  }
}
