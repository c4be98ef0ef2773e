import Synchronization

/// The queue from which the tasks of a ``ConcurrentWork`` get their items, in order.
///
/// The queue contains a few ready items, so that no task has to wait for the next items.
final class WorkFeed: Sendable {
  typealias WorkOnItem = ConcurrentWork.WorkOnItem

  private struct ReadyItemsAndWaiters {
    /// The ready items, which begin at the index `head`.
    ///
    /// Items before this index were returned, and are nil to free their memory.
    var ready: [WorkOnItem?] = []
    var head = 0
    var isEnded = false
    var tasks: [CheckedContinuation<WorkOnItem?, Never>] = []
    var source: CheckedContinuation<Void, Never>?

    var count: Int { ready.count - head }

    mutating func pop() -> WorkOnItem? {
      guard head < ready.count else { return nil }
      let item = ready[head]
      ready[head] = nil
      head += 1
      // If most items in the array are nil, they are removed, so that the array stays small.
      if head * 2 > ready.count + 64 {
        ready.removeFirst(head)
        head = 0
      }
      return item
    }
  }

  private let state = Mutex(ReadyItemsAndWaiters())
  /// The number of ready items at which `put` waits.
  private let ahead: Int

  init(ahead: Int) { self.ahead = ahead }

  /// Waits for the next item and returns it; returns nil at the end.
  func take() async -> WorkOnItem? {
    let (item, isEnded, source) = state.withLock { state in
      let item = state.pop()
      let source = state.count < ahead ? state.source.take() : nil
      return (item, state.isEnded, source)
    }
    source?.resume()
    if item != nil || isEnded { return item }
    return await withCheckedContinuation { continuation in
      let item: WorkOnItem?? = state.withLock { state in
        if let item = state.pop() { return .some(item) }
        if state.isEnded { return .some(nil) }
        state.tasks.append(continuation)
        return nil
      }
      if let item { continuation.resume(returning: item) }
    }
  }

  /// Adds items, and waits while the feed has enough ready items.
  ///
  /// Returns false if the feed has ended.
  func put(_ items: [WorkOnItem]) async -> Bool {
    let (handed, isFull) = state.withLock { state in
      var handed: [(CheckedContinuation<WorkOnItem?, Never>, WorkOnItem)] = []
      for item in items where !state.isEnded {
        if let task = state.tasks.popLast() {
          handed.append((task, item))
        } else {
          state.ready.append(item)
        }
      }
      return (handed, state.count >= ahead)
    }
    for (task, item) in handed { task.resume(returning: item) }
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

  /// Ends the feed: the tasks still get the ready items, but no further items.
  ///
  /// If `discarding` is true, the ready items are dropped, and the tasks get no more items.
  func end(discarding: Bool = false) {
    let (tasks, source) = state.withLock { state in
      state.isEnded = true
      if discarding { (state.ready, state.head) = ([], 0) }
      defer { (state.tasks, state.source) = ([], nil) }
      return (state.tasks, state.source)
    }
    for task in tasks { task.resume(returning: nil) }
    source?.resume()
  }
}
