import Foundation
import Synchronization
import Testing

/// Tests of changes that an earlier run left unknown and that are not in the input of the resumed run.
@Suite(.timeLimit(.minutes(15))) struct EarlierUnknownTests {
  private let path = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).journal").path

  /// The resource that the service returns.
  ///
  /// The service first sends unreadable replies to changes, so that these changes become unknown.
  private static let post = #"{"type":"posts","id":"1","attributes":{"views":5,"text":"a"}}"#

  private static func reply(_ method: String, _ params: [String: Any], isDestroyed: Bool) -> String {
    switch method {
    case "show" where isDestroyed:
      #""error":{"code":-32000,"message":"no","data":{"errors":[{"status":"404","title":"Not found"}]}}"#
    case "show": #""result":{"data":\#(post)}"#
    case "index": #""result":{"data":[\#(post)],"meta":{"record-count":1}}"#
    case "show_relationship": #""result":{"data":[{"type":"tags","id":"1"}]}"#
    case "destroy": #""result":null"#
    default: #""result":{"data":{"type":"posts","id":"2"}}"#
    }
  }

  @Test(arguments: [
    (first: "[1]", sink: "update posts {views: 5}", next: "[2]", identity: "", isDestroyed: false),
    (first: "[1]", sink: "update posts {views: 6}", next: "[2]", identity: "update posts 1", isDestroyed: false),
    (first: "[1]", sink: "destroy posts confirm: true", next: "[2]", identity: "", isDestroyed: true),
    (first: "[1]", sink: "destroy posts confirm: true", next: "[2]", identity: "destroy posts 1", isDestroyed: false),
    (
      first: #"[{text: "a"}]"#, sink: "create posts key: .text", next: #"[{text: "b"}]"#, identity: "",
      isDestroyed: false
    ),
    (
      first: "[1]", sink: #"link posts "tags" [{type: "tags", id: "1"}]"#, next: "[2]", identity: "",
      isDestroyed: false
    ),
    (
      first: "[1]", sink: #"relink posts "tags" [{type: "tags", id: "2"}]"#, next: "[2]",
      identity: "relink posts 1 tags", isDestroyed: false
    ),
  ])
  func anUnknownChangeOutsideTheInputIsLookedUp(
    first: String, sink: String, next: String, identity: String, isDestroyed: Bool
  ) async throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let isRepaired = Mutex(false)
    let service = try await OddService { method, params in
      let reads = ["show", "index", "show_relationship"]
      guard isRepaired.withLock({ $0 }) || reads.contains(method) else { return #""other":1"# }
      return Self.reply(method, params, isDestroyed: isDestroyed)
    }
    let options = "journal: \"\(path)\" timeout: 1s on-error: \"continue\" verify: false"
    let broken = await service.run("\(first) | \(sink) \(options)")
    #expect(broken.status == 5, Comment(rawValue: broken.notes))
    isRepaired.withLock { $0 = true }
    let resumed = await service.run("\(next) | \(sink) \(options)")
    #expect(resumed.notes.contains(": looking up 1 change\n"), Comment(rawValue: resumed.notes))
    if identity.isEmpty {
      #expect(resumed.notes.contains("1 unknown change of an earlier run was carried out"))
      #expect(resumed.status == 0, Comment(rawValue: resumed.notes))
    } else {
      #expect(
        resumed.notes.contains("unknown outcome from an earlier run: \(identity)\n"),
        Comment(rawValue: resumed.notes))
      #expect(resumed.status == 5)
    }
    let journal = await Ran.retort("journal", path)
    #expect(journal.output.contains("complete since") == identity.isEmpty, Comment(rawValue: journal.output))
    await service.stop()
  }

  /// A resumed run decides for each unknown iteration of `each` whether the iteration is done, unknown, or runs again.
  ///
  /// An iteration is done if its only change was carried out and was its last action. An iteration runs again if none
  /// of its changes was carried out and each change can safely be repeated. An iteration also runs again if its
  /// commands first read which changes are still necessary, as `upsert` does.
  @Test(arguments: [
    (
      body: "update posts it {views: 5}", next: "[1]", isDestroyed: false, said: "each: 0 ok, 1 done in earlier runs\n",
      sent: 1
    ),
    (body: "update posts it {views: 6}", next: "[1]", isDestroyed: false, said: "each: 0 ok, 1 unknown\n", sent: 1),
    (
      body: "if it == 1 do update posts it {views: 5} end", next: "[1]", isDestroyed: false,
      said: "each: 0 ok, 1 done in earlier runs\n", sent: 1
    ),
    (
      body: "update posts it {views: 5}; count posts", next: "[1]", isDestroyed: false, said: "each: 0 ok, 1 unknown\n",
      sent: 1
    ),
    (
      body: "destroy posts it confirm: true", next: "[1]", isDestroyed: true,
      said: "each: 0 ok, 1 done in earlier runs\n",
      sent: 1
    ),
    (body: "destroy posts it confirm: true", next: "[1]", isDestroyed: false, said: "each: 1 ok\n", sent: 2),
    (
      body: "update posts it {views: 5}", next: "[]", isDestroyed: false,
      said: "a lookup shows that 1 unknown iteration of an earlier run was carried out\n", sent: 1
    ),
    (body: "create posts {views: 5}", next: "[1]", isDestroyed: false, said: "each: 0 ok, 1 unknown\n", sent: 1),
    (
      body: #"[{text: "a", views: 5}] | create posts key: .text verify: false"#, next: "[1]", isDestroyed: false,
      said: "each: 0 ok, 1 done in earlier runs\n", sent: 1
    ),
    (
      body: #"[{text: "a", views: 6}] | create posts key: .text verify: false"#, next: "[1]", isDestroyed: false,
      said: "each: 0 ok, 1 unknown\n", sent: 1
    ),
    (
      body: #"[{text: "a"}, {text: "b"}] | create posts key: .text verify: false"#, next: "[1]", isDestroyed: false,
      said: "each: 0 ok, 1 unknown\n", sent: 2
    ),
    (
      body: #"upsert posts {text: "a", views: 6} key: .text; count posts"#, next: "[1]", isDestroyed: false,
      said: "each: 1 ok\n", sent: 2
    ),
  ])
  func anUnknownIterationIsLookedUp(body: String, next: String, isDestroyed: Bool, said: String, sent: Int) async throws
  {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let state = Mutex((isRepaired: false, changes: 0))
    let service = try await OddService { method, params in
      let isRead = ["show", "index", "show_relationship"].contains(method)
      if !isRead { state.withLock { $0.changes += 1 } }
      guard isRead || state.withLock({ $0.isRepaired }) else { return #""other":1"# }
      return Self.reply(method, params, isDestroyed: isDestroyed)
    }
    let stage = "each journal: \"\(path)\" key: it do \(body) end"
    // A resumed run first waits for twice the timeout. After this time, the service can no longer carry out a request
    // of the earlier run.
    let broken = await service.run("set timeout: 1s; [1] | \(stage)")
    #expect(broken.status != 0 && broken.notes.contains("each: 0 ok, 1 failed\n"), Comment(rawValue: broken.notes))
    state.withLock { $0.isRepaired = true }
    let resumed = await service.run("set timeout: 1s; \(next) | \(stage)")
    #expect(resumed.notes.contains(said), Comment(rawValue: resumed.notes))
    #expect(resumed.status == (said.contains("unknown\n") ? 5 : 0), Comment(rawValue: resumed.notes))
    #expect(state.withLock(\.changes) == sent)
    await service.stop()
  }
}
