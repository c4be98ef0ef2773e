import JSONAPI
import JSONText

/// One thing that is wrong with a request, as servers of either library say it.
struct Objection: Sendable {
  /// The error in the words of jsonapi-resources; a query parameter is its `source`.
  let error: ErrorDetail
  /// The error in the words of Calcinator (WireProtocol.md, "Error documents").
  let calcinator: ErrorDetail

  /// Whether a rule of the database is broken.
  var isViolation: Bool { error.code == "100" }

  /// The error as jsonapi-resources up to 0.7 really sends it: the code a number, a `source` only for broken rules.
  var withIntegerCode: ErrorDetail {
    var object = error.object
    object["code"] = error.code.flatMap { Int($0) }.map { .number(JSONNumber($0)) }
    object["meta"] = nil
    if !isViolation { object["source"] = nil }
    if error.status == 500 { object["detail"] = object["title"] }
    if error.code == "117" { object["detail"] = "Invalid Page Object." }
    return ErrorDetail(object)
  }
}
