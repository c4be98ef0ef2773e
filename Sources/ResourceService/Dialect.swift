import JSONAPI
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

  /// The result of a `destroy`.
  var destroyed: [UInt8] { Array((flavour == .retort ? #"{"meta":{}}"# : "{}").utf8) }

  /// A refusal in the flavour's words.
  func worded(_ refusal: Refusal) -> Refusal {
    switch flavour {
    case nil: refusal
    case .carrot: Refusal(refusal.errors.map(\.withIntegerCode))
    case .retort:
      Refusal(
        refusal.errors.map(\.withoutCode),
        message: refusal.errors.allSatisfy(\.isViolation) ? "Changeset error" : "JSONAPI error")
    }
  }
}

extension ErrorDetail {
  fileprivate var isViolation: Bool { code == "100" }

  fileprivate var withIntegerCode: ErrorDetail {
    var object = object
    object["code"] = code.flatMap { Int($0) }.map { .number(JSONNumber($0)) }
    return ErrorDetail(object)
  }

  /// As Calcinator says it: a violation has no status either, and what is not found is the `id`.
  fileprivate var withoutCode: ErrorDetail {
    if isViolation, let title {
      let member = pointer?.split(separator: "/").last.map(String.init) ?? ""
      return ErrorDetail(title: title, detail: "\(member) \(title)", pointer: pointer)
    }
    if status == 404 { return ErrorDetail(status: "404", title: "Resource Not Found", parameter: "id") }
    var object = object
    object["code"] = nil
    return ErrorDetail(object)
  }
}
