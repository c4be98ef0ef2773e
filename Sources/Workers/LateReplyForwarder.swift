import AMQP
import Bulk
import Client
import JSONRPC
import JSONText

/// A forwarder of late replies from a worker to the program that sent a chunk of changes.
///
/// A late reply answers a change whose outcome was unknown when the worker replied to the chunk. The forwarder sends
/// each late reply in a message with the change's correlation id. The message is a JSON-RPC response, whose result has
/// the form of an outcome in a ``ChunkReply``.
struct LateReplyForwarder {
  private let chunk: Chunk
  private let lateReplies: LateReplies
  /// The changes of the chunk whose outcomes are unknown, with their errors.
  private let unknown: [(change: Change, error: ClientError)]

  /// The maximum time for which the forwarder waits for late replies.
  ///
  /// A statement uses late replies until it ends. The worker does not learn when the statement ends, so the wait needs
  /// a maximum.
  private static let longestWait = Duration.seconds(600)

  init(_ chunk: Chunk, _ reply: ChunkReply, _ lateReplies: LateReplies) {
    (self.chunk, self.lateReplies) = (chunk, lateReplies)
    unknown = zip(chunk.changes, reply.outcomes).compactMap { change, outcome in
      outcome.lateError(of: change).map { (change, $0) }
    }
  }

  /// Returns a stream of messages with late replies; nil if the outcome of every change is known.
  ///
  /// The stream ends after the last missing reply, or after ten minutes.
  func messages(of pool: WorkerPool) -> AsyncStream<ServiceRepliesWithDelays.OutgoingReply>? {
    guard !unknown.isEmpty else { return nil }
    let (messages, message) = AsyncStream.makeStream(of: ServiceRepliesWithDelays.OutgoingReply.self)
    let (watch, givesResults) = (lateReplies.watch(), chunk.givesResults)
    for (change, error) in unknown {
      guard let id = error.call?.correlationID else { continue }
      watch.add(error) { outcome in
        let outcome = ChunkReply.ChangeOutcome(late: outcome)
        let own = givesResults ? outcome : outcome.withoutContents(change)
        let response = Response(id: .string(id), outcome: .result(own.json))
        message.yield(
          ServiceRepliesWithDelays.OutgoingReply(pool.signed(response.encoded()), correlationID: Array(id.utf8)))
      }
    }
    Task {
      _ = await watch.settled(within: Self.longestWait, expectsAll: true)
      watch.end()
      message.finish()
    }
    return messages
  }
}

extension ChunkReply.ChangeOutcome {
  /// Returns the error of a change whose outcome is unknown, if a late reply to the change may arrive.
  ///
  /// Returns nil for any other outcome.
  func lateError(of change: Change) -> ClientError? {
    guard case .failed(let error) = self, case .unknown = Bulk.Outcome(error, of: change),
      !(error.call?.correlationID.isEmpty ?? true)
    else { return nil }
    return error
  }

  /// Creates the outcome of a change from its late reply.
  init(late outcome: LateReplies.Outcome) {
    switch outcome {
    case .success(let result): self = .done(result)
    case .failure(let error): self = .failed(error)
    }
  }

  /// Returns the outcome as a late reply to a change; nil if the change was not sent.
  ///
  /// `renamed` converts the names in the result to the spelling that the client's option `keys` requires.
  func late(of change: Change, _ renamed: (JSONValue) -> JSONValue) -> LateReplies.Outcome? {
    switch self {
    case .done(let result): .success(renamed(result))
    case .omitted, .found: .success(change.identified)
    case .failed(let error): .failure(error)
    case .unsent: nil
    }
  }
}

extension Change {
  /// A document with only the type and the id of the changed resource, made without a reply from the service.
  ///
  /// For a `create` and for a `destroy`, the document has no resource.
  fileprivate var identified: JSONValue {
    guard let id, verb != .destroy else { return ["data": .null] }
    return ["data": ["type": .string(target.type), "id": .string(id)]]
  }
}

extension PoolCarrier {
  /// Registers a change whose outcome is unknown, so that a late reply from its worker can replace the outcome.
  func expectLateReply(_ outcome: ChunkReply.ChangeOutcome, to change: Change) {
    guard let lateReplies = limits.lateReplies, let error = outcome.lateError(of: change) else { return }
    let (pool, id, renamed) = (pool, error.call?.correlationID, limits.renamed)
    lateReplies.expect(error, id: change.id, for: change.timeout ?? .zero) { bytes in
      guard pool.accepts(bytes), let response = try? Response(decoding: bytes), response.id.stringValue == id,
        case .result(let result) = response.outcome
      else { return nil }
      return ChunkReply.ChangeOutcome(result)?.late(of: change, renamed)
    }
  }
}
