extension PoolCarrier {
  /// The changes and the chunks of a carrier, and the state of its pool.
  struct WaitingChangesAndSentChunks {
    var waiting: [PendingChange] = []
    /// The number of changes at the beginning of `waiting` that the carrier has already put into a chunk.
    var head = 0
    var inFlight = 0
    var lastNumber = 0
    /// The creation times of the chunks in flight, by their numbers.
    var created: [Int: ContinuousClock.Instant] = [:]
    /// The creation time of the last chunk without a reply.
    var lastUnanswered: ContinuousClock.Instant?
    /// Whether the user has ended the wait for replies.
    var isAbandoned = false
    var size: AdaptiveChunkSize
    var workers: Int
    /// The number of workers that have left the pool and were not replaced, and the time when the last one left.
    var left = (count: 0, time: ContinuousClock.now)
    /// The longest timeout of all changes sent so far; a timeout of more than an hour counts as an hour.
    var longest = Duration.zero
    /// Whether a change without a timeout was sent.
    var isUnlimited = false
    /// Whether the pool has lost its workers; the carrier then sends no more chunks.
    var isLost = false
    var watch: Task<Void, Never>?
    var budget: ChunkFailureBudget
    var isEnded = false
    var isDispatching = false
    /// Whether a task waits for the end of a pause.
    var isAwaitingResumption = false

    var count: Int { waiting.count - head }
    /// The number of chunks in flight.
    var chunks: Int { created.count }

    /// The number of chunks without a reply 10 s after their expiry, and the age of the oldest of these chunks.
    ///
    /// Nil if there is no such chunk.
    var late: (count: Int, age: Duration)? {
      let ages = created.values.map { .now - $0 }.filter { $0 > WorkerPool.life + .seconds(10) }
      return ages.max().map { (ages.count, $0) }
    }

    /// Records the timeout of a change that is put into a chunk; nil for no timeout.
    mutating func record(timeout: Duration?) {
      guard let timeout else { return isUnlimited = true }
      longest = max(longest, min(timeout, PoolCarrier.longestWait))
    }

    /// Records that a chunk got no reply, although a worker may carry it out.
    mutating func recordUnanswered(_ chunk: Int) {
      guard let time = created[chunk] else { return }
      lastUnanswered = max(lastUnanswered ?? time, time)
    }
  }
}
