import Bulk
import Client
import JSONRPC
import JSONText

extension PoolCarrier {
  /// Sends an empty chunk to check that a worker accepts chunks of the statement's queue.
  ///
  /// If no worker replies within five seconds, a note says that the statement waits.
  func greet() async throws(ClientError) {
    let (note, name) = (limits.note, pool.name)
    let notice = Task {
      try await Task.sleep(for: .seconds(5))
      note(
        "waiting up to 60s for a worker of the pool \(name): the workers can be busy; to see what they do: retort work "
          + "--status --pool \(name)")
    }
    defer { notice.cancel() }
    let chunk = Chunk(pool, run: run, number: 0, life: WorkerPool.life, queue: limits.queue, changes: [])
    do throws(ClientError) { _ = try await sent(chunk, request(chunk), waitLimit: .seconds(60)) } catch {
      guard error.kind == .unknown else { throw error }
      throw ClientError(
        .connection, error.message,
        nextStep: error.message.contains(WorkerPool.sameKey)
          ? "give both the same secret, and run the statement again"
          : "the workers can be busy: see retort work --status --pool \(pool.name), and run the statement again later")
    }
  }

  /// The encoded and signed request of a chunk.
  struct ChunkRequest {
    let correlationID: String
    let body: [UInt8]
  }

  /// Encodes and signs the request of a chunk.
  func request(_ chunk: Chunk) -> ChunkRequest {
    let id = transport.nextCorrelationID()
    return ChunkRequest(correlationID: id, body: pool.signed(chunk.request(id: id)))
  }

  /// Sends a chunk, and returns the outcomes of its changes.
  ///
  /// - Throws: An error of kind `unknown` if a worker may have started the chunk. After an error of another kind, no
  ///   change of the chunk was sent.
  func sent(
    _ chunk: Chunk, _ message: ChunkRequest, waitLimit: Duration? = nil
  ) async throws(ClientError) -> ChunkReply {
    let id = message.correlationID
    let envelope = TransportRequest(
      correlationID: id, method: Chunk.method, body: message.body,
      deadline: .now + (waitLimit ?? Self.waitLimit(of: chunk)), expires: true)
    let bytes: [UInt8]
    do throws(LinkError) { bytes = try await transport.send(envelope) } catch {
      guard error.wasSent else {
        var refusal = ClientError(
          error.kind == .noRoute ? .noRoute : .connection, "the pool \(pool.name): \(error.message)")
        refusal.wasConfirmed = error.wasConfirmed
        throw refusal
      }
      throw .unanswered(
        id,
        isLost
          ? "the pool \(pool.name) has lost its workers, and did not reply"
          : "no reply from the pool \(pool.name): \(error.message)")
    }
    var reply = try read(bytes, id, chunk)
    reply.size = max(bytes.count, message.body.count)
    return reply
  }

  private func read(_ bytes: [UInt8], _ id: String, _ chunk: Chunk) throws(ClientError) -> ChunkReply {
    guard pool.accepts(bytes) else {
      throw .unanswered(
        id,
        "the reply of the pool \(pool.name) is not signed with this program's \(WorkerPool.keyVariable); "
          + WorkerPool.sameKey)
    }
    guard let response = try? Response(decoding: bytes), response.id.stringValue == id else {
      throw .unanswered(id, "the pool \(pool.name) sent an unreadable reply")
    }
    switch response.outcome {
    case .error where pool.key == nil && WorkerPool.isSigned(bytes):
      throw ClientError(
        .forbidden,
        "the pool \(pool.name) refuses the changes, because they are not signed: its workers have the secret "
          + "\(WorkerPool.keyVariable), but this program does not have it",
        nextStep: "set the environment variable \(WorkerPool.keyVariable) to the secret of the workers")
    case .error(let error) where error.data?[Worker.redelivered]?.boolValue == true:
      throw .unanswered(
        id, "a worker of the pool \(pool.name) was lost, and the next worker refused its changes: \(error.message)")
    case .error(let error):
      throw ClientError(
        .forbidden, "the pool \(pool.name) refuses the changes: \(error.message)",
        nextStep: "the worker's standard error shows the reasons")
    case .result(let result):
      guard let reply = ChunkReply(result, count: chunk.changes.count) else {
        throw .unanswered(id, "the pool \(pool.name) sent an unreadable reply")
      }
      return reply
    }
  }

  private static func waitLimit(of chunk: Chunk) -> Duration {
    waitLimit(chunk.changes.lazy.map { min($0.timeout ?? longestWait, longestWait) }.max() ?? .zero, chunk.settle)
  }

  /// The longest timeout of a change for which a carrier waits.
  static let longestWait = Duration.seconds(3600)

  /// Returns the maximum time to wait for the reply to a chunk whose longest timeout is `timeout`.
  ///
  /// The time is enough for two workers, because a second worker carries out the chunk if the first worker is lost. It
  /// includes three minutes for the second worker's lookups.
  static func waitLimit(_ timeout: Duration, _ settle: Duration?) -> Duration {
    WorkerPool.life + timeout * 2 + (settle ?? .zero) + .seconds(180)
  }
}

extension ClientError {
  /// Returns the error of a chunk without a valid reply.
  ///
  /// A worker may have carried out the changes of the chunk.
  fileprivate static func unanswered(_ correlationID: String, _ message: String) -> ClientError {
    var error = ClientError(
      .unknown, message, nextStep: "the change may have been carried out: check before you send it again")
    error.wasSent = true
    error.call = CallDescription(method: Chunk.method, label: "", queue: "", correlationID: correlationID)
    return error
  }

  /// Returns the error of a change that no worker sent, although the carrier put the change into several chunks.
  static func notSent(by pool: WorkerPool) -> ClientError {
    ClientError(
      .connection, "not sent: no worker of the pool \(pool.name) took the change in time",
      nextStep: "start more workers, and compare the clocks of the machines")
  }

  /// Converts the error of a whole chunk to the error of one of its changes.
  ///
  /// The copy contains the method, the type and the queue of the change.
  func concerning(_ change: Change) -> ClientError {
    var error = self
    if let call {
      error.call = CallDescription(
        method: change.method, label: change.target.type, queue: change.target.queue,
        correlationID: call.correlationID)
    }
    return error
  }
}
