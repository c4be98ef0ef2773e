import Foundation
import Synchronization
import Testing

/// Tests that each request that a statement sends on behalf of a change has the `meta` of the change.
///
/// A service can select its data by `meta`, such as the data of a tenant.
@Suite(.timeLimit(.minutes(15))) struct LookupMetaTests {
  private let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path

  /// The methods that a service received without the meta `{tenant: "b"}`, and the number of its changes.
  private final class ReceivedRequests: Sendable {
    let state = Mutex<(withoutMeta: [String], changes: Int, reads: Int)>(([], 0, 0))
  }

  /// A service with the post 1, whose reply to the first change is unreadable.
  private static func service(_ received: ReceivedRequests) async throws -> OddService {
    try await OddService { method, params in
      let hasMeta = (params["meta"] as? [String: Any])?["tenant"] as? String == "b"
      let isRead = ["show", "index", "show_relationship"].contains(method)
      let isFirst = received.state.withLock { state in
        if !hasMeta { state.withoutMeta.append(method) }
        if isRead { state.reads += 1 } else { state.changes += 1 }
        return !isRead && state.changes == 1
      }
      if isFirst { return #""other":1"# }
      switch method {
      case "index": return #""result":{"data":[],"meta":{"record-count":0}}"#
      case "show_relationship": return #""result":{"data":[{"type":"tags","id":"4"}]}"#
      case "show": return #""result":{"data":{"type":"posts","id":"1","attributes":{"views":0,"state":"a"}}}"#
      default: return #""result":{"data":{"type":"posts","id":"1","attributes":{"views":5,"text":"a"}}}"#
      }
    }
  }

  /// Each case is a statement, and whether it runs a second time with the same journal.
  @Test(arguments: [
    ("[1] | update posts {views: 5} META", false), ("[1] | update posts {views: 5} META retry: 1", false),
    ("[1] | update posts {views: 5} META backup: \"DIR/b\"", false),
    ("[1] | update posts {tags: [{type: \"tags\", id: \"3\"}]} META retry: 1 backup: \"DIR/b\"", false),
    ("[1] | destroy posts META retry: 1 confirm: true", false),
    ("[1] | link posts \"tags\" [{type: \"tags\", id: \"3\"}] META retry: 1 backup: \"DIR/b\"", false),
    ("[{text: \"a\"}] | upsert posts key: .text META", false),
    ("[1] | transition posts to: \"b\" via: {b: \"a\"} META backup: \"DIR/b\"", false),
    ("destroy-all posts filter: {state: \"a\"} META confirm: true", false),
    ("[1] | update posts {views: 5} META throttle: {p95: 1s}", false),
    ("[1] | update posts {views: 5} META journal: \"DIR/j\" verify: false timeout: 100ms", true),
    ("[] | update posts {views: 5} META journal: \"DIR/j\" verify: false timeout: 100ms", true),
    ("[1] | relink posts \"tags\" [] META journal: \"DIR/j\" verify: false timeout: 100ms", true),
    ("[{text: \"a\"}] | create posts key: .text META journal: \"DIR/j\" settle: 10ms timeout: 100ms", true),
    ("[1] | each journal: \"DIR/j\" key: it settle: 10ms do update posts it {views: 5} META timeout: 100ms end", true),
    (
      "[1] | each journal: \"DIR/j\" key: it settle: 10ms do upsert posts {text: \"a\"} key: .text META timeout: 100ms end",
      true
    ),
  ]) func everyRequestHasTheMeta(_ statement: String, isResumed: Bool) async throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let received = ReceivedRequests()
    let service = try await Self.service(received)
    let text = statement.replacing("META", with: "meta: {tenant: \"b\"}").replacing("DIR", with: directory)
    var ran = await service.run(text.replacing("[] | update", with: "[1] | update"))
    if isResumed { ran = await service.run(text) }
    let (missing, reads, changes) = received.state.withLock { ($0.withoutMeta, $0.reads, $0.changes) }
    #expect(missing.isEmpty, Comment(rawValue: ran.notes))
    #expect(reads > 0, Comment(rawValue: ran.notes))
    #expect(changes > 0 || statement.hasPrefix("destroy-all"), Comment(rawValue: ran.notes))
    await service.stop()
  }

  /// A resumed statement with another tenant is another statement; a token can change between two runs.
  @Test(arguments: [
    ("{tenant: \"b\"}", "{tenant: \"b\"}", true), ("{tenant: \"b\"}", "{tenant: \"c\"}", false),
    ("{tenant: \"b\", token: \"1\"}", "{tenant: \"b\", token: \"2\"}", true),
  ]) func aJournalBelongsToTheMeta(_ first: String, _ second: String, isSame: Bool) async throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let service = try await OddService { method, _ in
      switch method {
      case "index": #""result":{"data":[],"meta":{"record-count":0}}"#
      case "show": #""result":{"data":{"type":"posts","id":"1","attributes":{"views":0}}}"#
      default: #""other":1"#
      }
    }
    let statement = "[1] | update posts {views: 5} journal: \"\(directory)/j\" verify: false timeout: 100ms meta: "
    _ = await service.run(statement + first)
    let ran = await service.run(statement + second)
    let message = #"belongs to another statement: meta {"tenant":"b"} in the journal, but {"tenant":"c"}"#
    #expect(ran.notes.contains(message) == !isSame, Comment(rawValue: ran.notes))
    #expect((ran.status == 6) == !isSame && ran.status != 0, Comment(rawValue: ran.notes))
    await service.stop()
  }
}
