public import Client
import JSONAPI
import JSONText
import Synchronization

/// The changes to look up at the end of a statement (the option `verify:`).
public enum VerificationScope: Sendable, Equatable {
  /// Nothing is looked up.
  case none
  /// Unknown changes are looked up.
  case unknown
  /// Unknown changes are looked up, and also each create, by its key.
  ///
  /// If a service dies, the broker delivers the service's unfinished requests again, and a second resource may be
  /// created.
  case all

  /// The maximum number of unknown changes that are looked up at the end.
  public static let limit = VerificationList.limit
}

/// The changes of a statement to look up at its end.
final class VerificationList: Sendable {
  /// A change, its element and the element's index.
  struct ChangeToVerify: Sendable {
    var change: Change
    var element: any PlannedElement
    var place: Int
    /// The error of an unknown change; nil for a create that the service confirmed.
    var error: ClientError?
  }

  private struct State {
    /// The unknown changes, by the indices of their elements.
    var unknown: [Int: ChangeToVerify] = [:]
    /// The number of unknown changes beyond the limit.
    var unkept = 0
    /// The number of creates that a lookup by their key did not find.
    var unfound = 0
    var created: [ChangeToVerify] = []
    /// The keys of the creates beyond the limit.
    var keys = PackedCreateKeys()
    /// The last create beyond the limit; all of these creates have the same target.
    var last: Change?
  }

  private let what: VerificationScope
  private let resolver: UnknownChangeResolver?
  private let restored: (@Sendable (Change) -> any PlannedElement)?
  private let state = Mutex(State())
  /// The maximum number of unknown changes, and of creates, that are kept with their elements.
  static let limit = 10_000

  /// Creates a list without changes.
  ///
  /// - Parameters:
  ///   - what: The changes to look up.
  ///   - resolver: Looks up the changes; nil if nothing is looked up.
  ///   - restored: Returns the element of a create of which only the key is kept.
  init(
    _ what: VerificationScope, _ resolver: UnknownChangeResolver?,
    restored: (@Sendable (Change) -> any PlannedElement)? = nil
  ) {
    (self.what, self.resolver, self.restored) = (what, resolver, restored)
  }

  /// Adds a change to look up, if `verify:` requires the lookup.
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

  /// Removes a change whose late reply arrived.
  func remove(at place: Int) { state.withLock { _ = $0.unknown.removeValue(forKey: place) } }

  /// The unknown changes, in the order of their elements.
  var unknown: [ChangeToVerify] { state.withLock { Array($0.unknown.values) }.sorted { $0.place < $1.place } }

  /// The number of unknown changes that are not looked up, because there were too many to keep.
  var unkept: Int { state.withLock(\.unkept) }

  /// The number of creates that a lookup by their key did not find.
  var unfound: Int { state.withLock(\.unfound) }

  /// Counts a create that a lookup by its key did not find.
  func addUnfound() { state.withLock { $0.unfound += 1 } }

  /// The number of changes to look up.
  var count: Int { state.withLock { $0.unknown.count + $0.created.count + $0.keys.count } }

  /// Removes and returns a group of creates to look up by their keys; returns nil after the last create.
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
  /// Looks up the changes of a list.
  ///
  /// Calls `found` for each unknown change that was carried out, and for each create whose key belongs to several
  /// resources.
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

  /// Returns the outcome of an unknown change according to a lookup; nil if the lookup does not find the change.
  private func outcome(of change: Change) async -> Outcome? {
    switch await look(change, sent: change.content.hashingSecrets) {
    case .carriedOut(let id): .found(id: id)
    case .doubled(let count): .failed(.doubled(count))
    case .repeatable, .unknown: nil
    }
  }
}

extension ClientError {
  /// Returns the error of a create whose key belongs to several resources.
  public static func doubled(_ count: Int) -> ClientError {
    ClientError(.value, "the create may have been carried out twice: \(count) resources have its key")
  }
}
