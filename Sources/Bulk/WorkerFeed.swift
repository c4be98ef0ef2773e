import Synchronization

/// The queue from which the workers of a ``WorkerPool`` take their items, in order.
///
/// It holds a few items that are ready, so that no worker waits for the next page.
final class WorkerFeed: Sendable {
  typealias Work = WorkerPool.Work

  private struct State {
    var ready: [Work] = []
    var head = 0
    var isEnded = false
    var workers: [CheckedContinuation<Work?, Never>] = []
    var source: CheckedContinuation<Void, Never>?

    var count: Int { ready.count - head }

    mutating func pop() -> Work? {
      guard head < ready.count else { return nil }
      head += 1
      let item = ready[head - 1]
      // The array contains at most as many taken items as ready ones, plus a few.
      if head * 2 > ready.count + 64 {
        ready.removeFirst(head)
        head = 0
      }
      return item
    }
  }

  private let state = Mutex(State())
  /// The number of ready items at which `put` waits.
  private let ahead: Int

  init(ahead: Int) { self.ahead = ahead }

  /// Waits for the next item and takes it; returns nil at the end.
  func take() async -> Work? {
    let (item, isEnded, source) = state.withLock { state in
      let item = state.pop()
      let source = state.count < ahead ? state.source.take() : nil
      return (item, state.isEnded, source)
    }
    source?.resume()
    if item != nil || isEnded { return item }
    return await withCheckedContinuation { continuation in
      let item: Work?? = state.withLock { state in
        if let item = state.pop() { return .some(item) }
        if state.isEnded { return .some(nil) }
        state.workers.append(continuation)
        return nil
      }
      if let item { continuation.resume(returning: item) }
    }
  }

  /// Adds items, and waits while enough are ready; returns false if the feed has ended.
  func put(_ items: [Work]) async -> Bool {
    let (handed, isFull) = state.withLock { state in
      var handed: [(CheckedContinuation<Work?, Never>, Work)] = []
      for item in items where !state.isEnded {
        if let worker = state.workers.popLast() {
          handed.append((worker, item))
        } else {
          state.ready.append(item)
        }
      }
      return (handed, state.count >= ahead)
    }
    for (worker, item) in handed { worker.resume(returning: item) }
    if isFull {
      await withCheckedContinuation { continuation in
        let mayGoOn = state.withLock { state in
          if state.count >= ahead, !state.isEnded { state.source = continuation }
          return state.source == nil
        }
        if mayGoOn { continuation.resume() }
      }
    }
    return state.withLock { !$0.isEnded }
  }

  /// Ends the feed after the ready items, or immediately with `discarding`, which drops the ready items.
  func end(discarding: Bool = false) {
    let (workers, source) = state.withLock { state in
      state.isEnded = true
      if discarding { (state.ready, state.head) = ([], 0) }
      defer { (state.workers, state.source) = ([], nil) }
      return (state.workers, state.source)
    }
    for worker in workers { worker.resume(returning: nil) }
    source?.resume()
  }
}
