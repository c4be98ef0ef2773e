import JSONAPI
import JSONRPC
import Synchronization

/// Requests pages of a list before the reader needs them.
///
/// When the object is deallocated, the requests in flight are cancelled.
final class PrefetchedPages: Sendable {
  private typealias PageTask = Task<Result<Document, ClientError>, Never>

  private let client: ResourceClient
  private let waitLimit: ResourceClient.WaitLimit
  private let limit: Int
  private let readings = Mutex<[Int: PageTask]>([:])

  init(_ client: ResourceClient, _ waitLimit: ResourceClient.WaitLimit, limit: Int) {
    (self.client, self.waitLimit, self.limit) = (client, waitLimit, limit)
  }

  deinit { readings.withLock { $0.values.forEach { $0.cancel() } } }

  /// Returns the page of a query.
  ///
  /// If the page was requested in advance, the function waits for the reply. Otherwise the function requests the page
  /// now.
  func page(_ query: Query) async throws(ClientError) -> Document {
    guard let number = query.page?.number, let reading = readings.withLock({ $0.removeValue(forKey: number) }) else {
      return try await client.index(query, waitLimit: waitLimit)
    }
    return try await reading.value.get()
  }

  /// Requests the page of a query, and pages after it, before the reader needs them.
  ///
  /// The function requests at most `limit` pages, and no page after the last page. If the last page is unknown, it
  /// requests only one page.
  func begin(_ query: Query, _ pagination: Pagination?) {
    guard limit > 0, let next = query.page else { return }
    let last = pagination?.end(next.size) ?? next.number
    for number in next.number..<max(min(next.number + limit, last + 1), next.number) {
      var query = query
      query.page = next.advanced(by: number - next.number)
      readings.withLock { readings in
        if readings[number] == nil { readings[number] = reading(query) }
      }
    }
  }

  private func reading(_ query: Query) -> PageTask {
    let (client, waitLimit) = (client, waitLimit)
    return Task(executorPreference: client.transport.taskExecutor) {
      do throws(ClientError) { return .success(try await client.index(query, waitLimit: waitLimit)) } catch {
        return .failure(error)
      }
    }
  }
}
