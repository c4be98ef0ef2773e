import JSONAPI
import JSONText

/// What a service answers instead of a result: the errors of a JSON:API document.
struct Failure: Error {
  var errors: [ErrorDetail]

  init(_ errors: [ErrorDetail]) { self.errors = errors }

  init(
    _ status: String, _ code: String, _ title: String, _ detail: String, pointer: String? = nil,
    parameter: String? = nil, meta: JSONObject? = nil
  ) {
    errors = [
      ErrorDetail(
        status: status, code: code, title: title, detail: detail, pointer: pointer, parameter: parameter, meta: meta)
    ]
  }

  static func notFound(_ id: String) -> Failure {
    Failure("404", "404", "Record not found", "The record identified by \(id) could not be found.")
  }

  static func notAllowed(_ name: String) -> Failure {
    Failure("400", "105", "Param not allowed", "\(name) is not allowed.")
  }

  static func missing(_ name: String) -> Failure {
    Failure("400", "106", "Missing Parameter", "The required parameter, \(name), is missing.")
  }

  var document: JSONValue { ["errors": .array(JSONArray(errors.map { .object($0.object) }))] }
}
