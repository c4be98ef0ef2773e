import Evaluation
import Foundation
import JSONRPC
import JSONText
import Language
import Synchronization
import TestBench
import Testing

/// Tests that a statement ends with a valid exit status, whatever replies the service sends.
///
/// The replies are mutations of valid replies. The seed is fixed. With `RETORT_FUZZ_SECONDS=600` the test continues
/// with further random cases for ten minutes.
@Suite struct MutatedRepliesTests {
  private static let statements = [
    "stream posts | table", "stream posts | card", "stream posts | csv",
    "stream posts include: \"author\" | print .author.name",
    "index posts page: {size: 2} | select .id .text .author.id", "index posts | print", "count posts",
    "show posts 1 | json",
    "print (show posts 1).author.id", "let made = create posts {text: \"a\"}\nprint made.id",
    "update posts 1 {text: \"b\"}",
    "[1, 2] | update posts {text: \"b\"} on-error: \"continue\"", "[1, 2] | destroy posts confirm: true",
    "[{text: \"a\"}] | create posts on-error: \"continue\" key: .text", "[{text: \"a\"}] | upsert posts key: .text",
    "destroy-all posts filter: {state: \"x\"} confirm: true max: 5", "related posts 1 \"author\"",
    "relationship posts 1 \"author\"", "relink posts 1 \"author\" null",
    "unlink posts 1 \"tags\" [{type: \"tags\", id: \"1\"}]",
    "call posts \"x\" {} | print", "stream posts | group .text | chart .key .count",
    "stream posts page: {size: 1} prefetch: 2 | count",
    "diff (stream posts) (index posts) key: .id", "[1] | show posts | select .id .text", "describe posts",
    "transition posts 1 to: \"b\" via: {b: \"a\"}",
  ]

  private static let replies = [
    #"{"result":{"data":[{"type":"posts","id":"1","attributes":{"text":"a","views":1.10},"relationships":{"author":{"data":{"type":"authors","id":"7"}},"tags":{"links":{"self":"/t"}}}},{"type":"posts","id":"2","attributes":{"text":"b"}}],"included":[{"type":"authors","id":"7","attributes":{"name":"Ada"}}],"links":{"next":"/p?page[number]=2&page[size]=2"},"meta":{"record-count":3}}}"#,
    #"{"result":{"data":[{"type":"posts","id":"3","attributes":{"text":"c"}}],"meta":{"record-count":3}}}"#,
    #"{"result":{"data":{"type":"posts","id":"1","attributes":{"text":"a"},"relationships":{"author":{"data":null}}},"links":{}}}"#,
    #"{"error":{"code":422,"message":"JSONAPI error","data":{"errors":[{"status":"422","title":"no","detail":"is bad","source":{"pointer":"/data/attributes/text"}}]}}}"#,
    #"{"error":{"code":-32603,"message":"Internal error","data":["x"]}}"#, #"{"result":{"meta":{}}}"#,
    #"{"result":null}"#,
    #"{"error":{"code":404,"message":"x","data":{"errors":[{"status":"404","detail":"gone"}]}}}"#, "",
  ]

  private static let values = [
    "null", "true", "false", "0", "-1", "1e99999999999", String(repeating: "9", count: 40), "\"\"", "\"x\"", "[]", "{}",
    "[null]", "{\"data\":null}", "{\"\":1}", "\"\\u0000\\u001b[2J\"", "\"\\u202e\\u200b\\ufeff\"", "\"\\ud83d\\ude00\"",
    "{\"type\":\"posts\",\"id\":\"1\"}", "[{\"type\":\"posts\",\"id\":\"1\"}]", String(repeating: "[", count: 300),
    "\"/p?page[number]=9&page[size]=1\"", "\"/p?page[after]=x\"", "{\"href\":\"/p\"}", "\"a.b.c\"",
  ]

  @Test(.timeLimit(.minutes(120))) func aRunEnds() async throws {
    let end = Fuzzing.end
    var random = SeededNumbers(seed: 5)
    var cases = 0
    repeat {
      for _ in 0..<300 {
        let statement = Self.statements[random.below(Self.statements.count)]
        let replies = (0..<4).map { _ in Self.mutated(&random) }
        await Self.run(statement, replies)
        cases += 1
      }
    } while ContinuousClock.now < end
    #expect(cases >= 300)
  }

  /// Returns a random reply with up to three mutations.
  private static func mutated(_ random: inout SeededNumbers) -> [UInt8] {
    var bytes = Array(replies[random.below(replies.count)].utf8)
    for _ in 0..<random.below(4) {
      Fuzzing.mutate(json: &bytes, values: values, pieces: values, &random)
    }
    return bytes
  }

  /// Runs a statement with a service that sends the replies in turn; a statement that runs for a minute fails.
  private static func run(_ statement: String, _ replies: [[UInt8]]) async {
    let session = Session(
      options: Session.Options(), output: ResultOutput(isTerminal: true) { _ in true },
      host: Session.SessionCallbacks(open: { _ in RepliesLink(replies) }, note: { _ in }))
    let source = SourceText(
      name: "fuzz", text: "connect \"x\"\nlet posts = client queue: \"posts\" timeout: 100ms\n" + statement)
    let work = Task { await Interpreter(session).run(source) }
    let limit = Task {
      try await Task.sleep(for: .seconds(60))
      work.cancel()
    }
    let status = await work.value
    limit.cancel()
    let texts = replies.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    #expect([0, 1, 5, 6].contains(status), "\(status): \(statement)\n\(texts)")
    await session.close()
  }
}

/// A connection to a service that sends the given replies in turn, and repeats the last reply endlessly.
private final class RepliesLink: ServiceLink {
  let address = "replies"
  private let replies: [[UInt8]]

  init(_ replies: [[UInt8]]) { self.replies = replies }

  func open(queue: String, replies route: ReplyRoute) async throws(LinkError) -> any Transport {
    RepliesTransport(queue, replies)
  }

  func probe(queue: String, until deadline: ContinuousClock.Instant) async throws(LinkError) -> QueueState? {
    QueueState(messages: 0, consumers: 1)
  }

  func close() async {}
}

private final class RepliesTransport: Transport {
  let queue: String
  let taskExecutor: (any TaskExecutor)? = nil
  private let replies: [[UInt8]]
  private let count = Atomic(0)

  init(_ queue: String, _ replies: [[UInt8]]) { (self.queue, self.replies) = (queue, replies) }

  func nextCorrelationID() -> String { "\(count.load(ordering: .relaxed))" }

  func send(_ envelope: TransportRequest) async throws(LinkError) -> [UInt8] {
    let number = count.wrappingAdd(1, ordering: .relaxed).oldValue
    return replies[min(number, replies.count - 1)]
  }

  func close() async {}
}
