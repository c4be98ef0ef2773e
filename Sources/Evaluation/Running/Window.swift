import Values

/// Work on many items, some of them at once, begun in their order.
///
/// As many workers as the window is wide take one item after the other; they run where the requests do, so that a reply
/// finds its worker without a change of thread.
struct Window: Sendable {
  let limit: Int
  let executor: (any TaskExecutor)?

  /// Runs `work` for each item of the pages that `next` gives, until that ends or `work` returns false.
  ///
  /// It waits for what is in hand, and returns why there were no more pages, where that is an error.
  func run<Item: Sendable>(
    _ next: () async throws(Fault) -> [Item]?, work: @escaping @Sendable (Int, Item) async -> Bool
  ) async -> Fault? {
    await withTaskExecutorPreference(executor) {
      let feed = Feed<Item>(ahead: limit)
      return await withTaskGroup { group in
        for _ in 0..<limit {
          group.addTask {
            while let (index, item) = await feed.take() {
              if await !work(index, item) { feed.end(discarding: true) }
            }
          }
        }
        do throws(Fault) {
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
