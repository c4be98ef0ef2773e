import Foundation
import Testing

/// Tests of `upsert` on services that reply to the lookup of a key with other resources than requested.
@Suite(.timeLimit(.minutes(15))) struct UpsertTests {
  private static func index(_ data: String) -> [String: String] {
    ["index": #""result":{"data":[\#(data)]}"#, "create": #""result":{"data":{"type":"posts","id":"9"}}"#]
  }

  private static func post(_ id: Int, _ attributes: String) -> String {
    #"{"type":"posts","id":"\#(id)","attributes":{\#(attributes)}}"#
  }

  @Test func aServiceThatIgnoresTheFilterIsRefused() async throws {
    let odd = try await OddService(Self.index([1, 2].map { Self.post($0, #""text":"other""#) }.joined(separator: ",")))
    let one = await odd.run(#"upsert posts {text: "a"} key: .text"#)
    #expect(one.status == 1 && one.output.isEmpty)
    #expect(
      one.notes.contains(
        #"the service does not filter by text: the request asks for "a", but the reply has posts 1 with "other""#))
    #expect(one.notes.contains("let known = stream posts | index-by .text"))
    let many = await odd.run(#"1..40 | map {text: "t\(it)"} | upsert posts key: .text on-error: "continue""#)
    #expect(many.notes.contains("upsert posts: 0 created, 0 updated, 0 same, 40 refused"))
    await odd.stop()
  }

  /// A note says that the service changed the value of the key.
  @Test(arguments: [
    (#"upsert posts {text: "A"} key: .text"#, "a", true), (#"[{text: "A"}] | upsert posts key: .text"#, "a", true),
    (#"[{text: "A"}] | create posts key: .text journal: "JOURNAL""#, "a", true),
    (#"[{text: "A"}] | create posts"#, "a", false), (#"upsert posts {text: "A"} key: .text"#, "A", false),
  ]) func aChangedKeyIsNoted(_ statement: String, _ stored: String, _ isNoted: Bool) async throws {
    let reply = #""result":{"data":\#(Self.post(9, #""text":"\#(stored)""#))}"#
    let odd = try await OddService(["index": #""result":{"data":[]}"#, "create": reply])
    let journal = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).journal").path
    defer { try? FileManager.default.removeItem(atPath: journal) }
    let ran = await odd.run(statement.replacing("JOURNAL", with: journal))
    let note = #"posts: the service changed text from "A" to "a", so a lookup by text may not find this resource"#
    #expect(ran.status == 0 && ran.notes.contains(note) == isNoted, Comment(rawValue: ran.notes))
    await odd.stop()
  }

  @Test(arguments: [#""text":5"#, "", #""text":null"#, #""text":["5"]"#]) func aValueOfAnotherTypeIsNotTheSame(
    _ attributes: String
  ) async throws {
    let odd = try await OddService(Self.index(Self.post(1, attributes)))
    let ran = await odd.run(#"upsert posts {text: "5"} key: .text"#)
    #expect(ran.status == 1 && ran.notes.contains("does not filter by text"), Comment(rawValue: ran.notes))
    await odd.stop()
  }

  @Test(arguments: [#""result":{}"#, #""result":{"meta":{"record-count":1}}"#, #""result":null"#])
  func aListWithoutDataIsNoEmptyList(_ answer: String) async throws {
    let odd = try await OddService(["index": answer])
    let ran = await odd.run(#"upsert posts {text: "5"} key: .text"#)
    #expect(ran.status == 1 && ran.notes.contains("data"), Comment(rawValue: ran.notes))
    #expect(!ran.notes.contains("create"), Comment(rawValue: ran.notes))
    await odd.stop()
  }

  @Test func severalResourcesWithTheKeyAreAnError() async throws {
    let odd = try await OddService(Self.index([1, 2].map { Self.post($0, #""text":"a""#) }.joined(separator: ",")))
    let ran = await odd.run(#"[{text: "a"}] | upsert posts key: .text"#)
    #expect(ran.status == 1 && ran.notes.contains(#"2 posts have the text "a""#), Comment(rawValue: ran.notes))
    #expect(ran.notes.contains(#"to list them: stream posts filter: {text: "a"}"#))
    await odd.stop()
  }

  /// An incomplete reply to the lookup is an error, and nothing is sent.
  @Test(arguments: [
    (#"[]"#, #""meta":{"record-count":1}"#, "counts 1 posts"),
    (#"[]"#, #""links":{"next":"/?page[number]=2&page[size]=1"}"#, "has a further page of posts"),
    ("ONE", #""meta":{"record-count":2}"#, "counts 2 posts"),
    ("ONE", #""links":{"next":"/?page[number]=2&page[size]=1"}"#, "has a further page of posts"),
    ("ONE", #""meta":{"record-count":1},"links":{"next":"/?page[number]=2&page[size]=1"}"#, nil),
  ]) func anIncompleteLookupSendsNothing(_ data: String, _ members: String, _ message: String?) async throws {
    let one = "[\(Self.post(1, #""text":"a""#))]"
    let odd = try await OddService(["index": #""result":{"data":\#(data == "ONE" ? one : data),\#(members)}"#])
    let ran = await odd.run(#"upsert posts {text: "a"} key: .text"#)
    #expect((ran.status == 0) == (message == nil), Comment(rawValue: ran.notes))
    if let message {
      #expect(ran.notes.contains("the service \(message) with the text \"a\", but sent"), Comment(rawValue: ran.notes))
    }
    await odd.stop()
  }

  @Test func aDryRunLooksUpAndCounts() async {
    let ran = await Ran.retort(
      "-c",
      """
      connect "embedded:blog"
      let posts = client queue: "posts" meta: {}
      [{text: "a"}, {text: "Post 2", views: 1}, {text: "Post 3"}] | upsert posts key: .text dry-run: true
      print (count posts)
      """)
    #expect(ran.output == "1000\n" && ran.status == 0)
    let lines = ran.notes.split(separator: "\n")
    #expect(
      lines.count == 3
        && lines[0].contains(#""method":"create","params":{"data":{"type":"posts","attributes":{"text":"a"#))
    #expect(lines[1] == "dry run, not sent: upsert posts 2")
    #expect(lines[2].hasPrefix("upsert posts: dry run, 2 changes would be sent (1 created, 1 updated, 1 same)"))
  }

  @Test func aFailedLookupIsTheFailureOfItsElement() async throws {
    let odd = try await OddService(["index": OddService.errors(#"{"detail":"is locked","status":"409"}"#)])
    let ran = await odd.run(#"[{text: "a"}, {text: "b"}] | upsert posts key: .text on-error: "continue""#)
    #expect(ran.notes.contains("0 created, 0 updated, 0 same, 2 failed"), Comment(rawValue: ran.notes))
    #expect(
      ran.notes.contains("is locked") && ran.notes.contains("and 1 more like this one"), Comment(rawValue: ran.notes))
    await odd.stop()
  }

  /// If the lookup before a change gets no reply, retort does not send the change, and counts the change as failed.
  @Test(arguments: [
    #"[{text: "a"}] | upsert posts key: .text"#, #"[1] | transition posts to: "published" via: {published: "draft"}"#,
  ]) func aLookupWithoutReplyIsAFailure(_ pipeline: String) async throws {
    let service = try await FakeService("--fault", "drop=1", "--log", "-")
    let ran = await service.run(#"let r = \#(pipeline) timeout: 300ms on-error: "continue""#)
    #expect(ran.status == 1 && ran.notes.contains(" 1 failed\n"), Comment(rawValue: ran.notes))
    #expect(ran.notes.contains("error[timeout]") && !ran.notes.contains("refused"), Comment(rawValue: ran.notes))
    let log = await service.stop().output
    #expect(!log.contains("update") && !log.contains("create"), Comment(rawValue: log))
  }
}
