import JSONText

/// The counts of a worker, as `retort work --status` shows them.
struct WorkerStatus: Sendable {
  var chunks = 0
  var changes = 0
  var refused = 0
  /// The number of changes a second that the worker sent in its last chunk.
  var rate = 0
  /// Whether the worker has a chunk that it has not yet acknowledged.
  var isBusy = false

  /// Counts a chunk that the worker has carried out.
  mutating func add(_ reply: ChunkReply) {
    isBusy = false
    chunks += 1
    let sent = reply.outcomes.count { if case .unsent = $0 { false } else { true } }
    changes += sent
    if reply.time.microseconds > 0 { rate = sent * 1_000_000 / reply.time.microseconds }
  }

  /// The status as JSON.
  var json: JSONValue {
    [
      "chunks": .number(JSONNumber(chunks)), "changes": .number(JSONNumber(changes)),
      "refused": .number(JSONNumber(refused)), "rate": .number(JSONNumber(rate)), "busy": .bool(isBusy),
    ]
  }

  init() {}

  /// Reads a status; nil if the JSON is not a status.
  init?(_ json: JSONValue) {
    guard let chunks = json["chunks"]?.numberValue?.integer, let changes = json["changes"]?.numberValue?.integer,
      let refused = json["refused"]?.numberValue?.integer, let rate = json["rate"]?.numberValue?.integer,
      let isBusy = json["busy"]?.boolValue
    else { return nil }
    (self.chunks, self.changes, self.refused, self.rate, self.isBusy) = (chunks, changes, refused, rate, isBusy)
  }

  /// The counts as text.
  var text: String { "\(chunks.of("chunk")), \(changes.of("change")), \(refused) refused" }
}

extension Int {
  /// Returns the number with a noun: `1 chunk`, `2 chunks`.
  func of(_ noun: String) -> String { self == 1 ? "1 \(noun)" : "\(self) \(noun)s" }
}
