import Bulk
import Client
import JSONAPI
import JSONText

/// The outcomes of a chunk's changes, in the order of the changes.
struct ChunkReply: Sendable {
  /// The outcome of a change.
  enum ChangeOutcome: Sendable {
    /// The service carried out the change; the value is the result in the service's reply.
    case done(JSONValue)
    /// The service carried out the change, and the worker omitted the result.
    ///
    /// If the chunk requests no results, the worker omits a result that only identifies the changed resource.
    case omitted
    /// A lookup found that a lost worker already carried out the change; `id` is the id of the resource.
    ///
    /// `document` contains the resource as the lookup read it; nil if the statement needs no results.
    case found(id: String?, document: JSONValue? = nil)
    case failed(ClientError)
    /// The change was not sent, because the chunk has expired, reached its limit of failures or was cancelled.
    case unsent
  }

  /// An outcome, and the service's reply time if the change was sent.
  struct TimedOutcome: Sendable {
    var outcome: ChangeOutcome
    var latency: Duration?

    init(_ outcome: ChangeOutcome, latency: Duration? = nil) { (self.outcome, self.latency) = (outcome, latency) }
  }

  /// The outcomes in the order of the changes; consecutive `omitted` outcomes form one group.
  private(set) var groups: [OutcomeGroup] = []
  /// The service's reply times in microseconds, in the order of the changes; 0 for a change that was not sent.
  let times: [Int]
  /// The time that the worker needed for the whole chunk.
  let time: Duration
  /// The maximum number of changes that the worker has in flight (option `--in-flight`); 1 if unknown.
  let window: Int
  /// The size of the chunk's request or of the reply, whichever is larger, in bytes; 0 if unknown.
  var size = 0
  /// The number of results of which the worker omitted the contents, because the reply was too large.
  private(set) var shortened = 0

  /// An outcome, and the number of consecutive changes with this outcome.
  struct OutcomeGroup: Sendable {
    let outcome: ChangeOutcome
    /// The number of changes; more than 1 only for the outcome `omitted`.
    var count = 1
  }

  init(_ items: [TimedOutcome], time: Duration, window: Int = 1) {
    (times, self.time, self.window) = (items.map { $0.latency?.microseconds ?? 0 }, time, window)
    for item in items { add(OutcomeGroup(outcome: item.outcome)) }
  }

  private mutating func add(_ group: OutcomeGroup) {
    if case .omitted = group.outcome, case .omitted? = groups.last?.outcome {
      groups[groups.count - 1].count += group.count
    } else {
      groups.append(group)
    }
  }

  /// The outcomes of all changes, in their order.
  var outcomes: [ChangeOutcome] { groups.flatMap { [ChangeOutcome](repeating: $0.outcome, count: $0.count) } }

  /// Returns the service's reply time to the change at an index; nil if the change was not sent.
  func latency(at index: Int) -> Duration? { times[index] > 0 ? .microseconds(times[index]) : nil }

  /// The reply as the result of a JSON-RPC response.
  ///
  /// In `outcomes`, one number stands for consecutive changes with the outcome `omitted`: `[57,{"error":{...}},142]`.
  /// The reply times are a text, see ``IntegerListText``.
  var json: JSONValue {
    .object(
      JSONObject(
        [
          ("outcomes", .array(JSONArray(groups.map(\.json)))),
          ("times", .string(IntegerListText(times).text)),
          ("took", .number(JSONNumber(time.microseconds))), ("window", .number(JSONNumber(window))),
        ] + (shortened > 0 ? [("shortened", .number(JSONNumber(shortened)))] : [])))
  }

