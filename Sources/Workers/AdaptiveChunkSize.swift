import Client

/// The number of changes in a chunk, which adapts to the speed of the workers and of the service.
///
/// The maximum is the larger of two numbers: the changes that a worker carries out in half a second, and the changes
/// that it can have in flight. Up to this maximum, the number doubles after as many replies to chunks of the current
/// size as there are workers. It stays the same or is halved if replies come close to the timeout of the changes. It
/// decreases if the messages become larger than ``WorkerPool/messageSize``.
struct AdaptiveChunkSize: Sendable {
  /// The maximum number of changes in the next chunk.
  private(set) var count: Int {
    didSet { if count != oldValue { repliesAtCount = 0 } }
  }
  /// The mean size of the messages for one change in bytes; smaller if the last chunks had smaller messages.
  private var bytes = 0.0
  /// The number of replies to chunks of the current size.
  private var repliesAtCount = 0
  /// The number of sent changes, and the seconds that the workers needed for them; older chunks count less.
  private var (changes, seconds) = (0.0, 0.0)
  /// The lowest mean reply time of a chunk so far, in microseconds.
  private var usualTime = Double.infinity
  /// The seconds that a worker should need for one chunk.
  private static let time = 0.5
  /// The factor by which the weight of all earlier chunks decreases with each new chunk.
  private static let memory = 0.8
  /// The number of changes that a statement without workers has in flight.
  private static let start = 16

  /// Creates the size of a statement's first chunks.
  ///
  /// Each worker first gets two chunks. All these chunks together have about as many changes as a statement without
  /// workers has in flight.
  init(workers: Int) { count = max(4, Self.start / 2 / max(1, workers)) }

  /// The speed of one worker in changes a second; 0 before the end of the first chunk.
  var rate: Int { seconds > 0 ? Int((changes / seconds).rounded()) : 0 }

  /// Adapts the size to the reply of one of several workers.
  ///
  /// Only a chunk of about the current size changes the size. A smaller chunk does not increase it, and a much larger
  /// chunk does not decrease it.
  ///
  /// - Parameters:
  ///   - reply: The reply.
  ///   - sent: The number of changes that the worker sent.
  ///   - timeout: The timeout of the changes; nil for no limit.
  ///   - workers: The number of workers.
  mutating func adapt(to reply: ChunkReply, sent: Int, timeout: Duration?, workers: Int) {
    let seconds = Double(reply.time.microseconds) / 1_000_000
    guard sent > 0, seconds > 0 else { return }
    self.changes = changes * Self.memory + Double(sent)
    self.seconds = self.seconds * Self.memory + seconds
    let pace = pace(of: reply, timeout)
    let speed = Int(Double(sent) / seconds * Self.time)
    bytes = max(bytes * Self.memory, Double(reply.size) / Double(sent))
    let room = bytes > 0 ? max(1, WorkerPool.messageSize / max(1, Int(bytes))) : WorkerPool.chunkLimit
    let limit = min(WorkerPool.chunkLimit, room, max(1, reply.window, speed))
    count = min(count, room)
    if pace == .tooSlow {
      if sent * 2 <= count * 3 { count = max(1, count / 2) }
    } else if sent * 5 >= count * 4 {
      repliesAtCount += 1
      // Until each worker has a chunk of this size, the replies do not show the load of all workers together.
      count = min(limit, pace == .usual && repliesAtCount >= workers ? count * 2 : count)
    }
  }

  /// Limits the number, because the request of a chunk with more changes is too large.
  mutating func limit(to count: Int) { self.count = min(self.count, count) }

  /// How soon the replies come, compared with the timeout.
  private enum ReplyPace {
    /// Larger chunks are possible.
    case usual
    /// A larger chunk could exceed the timeout.
    case slow
    /// Replies exceed the timeout, or come close to it.
    case tooSlow
  }

  /// Compares the reply times of a chunk with the timeout and with the lowest mean so far.
  ///
  /// A service that processes its requests one after another needs longer for more requests. Long reply times therefore
  /// count as slow only if their mean is well above the lowest mean. If a service always needs the same time, smaller
  /// chunks would not help.
  private mutating func pace(of reply: ChunkReply, _ timeout: Duration?) -> ReplyPace {
    let limit = timeout?.microseconds ?? .max
    var (count, sum, late, veryLate) = (0, 0, 0, 0)
    for time in reply.times where time > 0 {
      count += 1
      sum += time
      if time > limit / 2 { late += 1 }
      if time > limit / 4 * 3 { veryLate += 1 }
    }
    guard count > 0 else { return .usual }
    let mean = Double(sum) / Double(count)
    usualTime = min(mean, usualTime)
    if reply.missing * 3 >= count { return .tooSlow }
    guard late > 0, mean > usualTime * 1.5 else { return .usual }
    return veryLate * 10 >= count ? .tooSlow : .slow
  }
}

extension ChunkReply {
  /// The number of changes that got no reply in time.
  fileprivate var missing: Int {
    groups.reduce(0) { count, group in
      if case .failed(let error) = group.outcome, error.kind == .unknown { count + group.count } else { count }
    }
  }
}
