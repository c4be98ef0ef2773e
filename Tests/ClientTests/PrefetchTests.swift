import Client
import JSONAPI
import JSONRPC
import JSONText
import Synchronization
import Testing

/// Tests of streams that request several pages ahead (`prefetch:`).
@Suite struct PrefetchTests {
  /// A service with a list in pages of two resources, which records the requested page numbers.
  private final class Pages: Transport {
    let queue = "posts"
    let taskExecutor: (any TaskExecutor)? = nil
    private let count: Int
    private let state = Mutex((asked: [Int](), ids: 0))

    init(_ count: Int) { self.count = count }

    var asked: [Int] { state.withLock(\.asked) }

    func nextCorrelationID() -> String {
      state.withLock { state in
        state.ids += 1
        return "c\(state.ids)"
      }
    }

    func send(_ envelope: TransportRequest) async throws(LinkError) -> [UInt8] {
      let page = (try? JSONValue(parsing: envelope.body))?["params"]?["page"]
      let number = page?["number"]?.numberValue?.integer ?? 1
      state.withLock { $0.asked.append(number) }
      func link(_ number: Int) -> String { "\"/p?page%5Bnumber%5D=\(number)&page%5Bsize%5D=2\"" }
      let next = number < count ? ",\"next\":\(link(number + 1))" : ""
      let data = [2 * number - 1, 2 * number].map { "{\"type\":\"posts\",\"id\":\"\($0)\"}" }.joined(separator: ",")
      return Array(
        "{\"id\":\"\(envelope.correlationID)\",\"result\":{\"data\":[\(data)],\"links\":{\"last\":\(link(count))\(next)}}}"
          .utf8)
    }

    func close() async {}
  }

  @Test(arguments: [0, 1, 4, 100]) func requestsEachPageOnceInOrder(_ prefetch: Int) async throws {
    let pages = Pages(7)
    var stream = ResourceClient(transport: pages, settings: .posts).stream(Query(), prefetch: prefetch)
    var ids: [String] = []
    while let page = try await stream.next() { ids += page.resources.compactMap { $0["id"]?.stringValue } }
    #expect(ids == (1...14).map(String.init))
    #expect(pages.asked.sorted() == Array(1...7))
  }

  @Test func noMoreThanThoseAreAskedFor() async throws {
    let pages = Pages(100)
    var stream = ResourceClient(transport: pages, settings: .posts).stream(Query(), prefetch: 2)
    _ = try await stream.next()
    _ = try await stream.next()
    #expect(Set(pages.asked).isSubset(of: [1, 2, 3, 4]))
  }
}
