/// Work on many items, some of them at once, begun in their order.
///
/// As many workers as the pool is wide take one item after the other; they run where the requests do, so that a reply
/// finds its worker without a change of thread.
public struct WorkerPool: Sendable {
  /// How many workers there are.
  public let limit: Int
  /// Where they run; nil for anywhere.
  public let executor: (any TaskExecutor)?

  /// The work on one item.
  ///
  /// A bare closure would be wrapped once more in each array, optional and continuation that it passes through.
  @usableFromInline struct Work: Sendable {
    /// Does it; false where no more is to begin.
    let body: @Sendable () async -> Bool

    @usableFromInline init(_ body: @escaping @Sendable () async -> Bool) { self.body = body }
  }

  /// Creates a pool.
  public init(limit: Int, executor: (any TaskExecutor)?) {
    self.limit = limit
    self.executor = executor
  }

  /// Runs `work` for each item of the pages that `next` gives, until that ends or `work` returns false.
  ///
  /// It waits for what is in flight, and returns why there were no more pages, where that is an error.
  ///
  /// It is compiled where it is called, for the items there; what runs for each of them knows no generic type.
  @inlinable public func run<Item: Sendable>(
    _ next: () async throws -> [Item]?, work: @escaping @Sendable (Int, Item) async -> Bool
  ) async -> (any Error)? {
    var count = 0
    return await run { () async throws -> [Work]? in
      guard let page = try await next() else { return nil }
      return page.map { item in
        let index = count
        count += 1
        return Work { await work(index, item) }
      }
    }
  }

  /// Runs each work of the pages that `next` gives, until that ends or a work returns false.
  @usableFromInline func run(_ next: () async throws -> [Work]?) async -> (any Error)? {
    await withTaskExecutorPreference(executor) {
      let feed = WorkerFeed(ahead: limit)
      return await withTaskGroup { group in
        for _ in 0..<limit {
          group.addTask {
            while let work = await feed.take() {
              if await !work.body() { feed.end(discarding: true) }
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
