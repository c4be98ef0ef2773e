import JSONAPI
import JSONRPC
import JSONText

/// Why a request is not carried out: the errors of its reply.
struct Refusal: Error {
  let errors: [ErrorDetail]
  private let message: String

  init(_ errors: [ErrorDetail], message: String = "JSONAPI error") {
    self.errors = errors
    self.message = message
  }

  init(_ error: ErrorDetail) { self.init([error]) }

  /// The errors as JSON-RPC carries them.
  var rpc: ErrorObject {
    let objects = errors.map { JSONValue.object($0.object) }
    return ErrorObject(.document, message, data: ["errors": .array(JSONArray(objects))])
  }
}

extension [ErrorDetail] {
  /// Runs a step of reading a request, or keeps the errors it ends with.
  mutating func collect<Value>(_ step: () throws(Refusal) -> Value) -> Value? {
    do throws(Refusal) { return try step() } catch {
      append(contentsOf: error.errors)
      return nil
    }
  }
}
