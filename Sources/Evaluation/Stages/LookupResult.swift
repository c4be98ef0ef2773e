import Bulk
import Values

/// The result of the lookup for an element: the change that the resource needs, or the resource itself if it needs no
/// change.
struct LookupResult: Sendable {
  /// The change; not sent if `found` is set.
  var proposal: ChangeProposal
  /// The resource that already has the requested values; nil if the change is needed.
  var found: Value?
}

/// How a stage that sends changes, such as `create`, builds the change of an element.
enum ChangeBuilder: Sendable {
  /// Builds the change from the arguments alone.
  case proposing(@Sendable (Arguments) throws(Fault) -> ChangeProposal)
  /// Looks up the resource, and builds the change from it; the lookups of several elements run concurrently.
  case lookingUp(@Sendable (Arguments, Session) async throws(Fault) -> LookupResult)

  /// Whether the resource is read first.
  var readsFirst: Bool { if case .lookingUp = self { true } else { false } }
}

/// An element whose change waits for a lookup.
struct ElementAwaitingLookup: Sendable {
  let element: Value
  let names: [Value]
  let source: Value?
  /// The value of the option `key:` for the element, as text; nil if the stage has no `key:`.
  let key: String?
  let arguments: Arguments

  /// Looks up the resource, and returns the element with its change or with the lookup's error.
  func looked(
    up lookUp: @Sendable (Arguments, Session) async throws(Fault) -> LookupResult, _ session: Session
  ) async -> BulkElement {
    do throws(Fault) {
      let looked = try await lookUp(arguments, session)
      return BulkElement(
        element, names: names, .success(looked.proposal.keyed(key)), found: looked.found, source: source)
    } catch { return BulkElement(element, names: names, .failure(error), source: source) }
  }
}

/// An element that already has its change, or that waits for its lookup.
enum DraftedElement: Sendable {
  case made(BulkElement)
  indirect case waiting(ElementAwaitingLookup)
}

extension [DraftedElement] {
  /// Looks up the resources of the elements that wait for a lookup, concurrently; returns all elements in their order.
  func made(_ making: ChangeBuilder, _ session: Session) async -> [BulkElement] {
    guard case .lookingUp(let lookUp) = making else {
      return compactMap { if case .made(let element) = $0 { element } else { nil } }
    }
    return await withTaskGroup(of: (Int, BulkElement).self) { group in
      for (index, draft) in enumerated() {
        group.addTask {
          switch draft {
          case .made(let element): (index, element)
          case .waiting(let request): (index, await request.looked(up: lookUp, session))
          }
        }
      }
      var made: [(Int, BulkElement)] = []
      for await element in group { made.append(element) }
      return made.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }
}
