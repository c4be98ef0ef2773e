/// The number of changes in a chunk, which adapts to the speed of the workers.
///
/// A chunk should keep its worker busy for half a second. If the service is slow but carries out many requests at the
/// same time, a chunk has as many changes as the worker can have in flight.
struct AdaptiveChunkSize: Sendable {
  /// The maximum number of changes in the next chunk.
  private(set) var count = 32
  /// The number of changes that the workers sent, and the seconds that they needed; older chunks count less.
  private var (changes, seconds) = (0.0, 0.0)
  /// The seconds that a worker should need for one chunk.
  private static let time = 0.5
  /// The weight of all earlier chunks together, after each chunk.
  private static let memory = 0.8

  /// The speed of one worker in changes a second; 0 before the end of the first chunk.
  var rate: Int { seconds > 0 ? Int((changes / seconds).rounded()) : 0 }

  /// Adapts the size to the reply of a worker that sent `sent` changes.
  mutating func adapt(to reply: ChunkReply, sent: Int) {
    let seconds = Double(reply.time.microseconds) / 1_000_000
    guard sent > 0, seconds > 0 else { return }
    self.changes = changes * Self.memory + Double(sent)
    self.seconds = self.seconds * Self.memory + seconds
    var wanted = min(Double(WorkerPool.chunkLimit), Double(sent) / seconds * Self.time)
    let window = Double(min(2 * sent, reply.window))
    if window > wanted, reply.hadAllInFlight { wanted = window }
    // A chunk with few changes shows too little about a larger one.
    guard sent * 2 >= count || wanted > Double(count) else { return }
    count = min(WorkerPool.chunkLimit, max(1, (count + Int(wanted) + 1) / 2))
  }
}

extension ChunkReply {
  /// Whether most changes of the chunk were in flight at the same time, and the service processed them concurrently.
  ///
  /// A service that processes its requests one after another replies to some changes much later than to others.
  fileprivate var hadAllInFlight: Bool {
    let times = times.filter { $0 > 0 }.sorted()
    guard let slow = times.dropFirst(times.count / 2).first, let fast = times.dropFirst(times.count / 10).first
    else { return false }
    return times.reduce(0, +) * 4 >= time.microseconds * times.count * 3 && slow <= 3 * fast
  }
}
