import AMQP
import Bulk
import Client
import JSONRPC
import JSONText
import Synchronization
import Testing

@testable import Workers

/// Tests of the carrier that passes changes to a pool, with a simulated pool.
@Suite struct PoolCarrierTests {
  /// A connection to a simulated pool of three workers, which succeeds with all changes.
  private final class SimulatedPool: PoolBrokerLink, Transport {
    let (address, place, queue) = ("simulated:", "simulated:", "retort.work.test")
    let (state, queues, types): (LinkState, [String]?, [ServedTypeSchema]) = (.up, nil, [])
    let taskExecutor: (any TaskExecutor)? = nil
    let silence = Duration.seconds(1)
    private let pool: WorkerPool
    private let number = Atomic(0)
    private let isPaused = Atomic(false)
    /// The number of calls that found the pool paused.
    private let pausedCalls = Atomic(0)
    private let sent = Mutex((running: 0, paused: 0))
    private let largest = Atomic(0)
    /// An event for which the pool waits before it replies to an empty chunk; nil if it replies at once.
    private let isFree: AsyncStream<Void>?

    /// The size of the largest request in bytes.
    var largestRequest: Int { largest.load(ordering: .sequentiallyConsistent) }

    /// The number of changes that the carrier sent while the pool was not paused, and while it was paused.
    var counts: (running: Int, paused: Int) { sent.withLock { $0 } }

    init(_ pool: WorkerPool, isFree: AsyncStream<Void>? = nil) { (self.pool, self.isFree) = (pool, isFree) }

    func setPaused(_ value: Bool) { isPaused.store(value, ordering: .sequentiallyConsistent) }

    func checkPaused() -> Bool {
      guard isPaused.load(ordering: .sequentiallyConsistent) else { return false }
      pausedCalls.add(1, ordering: .sequentiallyConsistent)
      return true
    }

    /// Waits until the carrier has asked a few times whether the pool is paused.
    func wasAskedWhilePaused() async throws {
      while pausedCalls.load(ordering: .sequentiallyConsistent) < 3 { try await Task.sleep(for: .milliseconds(5)) }
    }

    func nextCorrelationID() -> String { "\(number.add(1, ordering: .relaxed).newValue)" }

    func send(_ envelope: TransportRequest) async throws(LinkError) -> [UInt8] {
      largest.max(envelope.body.count, ordering: .sequentiallyConsistent)
      guard let request = try? Request(decoding: envelope.body) else { throw LinkError(.lost, "not a request") }
      let count = request.params["changes"]?.arrayValue?.count ?? 0
      if count == 0, let isFree { for await _ in isFree { break } }
      let isPaused = isPaused.load(ordering: .sequentiallyConsistent)
      sent.withLock { if isPaused { $0.paused += count } else { $0.running += count } }
      let items = [ChunkReply.TimedOutcome](repeating: .init(.omitted, latency: .milliseconds(1)), count: count)
      let reply = ChunkReply(items, time: .milliseconds(count), window: 4)
      return pool.signed(Response(id: request.id, outcome: .result(reply.json)).encoded())
    }

    func uses(password: String) -> Bool { true }
    func open(queue: String, replies: ReplyRoute) async throws(LinkError) -> any Transport { self }
    func probe(queue: String, until deadline: ContinuousClock.Instant) async throws(LinkError) -> QueueState? {
      QueueState(messages: 0, consumers: 3)
    }
    func takeBack(
      queue: String, _ declaration: QueueDeclaration, while isNeeded: @Sendable () -> Bool,
      respond: @escaping @Sendable (DeliveredRequest) async -> ServiceRepliesWithDelays?, ended: @Sendable () -> Void
    ) async throws(LinkError) {}
    func close() async {}
  }

  /// A receiver that counts the outcomes of changes.
  private final class OutcomeCounter: GroupedReplyReceiver {
    let (stream, continuation) = AsyncStream.makeStream(of: Int.self)

