import Bulk
import Client
import JSONAPI
import JSONText

/// The outcomes of a chunk's changes, in the order of the changes.
struct ChunkReply: Sendable {
  /// The outcome of a change.
  enum Outcome: Sendable {
    /// The service carried out the change; the value is the result in the service's reply.
    case done(JSONValue)
    /// The service carried out the change, and the worker omitted the result.
    ///
    /// If the chunk requests no results, the worker omits a result that only identifies the changed resource.
    case omitted
    /// A lookup found that a lost worker already carried out the change; `id` is the id of the resource.
    case found(id: String?)
    case failed(ClientError)
    /// The change was not sent, because the chunk has expired, reached its limit of failures or was cancelled.
    case unsent
  }

  /// An outcome, and the service's reply time if the change was sent.
  struct TimedOutcome: Sendable {
    var outcome: Outcome
    var latency: Duration?

    init(_ outcome: Outcome, latency: Duration? = nil) { (self.outcome, self.latency) = (outcome, latency) }
  }

  var items: [TimedOutcome]
  /// The time that the worker needed for the whole chunk.
  var time: Duration

  init(_ items: [TimedOutcome], time: Duration) { (self.items, self.time) = (items, time) }

  /// The reply as the result of a JSON-RPC response.
  var json: JSONValue {
    .object(
      JSONObject([
        ("outcomes", .array(JSONArray(items.map(\.outcome.json)))),
        ("times", .array(JSONArray(items.map { .number(JSONNumber($0.latency?.microseconds ?? 0)) }))),
        ("took", .number(JSONNumber(time.microseconds))),
      ]))
  }

  /// Creates a reply from received JSON; nil for JSON that is not a reply with `count` outcomes.
  init?(_ json: JSONValue, count: Int) {
    guard let outcomes = json["outcomes"]?.arrayValue, let times = json["times"]?.arrayValue,
      outcomes.count == count, times.count == count
    else { return nil }
    items = []
    items.reserveCapacity(count)
    for (outcome, time) in zip(outcomes, times) {
      guard let outcome = Outcome(outcome) else { return nil }
      let latency = time.numberValue?.integer ?? 0
      items.append(TimedOutcome(outcome, latency: latency > 0 ? .microseconds(latency) : nil))
    }
    time = .microseconds(json["took"]?.numberValue?.integer ?? 0)
  }
}

extension ChunkReply.Outcome {
  /// Creates the outcome of a change from the result of its request.
  init(_ result: Result<ChangeResult, ClientError>) {
    self =
      switch result {
      case .success(.document(let document)): .done(.object(document.object))
      case .success(.result(let value)): .done(value)
      case .success(.omitted): .omitted
      case .failure(let error) where error.kind == .interrupted: .unsent
      case .failure(let error): .failed(error)
      }
  }

  var json: JSONValue {
    switch self {
    case .done(let result): ["result": result]
    case .omitted: .bool(true)
    case .found(let id): ["found": id.map { .string($0) } ?? .null]
    case .failed(let error): ["error": .object(error.json)]
    case .unsent: .null
    }
  }

  init?(_ json: JSONValue) {
    if json.isNull {
      self = .unsent
    } else if json == .bool(true) {
      self = .omitted
    } else if let result = json["result"] {
      self = .done(result)
    } else if let error = json["error"]?.objectValue.flatMap({ ClientError(json: $0) }) {
      self = .failed(error)
    } else if let id = json["found"] {
      self = .found(id: id.stringValue)
    } else {
      return nil
    }
  }

  /// Whether the outcome counts as a failure of the given change.
  ///
  /// A destroy of a resource that does not exist is no failure.
  func isFailure(of change: Change) -> Bool {
    guard case .failed(let error) = self else { return false }
    return !Bulk.Outcome(error, of: change).isGood
  }

  /// Returns the reply or the error of the service; nil if the worker did not send the change.
  ///
  /// `renamed` converts the names in the result to the spelling that the client's option `keys` requires.
  func reply(to change: Change, _ renamed: (JSONValue) -> JSONValue) -> Result<ChangeResult, ClientError>? {
    switch self {
    case .done(let result): .success(ChangeResult(renamed(result), givesDocument: change.givesDocument))
    case .omitted: .success(.omitted)
    case .found(let id): .success(Self.found(id, change))
    case .failed(let error): .failure(error)
    case .unsent: nil
    }
  }

  /// Returns the outcome without the contents of its result: only the type and the id of the resource are left.
  ///
  /// If they identify the changed resource, the function returns `omitted`, because the change itself names this
  /// resource.
  func withoutContents(_ change: Change) -> ChunkReply.Outcome {
    guard case .done(let result) = self else { return self }
    guard change.givesDocument else { return .omitted }
    let data = result["data"] ?? .null
    guard let resource = data.objectValue else { return change.verb == .destroy && data.isNull ? .omitted : self }
    if let id = change.id, resource.hasText(id, at: "id"), resource.hasText(change.target.type, at: "type") {
      return .omitted
    }
    let identifier = JSONObject(["type", "id"].compactMap { name in resource[name].map { (name, $0) } })
    return .done(["data": .object(identifier)])
  }

  /// Returns the reply for a change that has been carried out according to a lookup.
  ///
  /// The reply contains only the identifier of the resource.
  private static func found(_ id: String?, _ change: Change) -> ChangeResult {
    guard change.givesDocument else { return .result(.null) }
    guard change.verb != .destroy, let id else { return .document(Document()) }
    return ChangeResult(["data": ["type": .string(change.target.type), "id": .string(id)]], givesDocument: true)
  }
}

extension Duration {
  /// The duration in microseconds.
  var microseconds: Int { Int(components.seconds) * 1_000_000 + Int(components.attoseconds / 1_000_000_000_000) }
}
