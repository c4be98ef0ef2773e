import AMQP
import Bulk
import Client
import JSONRPC
import JSONText
import Synchronization

/// A worker of a pool, which takes chunks, carries out their changes, and replies with the outcomes.
final class Worker: Sendable {
  private struct CurrentChunkAndClients {
    var clients: [TargetQueue: ResourceClient] = [:]
    /// The work on the chunk in progress; nil between chunks.
    var current: Task<ChunkReply, Never>?
    /// The connection over which the worker receives chunks.
    var connection: Connection?
    var status = WorkerStatus()
  }

  private let settings: WorkerSettings
  private let callbacks: WorkerCallbacks
  /// The connection to the services, separate from the connection that carries the chunks.
  private let link: any ServiceLink
  /// The maximum time until a worker notices the loss of its connection.
  private let silence: Duration
  /// The object that receives late replies from the services.
  private let lateReplies: LateReplies
  private let memory = DuplicateChunkGuard()
  private let freezeDetector: ProcessFreezeDetector
  private let state = Mutex(CurrentChunkAndClients())

  init(_ settings: WorkerSettings, _ callbacks: WorkerCallbacks, _ link: any ServiceLink, _ lateReplies: LateReplies) {
    (self.settings, self.callbacks, self.link, self.lateReplies) = (settings, callbacks, link, lateReplies)
    silence = WorkerPool.silence(of: settings.uri)
    freezeDetector = ProcessFreezeDetector(limit: .seconds(2 * WorkerPool.heartbeat(of: settings.uri)))
  }

  /// Aborts the connection over which the worker receives chunks.
  ///
  /// The worker then cancels the chunk in progress. The broker delivers this chunk to another worker, which looks up its
  /// changes.
  func abort() async { await state.withLock(\.connection)?.abort() }

  /// Watches whether the process was frozen, until the task is cancelled.
  func watchForFreezes() async { await freezeDetector.run() }

  /// The counts of the worker, as `retort work --status` shows them.
  var status: WorkerStatus { state.withLock(\.status) }

  /// Serves the pool's queue on a connection.
  ///
  /// If the connection is lost, the worker cancels the chunk in progress, because the broker delivers the chunk to
  /// another worker. The worker also aborts the connection to the services, so that no request of the chunk arrives
  /// later.
  ///
  /// `taken` is the number of chunks that the worker got on earlier connections.
  func serve(on connection: Connection, after taken: Int) async throws(AMQPClientError) -> ServiceChannel {
    let validity = DeliveredChunkValidity(freezeDetector)
    state.withLock { $0.connection = connection }
    Task {
      _ = await connection.ended()
      validity.end()
      let chunk = state.withLock(\.current)
      chunk?.cancel()
      if chunk != nil { await link.abort() }
    }
    let channel = ServiceChannel.QueueServingSettings(
      confirmsReplies: true, taken: taken, declaration: WorkerPool.declaration)
    return try await connection.serve(queue: settings.pool.queue, on: channel) { delivery in
      // After a freeze, the broker may have given this chunk to another worker, although it was still in the socket's
      // buffer here. The worker aborts the connection, so that it can't acknowledge the chunk.
      if !validity.isValid { await connection.abort() }
      return await self.answer(delivery, validity)
    }
  }

  /// Serves a separate queue for status requests.
  ///
  /// The queue's name contains the number of the worker: the lowest number that no other worker uses.
  func serveQuestions(on connection: Connection) async throws(AMQPClientError) -> ServiceChannel {
    var number = 1
    while true {
      do throws(AMQPClientError) {
        return try await connection.serve(
          queue: settings.pool.questions(to: number),
          on: ServiceChannel.QueueServingSettings(declaration: QueueDeclaration(isExclusive: true))
        ) { delivery in
          let id = (try? Request(decoding: delivery.body))?.id ?? .null
          return self.signed(Response(id: id, outcome: .result(self.status.json)).encoded())
        }
      } catch {
        // 405 RESOURCE_LOCKED: the queue belongs to another connection.
        guard await connection.end == nil, error.message.contains(" 405 "), number < 10_000 else { throw error }
        number += 1
      }
    }
  }