  /// Omits the contents of the largest results until the reply has at most `limit` bytes.
  ///
  /// The type and the id of each resource stay. `size` is the size of the reply in bytes.
  mutating func shorten(_ size: Int, to limit: Int, _ changes: [Change]) {
    let sizes = groups.map { group in
      switch group.outcome {
      case .done(let result), .found(_, let result?): result.encoded().count
      default: 0
      }
    }
    var excess = size - limit
    var positions = [Int](repeating: 0, count: groups.count)
    for index in groups.indices.dropFirst() { positions[index] = positions[index - 1] + groups[index - 1].count }
    for index in sizes.indices.sorted(by: { sizes[$0] > sizes[$1] }) where excess > 0 && sizes[index] > 0 {
      let short = groups[index].outcome.identified(changes[positions[index]])
      let saved = sizes[index] - JSONValue.array(JSONArray([short.json])).encoded().count
      guard saved > 0 else { continue }
      groups[index] = OutcomeGroup(outcome: short)
      shortened += 1
      excess -= saved
    }
  }

  /// Creates a reply from received JSON; nil for JSON that is not a reply with `count` outcomes.
  init?(_ json: JSONValue, count: Int) {
    guard let list = json["outcomes"]?.arrayValue,
      let times = json["times"]?.stringValue.flatMap(IntegerListText.integers), times.count == count
    else { return nil }
    self.times = times
    time = .microseconds(json["took"]?.numberValue?.integer ?? 0)
    window = json["window"]?.numberValue?.integer ?? 1
    shortened = json["shortened"]?.numberValue?.integer ?? 0
    var rest = count
    for json in list {
      guard let group = OutcomeGroup(json), group.count <= rest else { return nil }
      rest -= group.count
      add(group)
    }
    guard rest == 0 else { return nil }
  }
}

extension ChunkReply.OutcomeGroup {
  var json: JSONValue {
    guard case .omitted = outcome else { return outcome.json }
    return .number(JSONNumber(count))
  }

  init?(_ json: JSONValue) {
    guard let outcome = ChunkReply.ChangeOutcome(json) else { return nil }
    self.outcome = outcome
    if case .omitted = outcome { count = json.numberValue?.integer ?? 1 }
  }
}

extension ChunkReply.ChangeOutcome {
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
    case .omitted: 1
    case .found(let id, let document):
      .object(
        JSONObject([("found", id.map { .string($0) } ?? .null)] + (document.map { [("document", $0)] } ?? [])))
    case .failed(let error): ["error": .object(error.json)]
    case .unsent: .null
    }
  }

  init?(_ json: JSONValue) {
    if json.isNull {
      self = .unsent
    } else if let count = json.numberValue?.integer, count > 0 {
      self = .omitted
    } else if let result = json["result"] {
      self = .done(result)
    } else if let error = json["error"]?.objectValue.flatMap({ ClientError(json: $0) }) {
      self = .failed(error)
    } else if let id = json["found"] {
      self = .found(id: id.stringValue, document: json["document"])
    } else {
      return nil
    }
  }

  /// Whether the outcome counts as a failure of the given change.
  ///
  /// A `destroy` of a resource that does not exist is no failure.
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
    case .found(_, let document?) where change.givesDocument:
      .success(ChangeResult(renamed(document), givesDocument: true))
    case .found(let id, _): .success(Self.found(id, change))
    case .failed(let error): .failure(error)
    case .unsent: nil
    }
  }

  /// Returns the outcome without the contents of its result: only the type and the id of the resource are left.
  ///
  /// If this type and this id are those of the changed resource, the function returns `omitted`, because the change
  /// itself already names the resource.
  func withoutContents(_ change: Change) -> ChunkReply.ChangeOutcome {
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

  /// Returns the outcome with only the type and the id of the resource in its result.
  func identified(_ change: Change) -> ChunkReply.ChangeOutcome {
    if case .found(let id, _) = self { return .found(id: id) }
    guard case .omitted = withoutContents(change), change.givesDocument, change.verb != .destroy, let id = change.id
    else { return withoutContents(change) }
    return .done(["data": ["type": .string(change.target.type), "id": .string(id)]])
  }

  /// Creates the reply for a change that was carried out according to a lookup, if the lookup read no resource.
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
