import Foundation
import Synchronization
import TestBench
import Testing

/// Tests of the option `retry:` for reads, which repeats a read after a temporary failure.
///
/// The reads are single commands, or lookups that are part of a bulk change.
@Suite(.timeLimit(.minutes(15))) struct RepeatedReadTests {
  private static let file = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).ndjson")
  private static let failure = #""error":{"code":-32603,"message":"Internal error"}"#
  private static let post = #"{"type":"posts","id":"1","attributes":{"text":"a","views":1}}"#

  /// The number of requests for each method.
  private final class Requests: Sendable {
    let counts = Mutex<[String: Int]>([:])

    func add(_ method: String) -> Int {
      counts.withLock { counts in
        counts[method, default: 0] += 1
        return counts[method, default: 0]
      }
    }
  }

  /// Starts a service that replies with a failure to the first `count` requests of each reading method.
  private func service(failing count: Int, _ requests: Requests, _ failure: String = failure) async throws -> OddService
  {
    try await OddService { method, _ in
      let number = requests.add(method)
      switch method {
      case "index", "show", "show_relationship", "get_related_resource":
        if number <= count { return failure }
        let isGone = requests.counts.withLock { $0["destroy"] != nil }
        if method == "show" { return "\"result\":{\"data\":\(Self.post)}" }
        if method == "show_relationship" { return #""result":{"data":{"type":"authors","id":"1"}}"# }
        return "\"result\":{\"data\":[\(isGone ? "" : Self.post)],\"meta\":{\"record-count\":\(isGone ? 0 : 1)}}"
      default: return "\"result\":{\"data\":\(Self.post)}"
      }
    }
  }

  @Test(arguments: [
    "index posts retry: 2 | count", "show posts 1 retry: 2", "stream posts retry: 2 | count", "count posts retry: 2",
    "related posts 1 \"author\" retry: 2", "relationship posts 1 \"author\" retry: 2", "[1] | show posts retry: 2",
    "destroy-all posts filter: {} confirm: true retry: 2",
    "[{text: \"a\", views: 1}] | upsert posts key: .text retry: 2",
    "[1] | update posts {views: 2} retry: 2 backup: \"\(file.path)\"",
  ]) func aReadIsRepeated(_ statement: String) async throws {
    // The other test cases run in parallel, so only the case with the backup removes its file.
    defer { if statement.contains(Self.file.path) { try? FileManager.default.removeItem(at: Self.file) } }
    let requests = Requests()
    let patient = try await service(failing: 2, requests)
    let ran = await patient.run(statement)
    #expect(ran.status == 0, Comment(rawValue: ran.notes))
    let counts = requests.counts.withLock { $0 }
    #expect(counts.values.contains { $0 >= 3 })
    await patient.stop()
    let hasty = try await service(failing: 2, Requests())
    #expect(
      await hasty.run(statement.replacing(" retry: 2", with: "").replacing(".ndjson", with: "-2.ndjson")).status != 0)
    await hasty.stop()
  }

  /// `retry:` also repeats a read after a malformed reply.
  ///
  /// The cases are a reply that is no JSON-RPC response, a response without a document, and a list without data.
  @Test(arguments: [#""nothing":1"#, #""result":"x""#, #""result":{}"#])
  func aMalformedReplyIsRepeated(_ reply: String) async throws {
    let requests = Requests()
    let service = try await service(failing: 2, requests, reply)
    let ran = await service.run("stream posts retry: 2 | count")
    #expect(ran == Ran(status: 0, output: "1\n", notes: "") && requests.counts.withLock { $0["index"] } == 3)
    await service.stop()
  }

  @Test func aFailingReadReportsTheAttempts() async throws {
    let requests = Requests()
    let service = try await service(failing: 9, requests)
    let ran = await service.run("show posts 1 retry: 2")
    #expect(ran.status == 1 && ran.notes.hasPrefix("error[bad-gateway]: "), Comment(rawValue: ran.notes))
    #expect(ran.notes.contains("  = after 3 attempts\n") && requests.counts.withLock { $0["show"] } == 3)
    await service.stop()
  }

  @Test func refusedReadsAreSentOnce() async throws {
    let requests = Requests()
    let service = try await service(failing: 9, requests, OddService.errors(#"{"detail":"no","status":"422"}"#))
    let ran = await service.run("show posts 1 retry: 2")
    #expect(ran.status == 1 && requests.counts.withLock { $0["show"] } == 1)
    await service.stop()
  }
}
