import Bulk
import Values

/// The result of a lookup for an element: the change that the resource needs.
///
/// For example, `upsert` must give the post number 7 the title `A`. If the post has another title, the result is an
/// update of the post. If the post already has the title `A`, `found` also contains the post, and the run sends
/// nothing.
struct ChangeNeededAfterLookup: Sendable {
  /// The change; the run does not send it if `found` is set.
  var prepared: PreparedChange
  /// The resource, if it already has the requested values; nil if the resource needs the change.
  var found: Value?
}

/// How a stage such as `create` builds the change of an element.
enum ElementChangeBuilder: Sendable {
  /// The stage builds the change from the arguments alone.
  case proposing(@Sendable (consuming Arguments) throws(Fault) -> PreparedChange)
  /// The stage looks up the resource, and builds the change from the resource.
  ///
  /// The lookups of several elements run concurrently.
  case lookingUp(@Sendable (Arguments, Session) async throws(Fault) -> ChangeNeededAfterLookup)

  /// Whether the stage reads the resource before it builds the change.
  var readsFirst: Bool { if case .lookingUp = self { true } else { false } }
}

/// An element whose change the stage can build only after a lookup.
struct ElementAwaitingLookup: Sendable {
  let element: Value
  let names: [Value]
  let source: Value?
  /// The value of the option `key:` for the element, as text; nil if the option is missing.
  let key: String?
  let arguments: Arguments

  /// Looks up the resource, and returns the element with its change or with the error of the lookup.
  func looked(
    up lookUp: @Sendable (Arguments, Session) async throws(Fault) -> ChangeNeededAfterLookup, _ session: Session
  ) async -> BulkElement {
    do throws(Fault) {
      let looked = try await lookUp(arguments, session)
      return BulkElement(
        element, names: names, .success(looked.prepared.keyed(key)), found: looked.found, source: source)
    } catch { return BulkElement(element, names: names, .failure(error), source: source) }
  }
}

/// An element that already has its change, or that still needs a lookup.
enum ChangeBuiltOrAwaitingLookup: Sendable {
  case made(BulkElement)
  indirect case waiting(ElementAwaitingLookup)
}

extension [ChangeBuiltOrAwaitingLookup] {
  /// Looks up resources concurrently for the elements that need a lookup, and returns all elements in order.
  func made(_ making: ElementChangeBuilder, _ session: Session) async -> [BulkElement] {
    guard case .lookingUp(let lookUp) = making else {
      var elements: [BulkElement] = []
      elements.reserveCapacity(count)
      for case .made(let element) in self { elements.append(element) }
      return elements
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
