import JSONAPI
import JSONText

/// An error in a request, in the wordings of jsonapi-resources and of Calcinator.
struct RequestError: Sendable {
  /// The error in the wording of jsonapi-resources.
  let error: ErrorDetail
  /// The error in the wording of Calcinator (WireProtocol.md, "Error documents").
  let calcinator: ErrorDetail

  /// Whether a constraint of the database is violated.
  var isViolation: Bool { error.code == "100" }

  /// The error as jsonapi-resources up to 0.7 sends it: with a number as code, and a `source` only for violated
  /// constraints.
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