    func end(_ number: Int, _ result: Result<ChangeResult, ClientError>, latency: Duration?) { continuation.yield(1) }
    func end(succeeded numbers: [Int], latencies: LatencyHistogram) { continuation.yield(numbers.count) }

    func waited(for count: Int) async {
      var rest = count
      for await count in stream {
        rest -= count
        if rest <= 0 { return }
      }
    }
  }

  private let pool: WorkerPool

  init() throws {
    let key: MessageAuthenticationKey = try #require(MessageAuthenticationKey(Array("0123456789abcdef".utf8)))
    pool = WorkerPool(name: "test", vhost: "/", key: key)
  }

  private func change(_ id: Int, padding: String = "") -> Change {
    Change(
      target: TargetQueue(broker: "h:5672 /", queue: "posts", type: "posts"), verb: .destroy, method: "destroy",
      params: ["id": .string("\(id)\(padding)")], expires: true, timeout: .seconds(5))
  }

  /// While all workers are busy, a note says that the statement waits for one of them.
  @Test(.timeLimit(.minutes(1))) func aBusyPoolIsNoted() async throws {
    let (isFree, continuation) = AsyncStream.makeStream(of: Void.self)
    let notes = Mutex<[String]>([])
    var settings = PoolCarrier.PoolCarrierSettings(queue: "posts")
    settings.note = { note in
      notes.withLock { $0.append(note) }
      continuation.yield()
    }
    await (try PoolCarrier.open(pool, on: SimulatedPool(pool, isFree: isFree), settings)).close()
    #expect(
      notes.withLock { $0 } == [
        "waiting up to 60s for a worker of the pool test: the workers can be busy; to see what they do: retort work "
          + "--status --pool test"
      ])
  }

  /// While the run is paused, the carrier sends no chunk, although changes wait.
  @Test(.timeLimit(.minutes(1))) func aPauseHoldsTheWaitingChanges() async throws {
    let link = SimulatedPool(pool)
    var settings = PoolCarrier.PoolCarrierSettings(queue: "posts")
    settings.isPaused = { link.checkPaused() }
    let carrier = try await PoolCarrier.open(pool, on: link, settings)
    let counter = OutcomeCounter()
    link.setPaused(true)
    for number in 0..<100 { carrier.take(change(number), number: number, for: counter) }
    try await link.wasAskedWhilePaused()
    #expect(link.counts == (0, 0) && carrier.inFlight == 0)
    link.setPaused(false)
    await counter.waited(for: 100)
    #expect(link.counts == (100, 0))
    await carrier.close()
  }

  /// The carrier accepts as many changes as fit into the chunks in flight, and two chunks more.
  @Test(.timeLimit(.minutes(1))) func theWindowFollowsTheSizeOfChunks() async throws {
    let carrier = try await PoolCarrier.open(pool, on: SimulatedPool(pool), .init(queue: "posts"))
    #expect(carrier.window == 8 * AdaptiveChunkSize(workers: 3).count)
    let counter = OutcomeCounter()
    for number in 0..<2000 { carrier.take(change(number), number: number, for: counter) }
    await counter.waited(for: 2000)
    // Each simulated worker needs a millisecond for a change, so a chunk has the maximum size.
    #expect(try #require(carrier.window) > 8 * AdaptiveChunkSize(workers: 3).count)
    #expect(try #require(carrier.window) <= 8 * WorkerPool.chunkLimit)
    await carrier.close()
  }

  /// A chunk whose request is too large is divided, and no change is lost.
  @Test(.timeLimit(.minutes(1))) func largeChangesGoIntoSmallChunks() async throws {
    let link = SimulatedPool(pool)
    let carrier = try await PoolCarrier.open(pool, on: link, .init(queue: "posts"))
    let counter = OutcomeCounter()
    let padding = String(repeating: "x", count: 3 << 20)
    for number in 0..<12 { carrier.take(change(number, padding: padding), number: number, for: counter) }
    await counter.waited(for: 12)
    #expect(link.counts == (12, 0))
    #expect(link.largestRequest < WorkerPool.messageSize)
    await carrier.close()
  }
}
