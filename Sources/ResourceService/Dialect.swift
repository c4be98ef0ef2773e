import JSONAPI
import JSONRPC
import JSONText

/// The behaviour in which services of this protocol differ: the library that a service imitates, and the paging of
/// lists.
public struct Dialect: Sendable {
  /// A library whose servers the service imitates.
  public enum ImitatedLibrary: String, CaseIterable, Sendable {
    /// Retort with Calcinator: errors have no codes, violated constraints are a `Changeset error`, and there are no
    /// relationship methods.
    case retort
    /// carrot_rpc with jsonapi-resources up to 0.7: integer codes, no reply to an unreadable request.
    case carrot
  }

  /// The division of lists into pages.
  public enum ListPaging: String, CaseIterable, Sendable {
    /// A page is requested by `number` and `size`; replies have links and the count of all records.
    case number
    /// `page` is ignored, and the whole list is returned without count or links.
    case none
    /// A page is requested by `number` and `size`; replies have links, but not the count of all records.
    case noCount = "no-count"
    /// A page is requested by `offset` and `limit`, as in jsonapi-resources' offset paginator.
    case offset

    var hasLinks: Bool { self != .none }
    var hasCount: Bool { self == .number || self == .offset }
  }

  /// The flavour; nil for the service's own behaviour.
  public var flavour: ImitatedLibrary?
  /// The paging of the service's lists.
  public var pages: ListPaging

  /// Creates a dialect.
  public init(flavour: ImitatedLibrary? = nil, pages: ListPaging = .number) {
    self.flavour = flavour
    self.pages = pages
  }

  /// Returns a refusal in the flavour's wording, as a JSON-RPC error object.
  func worded(_ refusal: RequestRefusal) -> ErrorObject {
    let objections = refusal.objections
    let isChangeset = flavour == .retort && objections.allSatisfy(\.isViolation)
    let objects = objections.map { JSONValue.object(worded($0).object) }
    return ErrorObject(
      .document, isChangeset ? "Changeset error" : "JSONAPI error", data: ["errors": .array(JSONArray(objects))])
  }

  private func worded(_ objection: RequestError) -> ErrorDetail {
    switch flavour {
    case nil: objection.error
    case .carrot: objection.withIntegerCode
    case .retort: objection.calcinator
    }
  }
}
