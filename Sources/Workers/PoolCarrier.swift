package import Bulk
package import Client
import JSONRPC
import JSONText
import Synchronization

/// A carrier that passes changes to a pool of workers, with many changes in one chunk.
///
/// Each caller gets the outcome of its change, as with any carrier. Changes that wait at the same time go into one
/// chunk. Two chunks are in flight for each worker, so that a worker can start its next chunk immediately.
package final class PoolCarrier: CallbackCarrier {
  /// A change without an outcome yet, and the receiver of the outcome.
  struct PendingChange: Sendable {
    let change: Change
    /// The number of chunks that contained this change, but whose worker did not send it.
    var attempts = 0
    let receiver: any GroupedReplyReceiver
    /// The number by which the receiver identifies the change.
    let number: Int

    init(_ change: Change, _ number: Int, _ receiver: any GroupedReplyReceiver) {
      (self.change, self.number, self.receiver) = (change, number, receiver)
    }
  }

  let pool: WorkerPool
  let link: any PoolBrokerLink
  let transport: any Transport
  let limits: PoolCarrierSettings
  let run: String
  private let state: Mutex<WaitingChangesAndSentChunks>
  /// The maximum number of times that the carrier puts the same change into a chunk.
  ///
  /// A worker can return a chunk without having sent all its changes. The carrier then puts the unsent changes into
  /// another chunk. A change fails if no worker has sent it after five chunks.
  private static let attempts = 5

  /// Creates the carrier of a statement, and checks that a worker of the pool accepts chunks for the statement's queue.
  ///
  /// - Throws: `no-route` if the pool has no worker, and `forbidden` if a worker refuses an empty chunk.
  package static func open(
    _ pool: WorkerPool, on link: any PoolBrokerLink, _ limits: PoolCarrierSettings
  ) async throws(ClientError) -> PoolCarrier {
    let workers: Int
    let transport: any Transport
    do throws(LinkError) {
      workers = try await link.probe(queue: pool.queue, until: .now + .seconds(30))?.consumers ?? 0
      guard workers > 0 else { throw LinkError(.noRoute, "the pool \(pool.name) has no worker") }
      transport = try await link.open(queue: pool.queue)
    } catch {
      throw ClientError(
        error.kind == .noRoute ? .noRoute : .connection, error.message,
        nextStep: error.kind == .noRoute
          ? pool.startStep
          : "no change was sent: run the statement again")
    }
    let carrier = PoolCarrier(pool, link, transport, limits, workers)
    do throws(ClientError) { try await carrier.greet() } catch {
      await carrier.close()
      throw error
    }
    let watch: Task<Void, Never> = Task { [weak carrier] in _ = await carrier?.watch() }
    carrier.state.withLock { $0.watch = watch }
    return carrier
  }

  private init(
    _ pool: WorkerPool, _ link: any PoolBrokerLink, _ transport: any Transport, _ limits: PoolCarrierSettings,
    _ workers: Int
  ) {
    (self.pool, self.link, self.transport, self.limits) = (pool, link, transport, limits)
    run = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined(separator: "-")
    state = Mutex(
      WaitingChangesAndSentChunks(
        size: AdaptiveChunkSize(workers: workers), workers: workers,
        budget: ChunkFailureBudget(limit: limits.failures, share: limits.share)))
  }

  /// The executor of the connection to the pool, which runs tasks on the connection's thread.
  package var executor: (any TaskExecutor)? { transport.taskExecutor }

  /// The maximum number of changes that the carrier accepts at the same time.
  ///
  /// The carrier accepts enough changes for two chunks in flight for each worker, and for two waiting chunks. It
  /// accepts no more, because `throttle:`, `rate:` and `retort ctl` can't delay a change that the carrier has accepted.
  package var window: Int? { state.withLock { (max(1, $0.workers) * 2 + 2) * $0.size.count } }

  /// The maximum time from the creation of a chunk to the sending of its changes.
  package var longestDelay: Duration { WorkerPool.assumedLife }

  /// The time after which no worker sends changes of the last chunk without a reply.
  ///
  /// The time includes the longest timeout of a change.
  ///
  /// Nil if each chunk got its reply, and after ``abandon()``.
  package var lastPossibleSend: ContinuousClock.Instant? {
    state.withLock { state in
      state.isAbandoned ? nil : state.lastUnanswered.map { $0 + WorkerPool.assumedLife + state.longest }
    }
  }

  /// True: each change is one request, and the workers forward late replies to this program.
  package var hasLateReplies: Bool { true }

  /// The number of changes in the chunks in flight.
  package var inFlight: Int { state.withLock(\.inFlight) }

  /// The state of the pool as text, such as `3 workers, 120/s each`.
  ///
  /// After workers have left the pool, the text also contains their number, until the changes of a lost worker have
  /// been looked up. If chunks get no reply long after their expiry, the text says how long the carrier waits for them.
  package var status: String? {
    let (workers, rate, left, late) = state.withLock { ($0.workers, $0.size.rate, $0.left, $0.late) }
    let pool = workers.of("worker") + (rate > 0 && workers > 0 ? ", \(rate)/s each" : "")
    if let late {
      let longest = state.withLock { $0.isUnlimited ? Self.longestWait : $0.longest }
      let rest = max(.zero, Self.waitLimit(longest, limits.settle) - late.age).components.seconds
      return pool + ", no reply to \(late.count.of("chunk")): waiting at most \(rest) s more"
    }
    let wait = link.silence + longestTimeout + (limits.settle ?? .zero) + .seconds(1)
    guard left.count > 0, .now - left.time < wait + .seconds(10) else { return pool }
    let changes = left.count == 1 ? "its changes are" : "their changes are"
    let lost = left.count == 1 ? "if it was lost" : "if they were lost"
    return pool
      + ", \(left.count.of("worker")) gone: \(lost), \(changes) looked up after \(wait.components.seconds) s"
  }

  /// Passes a change to a worker, and returns the service's reply.
  package func carry(_ change: Change) async throws(ClientError) -> ChangeResult {
    var latency: Duration?
    return try await carry(change, latency: &latency)
  }

  /// Passes a change to a worker, and returns the service's reply.
  ///
  /// The function sets `latency` to the reply time of the service.
  package func carry(_ change: Change, latency: inout Duration?) async throws(ClientError) -> ChangeResult {
    let (result, time) = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in take(change, number: 0, for: OutcomeWaiter(continuation)) }
    } onCancel: {
      self.end()
    }
    latency = time
    return try result.get()
  }

  /// A receiver that resumes the task that waits for the outcome of one change.
  private final class OutcomeWaiter: GroupedReplyReceiver {
    private let continuation: CheckedContinuation<(Result<ChangeResult, ClientError>, Duration?), Never>

    init(_ continuation: CheckedContinuation<(Result<ChangeResult, ClientError>, Duration?), Never>) {
      self.continuation = continuation
    }

    func end(_ number: Int, _ result: Result<ChangeResult, ClientError>, latency: Duration?) {
      continuation.resume(returning: (result, latency))
    }

    func end(succeeded numbers: [Int], latencies: LatencyHistogram) {
      continuation.resume(returning: (.success(.omitted), latencies.percentile(1)))
    }
  }

  /// Takes a change for the next chunk.
  package func take(_ change: Change, number: Int, for receiver: any GroupedReplyReceiver) {
    take([(change, number)], for: receiver)
  }

  /// Takes changes for the next chunks.
  package func take(_ changes: [(change: Change, number: Int)], for receiver: any GroupedReplyReceiver) {
    let waiting = changes.map { PendingChange($0.change, $0.number, receiver) }
    let (isEnded, mustDispatch) = state.withLock { state in
      if state.isEnded || state.isLost { return (true, false) }
      state.waiting.append(contentsOf: waiting)
      defer { state.isDispatching = true }
      return (false, !state.isDispatching)
    }
    if isEnded { return refuse(waiting) }
    // `dispatch` runs in a separate task. Before this task runs, further changes can join the chunk.
    if mustDispatch { Task(executorPreference: executor) { self.dispatch() } }
  }

  /// Sends chunks until the maximum number of chunks is in flight, or no change waits.
  private func dispatch() {
    guard !isPaused() else { return }
    while let (portion, number, grant) = nextChunk() {
      let chunk = Chunk(
        pool, run: run, number: number, life: WorkerPool.life, failures: grant.failures, keyField: limits.keyField,
        settle: limits.settle, givesResults: limits.givesResults, queue: limits.queue, changes: portion.map(\.change))
      Task(executorPreference: executor) { await self.send(chunk, portion, grant) }
    }
  }

  /// Returns whether the sending of chunks is paused; if so, calls `dispatch` again at the end of the pause.
  private func isPaused() -> Bool {
    state.withLock { $0.isDispatching = false }
    guard limits.isPaused() else { return false }
    let mustWait = state.withLock { state in
      guard state.count > 0, !state.isAwaitingResumption else { return false }
      state.isAwaitingResumption = true
      return true
    }
    if mustWait { Task { await waitForResumption() } }
    return true
  }

  private func waitForResumption() async {
    while limits.isPaused(), state.withLock({ $0.count > 0 }) { try? await Task.sleep(for: .milliseconds(50)) }
    state.withLock { $0.isAwaitingResumption = false }
    dispatch()
  }

  /// Takes the changes of the next chunk from the waiting changes; returns nil if no chunk can be sent now.
  ///
  /// The function also returns the chunk's number, and the number of failures that the chunk may have. The waiting
  /// changes are spread evenly over the chunks that can be sent now.
  private func nextChunk() -> ([PendingChange], number: Int, grant: ChunkFailureBudget.FailureGrant)? {
    state.withLock { state -> ([PendingChange], number: Int, grant: ChunkFailureBudget.FailureGrant)? in
      let free = max(1, state.workers) * 2 - state.chunks
      let room = state.budget.room(beside: state.inFlight)
      guard !state.isEnded, free > 0, room > 0, state.count > 0 else { return nil }
      let count = min(state.size.count, (min(state.count, room) + free - 1) / free)
      guard let grant = state.budget.grant(count, places: free) else { return nil }
      let portion = Array(state.waiting[state.head..<state.head + count])
      state.head += count
      if state.head * 2 > state.waiting.count + 64 {
        state.waiting.removeFirst(state.head)
        state.head = 0
      }
      state.inFlight += count
      for case let change in portion.lazy.map(\.change) { state.record(timeout: change.timeout) }
      state.lastNumber += 1
      state.created[state.lastNumber] = .now
      return (portion, state.lastNumber, grant)
    }
  }

  private func send(_ chunk: Chunk, _ portion: [PendingChange], _ grant: ChunkFailureBudget.FailureGrant) async {
    let reply: Result<ChunkReply, ClientError>
    let (chunk, portion, message) = shortened(chunk, portion)
    do throws(ClientError) { reply = .success(try await sent(chunk, message)) } catch { reply = .failure(error) }
    var (failures, left): (Int, [PendingChange]) = (0, [])
    switch reply {
    case .success(let reply):
      (failures, left) = end(portion, reply)
      if reply.shortened > 0 {
        limits.note(
          "the reply of the pool \(pool.name) was too large, so the next stage gets only the type and the id of "
            + reply.shortened.of("resource"))
      }
      let timeout = portion.lazy.compactMap(\.change.timeout).min()
      state.withLock { state in
        state.size.adapt(to: reply, sent: portion.count - left.count, timeout: timeout, workers: state.workers)
      }
    case .failure(let error):
      failures = portion.count
      // The chunk is recorded before its changes fail, because the statement reads `lastPossibleSend` as soon as it has
      // all outcomes.
      if error.kind == .unknown { state.withLock { $0.recordUnanswered(chunk.number) } }
      for waiting in portion { waiting.fail(error.concerning(waiting.change)) }
    }
    count(chunk, successes: portion.count - left.count - failures, failures, grant)
    repeatLater(left, isCut: grant.failures.map { failures >= $0 } ?? false)
    dispatch()
  }

  /// Encodes the request of a chunk; if the request is too large, returns the second half of the changes to the waiting
  /// changes.
  private func shortened(_ chunk: Chunk, _ portion: [PendingChange]) -> (Chunk, [PendingChange], ChunkRequest) {
    let count = portion.count
    var (chunk, portion, message) = (chunk, portion, request(chunk))
    while message.body.count > WorkerPool.messageSize, portion.count > 1 {
      let rest = Array(portion[(portion.count / 2)...])
      portion.removeLast(rest.count)
      chunk.changes.removeLast(rest.count)
      state.withLock { state in
        state.inFlight -= rest.count
        state.size.limit(to: portion.count)
      }
      putBack(rest)
      message = request(chunk)
    }
    if portion.count < count { dispatch() }
    return (chunk, portion, message)
  }

  /// Queues unsent changes again, before all other waiting changes.
  private func putBack(_ changes: [PendingChange]) {
    let isEnded = state.withLock { state in
      if state.isEnded || state.isLost { return true }
      state.waiting.insert(contentsOf: changes, at: state.head)
      return false
    }
    if isEnded { refuse(changes) }
  }

  /// Counts the outcomes of a chunk.
  ///
  /// If the failures reach the limit, the function reports the waiting changes as not sent.
  private func count(_ chunk: Chunk, successes: Int, _ failures: Int, _ grant: ChunkFailureBudget.FailureGrant) {
    let isReached = state.withLock { state in
      state.created[chunk.number] = nil
      state.inFlight -= chunk.changes.count
      state.budget.end(grant, successes: successes, failures: failures)
      return state.budget.isReached
    }
    if isReached { end() }
  }

  /// Queues the unsent changes of a chunk again, before all other waiting changes.
  ///
  /// A change fails after five chunks in which no worker sent it. A chunk that reached its limit of failures (`isCut`)
  /// does not count.
  private func repeatLater(_ left: [PendingChange], isCut: Bool) {
    guard !left.isEmpty else { return }
    var again: [PendingChange] = []
    for var waiting in left {
      if !isCut { waiting.attempts += 1 }
      if waiting.attempts < Self.attempts { again.append(waiting) } else { waiting.fail(.notSent(by: pool)) }
    }
    putBack(again)
  }

  /// Reports an error for unsent changes, because the statement has ended or the pool has lost its workers.
  private func refuse(_ changes: some Sequence<PendingChange>) {
    let isLost = isLost
    for waiting in changes { if isLost { waiting.fail(.lost(pool)) } else { waiting.drop() } }
  }

  /// Whether the pool has lost its workers.
  var isLost: Bool { state.withLock(\.isLost) }

  /// Whether chunks are in flight.
  var hasChunks: Bool { state.withLock { $0.chunks > 0 } }

  /// The longest timeout of a change that was sent; a change without a timeout does not count.
  var longestTimeout: Duration { state.withLock(\.longest) }

  /// Records the number of workers, and sends as many chunks as this number allows.
  func record(workers: Int) {
    state.withLock { state in
      if workers < state.workers, state.chunks > 0 {
        state.left = (state.left.count + state.workers - workers, .now)
      } else {
        state.left.count = max(0, state.left.count - (workers - state.workers))
      }
      state.workers = workers
    }
    dispatch()
  }

  /// Records that the pool has lost its workers, and reports an error for the waiting changes.
  func lose() {
    state.withLock { $0.isLost = true }
    refuse(takeWaiting())
  }

  /// Ends the statement: reports the waiting changes as not sent, and accepts no more changes.
  ///
  /// The changes in chunks in flight still get their outcomes.
  package func end() {
    state.withLock { $0.isEnded = true }
    refuse(takeWaiting())
  }

  private func takeWaiting() -> ArraySlice<PendingChange> {
    state.withLock { state in
      defer { (state.waiting, state.head) = ([], 0) }
      return state.waiting[state.head...]
    }
  }

  /// Stops waiting for the replies to chunks; the outcomes of the changes in these chunks are then unknown.
  package func abandon() {
    state.withLock { $0.isAbandoned = true }
    transport.abandon()
  }

  /// Closes the channel of the chunks.
  package func close() async {
    state.withLock { $0.watch?.cancel() }
    await transport.close()
  }
}
