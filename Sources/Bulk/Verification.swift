public import Client
import JSONAPI
import Synchronization

/// The changes to look up at the end of a statement: `verify:`.
public enum Verification: Sendable, Equatable {
  /// No changes.
  case none
  /// Unknown changes.
  case unknown
  /// Unknown changes, and each create by its key.
  ///
  /// If a service dies, the broker delivers its request again, and a second resource may be created.
  case all
}

/// The changes of a statement to look up at its end.
final class VerificationList: Sendable {
  /// A change, its element and the element's index.
  struct Item: Sendable {
    var change: Change
    var element: any PlannedElement
    var place: Int
  }

  private struct State {
    var unknown: [Item] = []
    var created: [Item] = []
  }

  private let what: Verification
  private let resolver: UnknownResolver?
  private let state = Mutex(State())
  /// The maximum number of unknown changes to keep.
  private static let limit = 10_000

  init(_ what: Verification, _ resolver: UnknownResolver?) { (self.what, self.resolver) = (what, resolver) }

  /// Adds a change for a lookup, if `verify:` requires it.
  func add(_ outcome: Outcome, _ change: Change, _ element: any PlannedElement, at place: Int) {
    guard what != .none, resolver?.finds(change) ?? false else { return }
    let item = Item(change: change, element: element, place: place)
    switch outcome {
    case .unknown(let error) where error.call != nil:
      state.withLock { state in
        if state.unknown.count < Self.limit { state.unknown.append(item) }
      }
    case .done where what == .all && change.verb == .create && change.key != nil:
      state.withLock { $0.created.append(item) }
    default: break
    }
  }

  /// Removes a change whose late reply arrived.
  func remove(at place: Int) { state.withLock { $0.unknown.removeAll { $0.place == place } } }

  /// The unknown changes.
  var unknown: [Item] { state.withLock(\.unknown) }

  /// Whether a change is one of the unknown changes of the list.
  func isUnknown(_ item: Item) -> Bool { state.withLock { $0.unknown.contains { $0.place == item.place } } }

  /// The creates to look up by their keys.
  var created: [Item] { state.withLock(\.created) }
}

extension UnknownResolver {
  /// Looks up the changes of a list; calls `found` with each one that was carried out, or that created two resources.
  func verify(_ list: VerificationList, _ found: @escaping @Sendable (VerificationList.Item, Outcome) -> Void) async {
    let (unknown, created) = (list.unknown, list.created)
    var pages = [unknown, created][...]
    _ = await WorkerPool(limit: LookupLimit.most, executor: nil).run {
      pages.popFirst()
    } work: { index, item in
      if let outcome = await index < unknown.count ? outcome(of: item.change) : doubling(of: item.change) {
        found(item, outcome)
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

  /// Returns the failure of a create whose key belongs to several resources; nil for other changes.
  private func doubling(of change: Change) async -> Outcome? {
    guard let count = await count(ofKey: change), count > 1 else { return nil }
    return .failed(.doubled(count))
  }
}

extension ClientError {
  /// Returns the error of a create whose key belongs to several resources.
  public static func doubled(_ count: Int) -> ClientError {
    ClientError(.value, "maybe created twice: \(count) resources have the key")
  }
}
