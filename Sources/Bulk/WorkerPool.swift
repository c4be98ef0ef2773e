/// Work on many items, some of them at once, begun in their order.
///
/// As many workers as the pool is wide take one item after the other; they run where the requests do, so that a reply
/// finds its worker without a change of thread.
public struct WorkerPool: Sendable {
  /// How many workers there are.
  public let limit: Int
  /// Where they run; nil for anywhere.
  public let executor: (any TaskExecutor)?

  /// Creates a pool.
  public init(limit: Int, executor: (any TaskExecutor)?) {
    self.limit = limit
    self.executor = executor
  }

  /// Runs `work` for each item of the pages that `next` gives, until that ends or `work` returns false.
  ///
  /// It waits for what is in flight, and returns why there were no more pages, where that is an error.
  public func run<Item: Sendable>(
    _ next: () async throws -> [Item]?, work: @escaping @Sendable (Int, Item) async -> Bool
  ) async -> (any Error)? {
    await withTaskExecutorPreference(executor) {
      let feed = WorkerFeed<Item>(ahead: limit)
      return await withTaskGroup { group in
        for _ in 0..<limit {
          group.addTask {
            while let (index, item) = await feed.take() {
              if await !work(index, item) { feed.end(discarding: true) }
            }
          }
        }
        do {
          while !Task.isCancelled, let page = try await next() {
            guard await feed.put(page) else { break }
          }
          feed.end(discarding: Task.isCancelled)
          return nil
        } catch {
          feed.end()
          return error
        }
      }
    }
  }
}
