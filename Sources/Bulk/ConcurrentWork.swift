/// A runner that works on many items concurrently, and starts the items in order.
///
/// The runner uses at most `limit` tasks. Each task works on one item at a time. The tasks run on `executor`, such as
/// the thread of a connection. A reply on the connection then resumes its task without a switch to another thread.
public struct ConcurrentWork: Sendable {
  /// The maximum number of tasks.
  public let limit: Int
  /// The executor of the tasks; nil for the default executor.
  public let executor: (any TaskExecutor)?

  /// The work on one item.
  ///
  /// The struct is faster than a plain closure, which Swift wraps again for each array, optional and continuation.
  @usableFromInline struct WorkOnItem: Sendable {
    /// A function that does the work, and returns false if no further item may start.
    let body: @Sendable () async -> Bool

    @usableFromInline init(_ body: @escaping @Sendable () async -> Bool) { self.body = body }
  }

  /// Creates a runner with at most `limit` tasks on an executor.
  public init(limit: Int, executor: (any TaskExecutor)?) {
    self.limit = limit
    self.executor = executor
  }

  /// Runs `work` for each item that `next` returns; returns the error that `next` threw, if any.
  ///
  /// The function starts no more items when `next` returns nil or throws, or when `work` returns false. It then waits
  /// for the items in progress.
  ///
  /// The function is inlinable, so that the compiler can specialize it for the type of the items.
  @inlinable public func run<Item: Sendable>(
    _ next: () async throws -> [Item]?, work: @escaping @Sendable (Int, Item) async -> Bool
  ) async -> (any Error)? {
    var count = 0
    return await run { () async throws -> [WorkOnItem]? in
      guard let page = try await next() else { return nil }
      return page.map { item in
        let index = count
        count += 1
        return WorkOnItem { await work(index, item) }
      }
    }
  }

  /// Runs the pieces of work that `next` returns, until `next` returns nil or a piece returns false.
  @usableFromInline func run(_ next: () async throws -> [WorkOnItem]?) async -> (any Error)? {
    await withTaskExecutorPreference(executor) {
      let feed = WorkFeed(ahead: limit)
      return await withTaskGroup { group in
        var (started, items) = (0, 0)
        do {
          while !Task.isCancelled, let page = try await next() {
            items += page.count
            // There are never more tasks than items, so a high limit costs nothing.
            while started < min(limit, items) {
              started += 1
              group.addTask {
                while let work = await feed.take() {
                  if await !work.body() { feed.end(discarding: true) }
                }
              }
            }
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
