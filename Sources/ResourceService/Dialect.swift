import JSONAPI
import JSONRPC
import JSONText

/// The ways in which services of this protocol differ, as far as clients notice them.
public struct Dialect: Sendable {
  /// The library whose servers it answers like.
  public enum Flavour: String, CaseIterable, Sendable {
    /// Retort with Calcinator: no error codes, changesets, no relationship methods.
    case retort
    /// carrot_rpc with jsonapi-resources up to 0.7: integer codes, silence where it can't read a request.
    case carrot
  }

  /// What a list says of its pages.
  public enum Pages: String, CaseIterable, Sendable {
    /// There are pages of `number` and `size`, with links and the count of all records.
    case number
    /// `page` is passed over, and everything is listed without count or links.
    case none
    /// There are pages of `number` and `size`, with links and without the count.
    case noCount = "no-count"
    /// There are pages of `offset` and `limit`, as jsonapi-resources' offset paginator makes them.
    case offset

    var hasLinks: Bool { self != .none }
    var hasCount: Bool { self == .number || self == .offset }
  }

  /// The flavour; nil for what suits most clients.
  public var flavour: Flavour?
  /// The pages.
  public var pages: Pages

  /// Creates a dialect.
  public init(flavour: Flavour? = nil, pages: Pages = .number) {
    self.flavour = flavour
    self.pages = pages
  }

  /// A refusal in the flavour's words, as JSON-RPC carries it.
  func worded(_ refusal: Refusal) -> ErrorObject {
    let objections = refusal.objections
    let isChangeset = flavour == .retort && objections.allSatisfy(\.isViolation)
    let objects = objections.map { JSONValue.object(worded($0).object) }
    return ErrorObject(
      .document, isChangeset ? "Changeset error" : "JSONAPI error", data: ["errors": .array(JSONArray(objects))])
  }

  private func worded(_ objection: Objection) -> ErrorDetail {
    switch flavour {
    case nil: objection.error
    case .carrot: objection.withIntegerCode
    case .retort: objection.calcinator
    }
  }
}
