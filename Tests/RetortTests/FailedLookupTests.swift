import Foundation
import Synchronization
import Testing

/// Tests of lookups that fail: the change stays unknown, and is not sent again.
@Suite(.timeLimit(.minutes(15))) struct FailedLookupTests {
  private static let unreadable = #""other":1"#
  private static let noMethod = #""error":{"code":-32601,"message":"Method not found"}"#
  private static let other = #""result":{"data":{"type":"posts","id":"99","attributes":{"views":5}}}"#
  private static let otherType = #""result":{"data":{"type":"authors","id":"1","attributes":{"views":5}}}"#

  /// Each case is a statement, and the reply to its lookup.
  @Test(arguments: [
    ("link posts \"tags\" [{type: \"tags\", id: \"7\"}]", unreadable), ("link posts \"tags\" [TAG]", #""result":{}"#),
    ("link posts \"tags\" [TAG]", #""result":{"data":null}"#), ("link posts \"tags\" [TAG]", noMethod),
    ("relink posts \"tags\" [TAG]", noMethod), ("relink posts \"tags\" [TAG]", #""result":{"data":null}"#),
    ("unlink tagged \"tags\" [TAG]", #""result":{"data":null}"#), ("unlink tagged \"tags\" [TAG]", unreadable),
    ("update posts {tags: [TAG]}", noMethod), ("update posts {tags: [TAG]}", #""result":{"data":null}"#),
    ("update posts {views: 5}", other), ("update posts {views: 5}", otherType),
    ("destroy posts confirm: true", other),
  ]) func aFailedLookupLeavesTheChangeUnknown(_ change: String, _ reply: String) async throws {
    let changes = Atomic(0)
    let service = try await OddService { method, _ in
      switch method {
      case "show" where change.contains("tags"):
        return #""result":{"data":{"type":"posts","id":"1","attributes":{"views":1}}}"#
      case "show", "show_relationship": return reply
      default:
        changes.add(1, ordering: .relaxed)
        return Self.unreadable
      }
    }
    let ran = await service.run(
      """
      let tagged = client queue: "posts" relationships: {tags: ["tags"]}
      [1] | \(change.replacing("TAG", with: "{type: \"tags\", id: \"7\"}")) timeout: 100ms retry: 1 on-error: "continue"
      """)
    #expect(changes.load(ordering: .relaxed) == 1, Comment(rawValue: ran.notes))
    #expect(ran.status == 5 && ran.notes.contains("0 ok, 1 unknown"), Comment(rawValue: ran.notes))
    #expect(ran.notes.contains(" failed ("), Comment(rawValue: ran.notes))
    await service.stop()
  }

  /// A lookup by key uses the service's spelling of the field.
  @Test func aLookupConvertsTheNameOfTheKey() async throws {
    let journal = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: journal) }
    let service = try await OddService { method, params in
      guard method == "index" else { return Self.unreadable }
      let filter = params["filter"] as? [String: Any] ?? [:]
      let post = #"{"type":"posts","id":"7","attributes":{"born-on":"a"}}"#
      return #""result":{"data":[\#(filter["born-on"] as? String == "a" ? post : "")]}"#
    }
    let create = """
      [{born_on: "a"}] | create posts key: .born_on keys: "underscore" timeout: 100ms verify: false journal: "\(journal)"
      """
    _ = await service.run(create)
    let resumed = await service.run(create)
    #expect(resumed.status == 0, Comment(rawValue: resumed.notes))
    #expect(resumed.notes.contains("1 done in earlier runs"), Comment(rawValue: resumed.notes))
    let upsert = await service.run("[{born_on: \"a\"}] | upsert posts key: .born_on keys: \"underscore\"")
    #expect(upsert.status == 0, Comment(rawValue: upsert.notes))
    await service.stop()
  }

  /// If no lookup can find a created resource, the error says why.
  @Test(arguments: [
    ("{text: \"a, b\"}", ".text", #"a filter can't contain the key "a, b", which has a comma"#),
    ("{text: \"a\", author: {type: \"authors\", id: \"3\"}}", ".author", "author is not an attribute of the record"),
  ]) func aKeyWithoutLookups(_ record: String, _ key: String, _ reason: String) async throws {
    let journal = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: journal) }
    let service = try await OddService { method, _ in
      method == "index" ? #""result":{"data":[],"meta":{"record-count":0}}"# : Self.unreadable
    }
    let create =
      "[\(record)] | create posts key: \(key) timeout: 100ms on-error: \"continue\" journal: \"\(journal)\""
    _ = await service.run(create)
    let ran = await service.run(create)
    #expect(ran.status == 5, Comment(rawValue: ran.notes))
    #expect(ran.notes.contains("no lookup can find it, because \(reason)"), Comment(rawValue: ran.notes))
    #expect(!ran.notes.contains("settle: 60s"), Comment(rawValue: ran.notes))
    await service.stop()
  }
}
