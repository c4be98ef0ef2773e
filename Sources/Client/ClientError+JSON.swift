public import JSONText
import JSONAPI
import JSONRPC

extension ClientError {
  /// The error as JSON, in the form that a worker sends to the program that runs the statement.
  ///
  /// The object has no members for missing values.
  public var json: JSONObject {
    var object = JSONObject([("kind", .string(kind.rawValue)), ("message", .string(message))])
    object["next-step"] = nextStep.map { .string($0) }
    if !errors.isEmpty { object["errors"] = .array(JSONArray(errors.map { .object($0.object) })) }
    object["answer"] = answer?.json
    object["call"] = call.map { .object($0.json) }
    if wasSent { object["sent"] = true }
    object["confirmed"] = wasConfirmed.map { .bool($0) }
    if let silence { object["silence"] = ["changes": .bool(silence.changes), "expired": .bool(silence.hasExpired)] }
    if !facts.isEmpty { object["facts"] = .array(JSONArray(facts.map { .string($0) })) }
    return object
  }

  /// Creates an error from JSON; nil if the JSON has no message, or no known kind.
  public init?(json object: JSONObject) {
    guard let kind = object["kind"]?.stringValue.flatMap(Kind.init), let message = object["message"]?.stringValue else {
      return nil
    }
    self.init(
      kind, message, nextStep: object["next-step"]?.stringValue,
      errors: (object["errors"]?.arrayValue ?? []).compactMap { $0.objectValue.map { ErrorDetail($0) } })
    answer = object["answer"].flatMap { JSONRPC.ErrorObject($0) }
    call = object["call"]?.objectValue.flatMap { CallDescription(json: $0) }
    wasSent = object["sent"]?.boolValue ?? false
    wasConfirmed = object["confirmed"]?.boolValue
    silence = object["silence"].map {
      MissingReply(changes: $0["changes"]?.boolValue ?? true, hasExpired: $0["expired"]?.boolValue ?? false)
    }
    facts = (object["facts"]?.arrayValue ?? []).compactMap(\.stringValue)
  }
}

extension ClientError.CallDescription {
  fileprivate var json: JSONObject {
    JSONObject([
      ("method", .string(method)), ("label", .string(label)), ("queue", .string(queue)),
      ("correlation-id", .string(correlationID)),
    ])
  }

  fileprivate init?(json object: JSONObject) {
    guard let method = object["method"]?.stringValue, let label = object["label"]?.stringValue,
      let queue = object["queue"]?.stringValue, let id = object["correlation-id"]?.stringValue
    else { return nil }
    self.init(method: method, label: label, queue: queue, correlationID: id)
  }
}
