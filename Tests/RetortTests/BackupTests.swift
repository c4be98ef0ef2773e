import Foundation
import Synchronization
import Testing

/// Tests of the option `backup:`, which writes resources to a file before a statement changes or destroys them.
@Suite(.timeLimit(.minutes(15))) struct BackupTests {
  private let file = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).ndjson").path

  /// Runs statements with the client `posts` of the sample; the path of the backup replaces the word `FILE`.
  private func run(_ statements: String) async -> Ran {
    await Ran.retort(
      "-c",
      "connect \"embedded:blog\"\nlet posts = client queue: \"posts\"\n" + statements.replacing("FILE", with: file))
  }

  /// A backup contains the linkage that a change replaces, so a later `relink` can restore the linkage.
  ///
  /// The service returns posts without the linkage of `tags`, so the backup reads the relationship itself.
  @Test(arguments: ["relink posts \"tags\" []", "unlink posts \"tags\" [{type: \"tags\", id: \"12\"}]"])
  func theLinkageThatAChangeReplacesIsKept(_ change: String) async {
    defer { unlink(file) }
    let ran = await run(
      """
      let before = relationship posts 12 "tags"
      [12] | \(change) backup: "FILE"
      print (relationship posts 12 "tags") == before
      read "FILE" | relink posts "tags" .tags
      print (relationship posts 12 "tags") == before
      """)
    #expect(ran.status == 0 && ran.output == "false\ntrue\n", Comment(rawValue: ran.notes))
  }

  /// A change is not sent if the reply to the read before it is not the content of its resource.
  @Test(arguments: [
    ("null", "the reply has no resource"), ("[]", "the reply has no resource"),
    (#"{"type":"posts","attributes":{"text":"a"}}"#, "the reply is about posts/?, and not about posts/1"),
    (#"{"type":"posts","id":"99","attributes":{"text":"a"}}"#, "the reply is about posts/99, and not about posts/1"),
    (#"{"type":"tags","id":"1","attributes":{"text":"a"}}"#, "the reply is about tags/1, and not about posts/1"),
    (#"{"type":"posts","id":"1"}"#, "the reply has no content of posts/1"),
    (#"{"type":"posts","id":"1","attributes":null}"#, "the reply has no content of posts/1"),
  ]) func aReplyWithoutTheResourceIsNoBackup(_ data: String, _ message: String) async throws {
    defer { unlink(file) }
    let changes = Atomic(0)
    let service = try await OddService { method, _ in
      if method == "show" { return #""result":{"data":\#(data)}"# }
      changes.add(1, ordering: .relaxed)
      return #""result":{"data":{"type":"posts","id":"1","attributes":{"text":"b"}}}"#
    }
    for change in ["destroy posts confirm: true", "update posts {text: \"b\"}"] {
      let ran = await service.run("[1] | \(change) backup: \"\(file)\"")
      #expect(
        ran.status != 0 && ran.notes.contains("not sent, because the backup failed"), Comment(rawValue: ran.notes))
      #expect(ran.notes.contains(message) || data.count < 5, Comment(rawValue: ran.notes))
    }
    #expect(changes.load(ordering: .relaxed) == 0)
    await service.stop()
  }

  @Test func anImageWithoutTheLinkageRefusesTheChange() async {
    defer { unlink(file) }
    let ran = await run(
      """
      [12] | update posts {views: 1} backup: "FILE"
      [12] | relink posts "tags" [] backup: "FILE"
      """)
    #expect(ran.status == 6 || ran.status == 1, Comment(rawValue: ran.notes))
    #expect(
      ran.notes.contains("has posts/12 without this relationship"),
      Comment(rawValue: ran.notes))
  }

  /// A change whose resource could not be read was not sent, so a journal does not record it as unknown.
  @Test func aFailedReadIsNoUnknownChange() async throws {
    let (journal, failed) = (file + ".journal", file + ".failed")
    defer { for path in [file, journal, failed] { unlink(path) } }
    let service = try await OddService { method, _ in
      method == "show" ? #""error":{"code":-32603,"message":"Internal error"}"# : #""result":{"data":null}"#
    }
    let ran = await service.run(
      "[1] | update posts {views: 2} backup: \"\(file)\" journal: \"\(journal)\" failed: \"\(failed)\"")
    #expect(ran.notes.contains("not sent, because the backup failed"), Comment(rawValue: ran.notes))
    #expect(!ran.notes.contains("may have been carried out"), Comment(rawValue: ran.notes))
    #expect(try String(contentsOfFile: failed, encoding: .utf8).contains(#""error":{"kind":"connection""#))
    await service.stop()
  }

  /// The file of failed elements has the kind `unknown` for a failed change that may have been carried out.
  @Test func anUncertainFailureIsUnknownInTheFailedFile() async throws {
    defer { unlink(file) }
    let service = try await OddService { _, _ in #""error":{"code":-32603,"message":"Internal error"}"# }
    #expect(await service.run("[{text: \"a\"}] | create posts failed: \"\(file)\"").status == 5)
    let line = try String(contentsOfFile: file, encoding: .utf8)
    #expect(line.contains(#""error":{"kind":"unknown","#) && line.contains(#""cause":"bad-gateway""#), "\(line)")
    await service.stop()
  }

  @Test func missingLinkageIsReportedBeforeADestroy() async {
    defer { unlink(file) }
    let ran = await run("[20] | destroy posts confirm: true backup: \"FILE\"")
    #expect(ran.status == 0, Comment(rawValue: ran.notes))
    #expect(
      ran.notes.hasPrefix(
        "posts: the relationships comments, tags are not in the backup, because the service sent no data for them; to get the data, use include: \"comments,tags\"\n"
      ))
  }

  @Test(arguments: ["[7, 27] | destroy posts confirm: true", "destroy-all posts filter: {author: \"7\"} confirm: true"])
  func includeLoadsTheLinkageThatADestroyLoses(_ change: String) async {
    defer { unlink(file) }
    let ran = await run(
      """
      let before = count posts
      \(change) backup: "FILE" include: "tags"
      print count(read "FILE") == before - (count posts)
      read "FILE" | take 1 | without .comments | create posts keep-id: true
      """.replacing("count(read \"FILE\")", with: "(read \"FILE\" | count)"))
    #expect(ran.status == 0 && ran.output.hasSuffix("true\n"), Comment(rawValue: ran.notes))
    #expect(!ran.notes.contains("tags not loaded"), Comment(rawValue: ran.notes))
  }

  @Test func includeNeedsABackup() async {
    for change in [
      "[1] | destroy posts confirm: true", "destroy-all posts filter: {author: \"7\"} confirm: true",
      "[1] | relink posts \"tags\" []",
    ] {
      let ran = await run(change + " include: \"tags\"")
      #expect(
        ran.status == 2 && ran.notes.contains("names the relationships in the backup"),
        Comment(rawValue: ran.notes))
    }
  }

  @Test func onlyARegularFileKeepsImages() async {
    for option in ["backup", "journal"] {
      let ran = await run("[1] | update posts {views: 1} \(option): \"/dev/null\"")
      #expect(ran.status == 1 && ran.notes.contains("it is not a regular file"), Comment(rawValue: ran.notes))
    }
  }
}