  /// Carries out the chunk of a request; returns the reply, and a stream of late replies to the chunk's changes.
  private func answer(_ delivery: DeliveredRequest, _ validity: DeliveredChunkValidity) async
    -> ServiceRepliesWithDelays
  {
    let request: Request
    do throws(ErrorResponse) { request = try Request(decoding: delivery.body) } catch {
      note(refusal: "a message that is not a JSON-RPC request")
      return signed(error.encoded())
    }
    do throws(ChunkRefusal) {
      let chunk = try accepted(request, delivery)
      var reply = try await carriedOut(chunk, delivery, validity)
      var body = Response(id: request.id, outcome: .result(reply.json)).encoded()
      if body.count > WorkerPool.replySize, chunk.changes.count > 1 {
        reply.shorten(body.count, to: WorkerPool.replySize, chunk.changes)
        body = Response(id: request.id, outcome: .result(reply.json)).encoded()
      }
      var answer = signed(body)
      answer.further = LateReplyForwarder(chunk, reply, lateReplies).messages(of: settings.pool)
      return answer
    } catch {
      let name = request.params["run"]?.stringValue.map { " of run \($0.prefix(32))" } ?? ""
      note(refusal: "a chunk\(name): \(error.message)")
      // Another worker may have received a redelivered chunk before, and sent its changes.
      let data: JSONValue? = delivery.isRedelivered ? [Self.redelivered: true] : nil
      return signed(
        ErrorResponse(id: request.id, error: ErrorObject(.invalidParams, error.message, data: data)).encoded())
    }
  }

  /// The member of an error's data that says that the refused chunk was delivered before.
  static let redelivered = "redelivered"

  private func signed(_ body: [UInt8]) -> ServiceRepliesWithDelays {
    ServiceRepliesWithDelays([ServiceRepliesWithDelays.OutgoingReply(settings.pool.signed(body))])
  }

  /// Reads the chunk of a request, and checks that the worker accepts the chunk.
  ///
  /// - Throws: ``ChunkRefusal`` if the worker does not accept the chunk.
  private func accepted(_ request: Request, _ delivery: DeliveredRequest) throws(ChunkRefusal) -> Chunk {
    let pool = settings.pool
    guard pool.accepts(delivery.body) else {
      let fault = WorkerPool.isSigned(delivery.body) ? "wrong" : "missing"
      throw ChunkRefusal("its signature is \(fault): \(WorkerPool.sameKey)")
    }
    guard request.method == Chunk.method else { throw ChunkRefusal("\(request.method) is not a method of workers") }
    let chunk = try Chunk(request.params, meta: settings.meta)
    guard chunk.vhost == pool.vhost, chunk.pool == pool.name else {
      throw ChunkRefusal("it is for the pool \(chunk.pool) of the vhost \(chunk.vhost)")
    }
    guard !chunk.queue.hasPrefix(WorkerPool.queuePrefix) else {
      throw ChunkRefusal("the queue \(chunk.queue) belongs to a pool, not to a service")
    }
    guard settings.allowed?.contains(chunk.queue) ?? true else {
      throw ChunkRefusal("the worker's options --allow do not name the queue \(chunk.queue)")
    }
    let now = WorkerPool.now
    guard chunk.expires - now <= WorkerPool.longestLife.wholeMilliseconds else {
      throw ChunkRefusal("by this worker's clock, it was created in the future: compare the clocks of the machines")
    }
    guard memory.take(chunk, now: now) || delivery.isRedelivered else {
      throw ChunkRefusal("the worker already received chunk \(chunk.number) of this run")
    }
    return chunk
  }

  private func carriedOut(
    _ chunk: Chunk, _ delivery: DeliveredRequest, _ validity: DeliveredChunkValidity
  ) async throws(ChunkRefusal) -> ChunkReply {
    guard !chunk.changes.isEmpty else { return ChunkReply([], time: .zero) }
    if delivery.isRedelivered {
      callbacks.note("chunk \(chunk.number) of run \(chunk.run) was delivered before: looking up its changes first")
    }
    let run = ChunkRun(
      chunk: chunk, client: try await client(of: chunk), window: settings.inFlight,
      isRedelivered: delivery.isRedelivered, silence: silence
    ) { validity.isValid }
    let task = Task { await run.reply() }
    state.withLock { state in
      state.current = task
      state.status.isBusy = true
    }
    let reply = await task.value
    state.withLock { state in
      state.current = nil
      state.status.add(reply)
    }
    return reply
  }

  private func client(of chunk: Chunk) async throws(ChunkRefusal) -> ResourceClient {
    let target = chunk.changes[0].target
    var settings = ClientSettings(type: target.type, meta: chunk.changes[0].params["meta"]?.objectValue ?? [:])
    settings.timeout = chunk.changes[0].timeout
    if var known = state.withLock({ $0.clients[target] }) {
      known.settings = settings
      return known
    }
    do throws(LinkError) {
      let client = ResourceClient(
        transport: try await link.open(queue: target.queue), settings: settings, lateReplies: lateReplies)
      state.withLock { $0.clients[target] = client }
      return client
    } catch { throw ChunkRefusal("the worker can't open the queue \(target.queue): \(error.message)") }
  }

  private func note(refusal text: String) {
    let count = state.withLock { state in
      state.status.refused += 1
      return state.status.refused
    }
    callbacks.note("refused \(text) (\(count) refused so far)")
  }
}
