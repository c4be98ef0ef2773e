import JSONAPI
import JSONText

/// An error in a request, in the wordings of jsonapi-resources and of Calcinator.
struct ErrorInBothWordings: Sendable {
  /// The error in the wording of jsonapi-resources.
  let error: ErrorDetail
  /// The error in the wording of Calcinator (WireProtocol.md, "Error documents").
  let calcinator: ErrorDetail

  /// Whether the error is the violation of a constraint of the database.
  var isViolation: Bool { error.code == "100" }

  /// The error in the form of jsonapi-resources up to 0.7.
  ///
  /// The code is a number, and only the violation of a constraint has a `source`.
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
