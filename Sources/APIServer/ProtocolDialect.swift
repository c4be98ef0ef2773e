import JSONAPI
import JSONRPC
import JSONText

/// The variant of the protocol that a service uses.
///
/// The variant determines which library the service imitates, and how the service divides lists into pages.
public struct ProtocolDialect: Sendable {
  /// A library whose servers the service imitates.
  public enum ImitatedLibrary: String, CaseIterable, Sendable {
    /// The Elixir libraries Retort and Calcinator.
    ///
    /// Errors have no codes, a violated constraint has the title `Changeset error`, and there are no relationship
    /// methods.
    case retort
    /// carrot_rpc with jsonapi-resources up to 0.7.
    ///
    /// Error codes are integers, and a request that the library can't read gets no reply.
    case carrot
  }

  /// The way in which a service divides a list into pages.
  public enum ListPaging: String, CaseIterable, Sendable {
    /// A client requests a page by `number` and `size`.
    ///
    /// A reply has links to the other pages, and the count of all resources.
    case number
    /// The service ignores `page`, and returns the whole list without a count or links.
    case none
    /// A client requests a page by `number` and `size`.
    ///
    /// A reply has links to the other pages, but not the count of all resources.
    case noCount = "no-count"
    /// A client requests a page by `offset` and `limit`, as with the offset paginator of jsonapi-resources.
    case offset

    var hasLinks: Bool { self != .none }
    var hasCount: Bool { self == .number || self == .offset }
  }

  /// The library that the service imitates; nil for the service's own behaviour.
  public var flavour: ImitatedLibrary?
  /// The way in which the service divides its lists into pages.
  public var pages: ListPaging

  /// Creates a dialect.
  public init(flavour: ImitatedLibrary? = nil, pages: ListPaging = .number) {
    self.flavour = flavour
    self.pages = pages
  }

  /// Returns the JSON-RPC error object of a refusal, in the wording of the imitated library.
  func worded(_ refusal: RequestRefusal) -> ErrorObject {
    let objections = refusal.objections
    let isChangeset = flavour == .retort && objections.allSatisfy(\.isViolation)
    let objects = objections.map { JSONValue.object(worded($0).object) }
    return ErrorObject(
      .document, isChangeset ? "Changeset error" : "JSONAPI error", data: ["errors": .array(JSONArray(objects))])
  }

  private func worded(_ objection: ErrorInBothWordings) -> ErrorDetail {
    switch flavour {
    case nil: objection.error
    case .carrot: objection.withIntegerCode
    case .retort: objection.calcinator
    }
  }
}
