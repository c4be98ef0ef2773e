public import Client
import Synchronization

/// The queues whose resources a stream is reading page by page.
///
/// Changes to these queues are refused, because a change can move resources between pages.
public final class QueuesReadByStreams: Sendable {
  fileprivate struct QueueKey: Hashable {
    var broker: String
    var queue: String
  }

  /// A mark that a stream is reading a queue, in effect until the object is deallocated.
  public final class StreamedQueueMark: Sendable {
    private let queues: QueuesReadByStreams
    private let key: QueueKey

    fileprivate init(_ queues: QueuesReadByStreams, _ key: QueueKey) {
      self.queues = queues
      self.key = key
      queues.change { $0[key, default: 0] += 1 }
    }

    deinit {
      queues.change { open in
        let left = (open[key] ?? 1) - 1
        open[key] = left > 0 ? left : nil
      }
    }
  }

  private let open = Mutex<[QueueKey: Int]>([:])
  private let hasNoQueue = Atomic(true)

  /// Creates an empty set.
  public init() {}

  /// Marks a queue as streamed until the returned object is deallocated.
  public func mark(broker: String, queue: String) -> StreamedQueueMark {
    StreamedQueueMark(self, QueueKey(broker: broker, queue: queue))
  }

  /// Whether no stream is reading a queue; the property needs no lock.
  var isEmpty: Bool { hasNoQueue.load(ordering: .acquiring) }

  /// Returns whether a stream is reading the queue.
  ///
  /// If so, a change to the queue is refused.
  public func isStreamed(_ target: TargetQueue) -> Bool {
    guard !isEmpty else { return false }
    return open.withLock { $0[QueueKey(broker: target.broker, queue: target.queue)] != nil }
  }

  private func change(_ body: (inout [QueueKey: Int]) -> Void) {
    open.withLock { open in
      body(&open)
      hasNoQueue.store(open.isEmpty, ordering: .releasing)
    }
  }
}
