import Foundation
import Synchronization
import Testing

/// Tests of changes that failed, but that the service may have carried out: the next run looks them up.
@Suite(.timeLimit(.minutes(15))) struct UncertainFailureTests {
  private let path = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).journal").path

  private static let post = #"{"type":"posts","id":"1","attributes":{"views":5,"text":"a"}}"#

  /// Returns the reply of the service to a read, after it carried out a change of the post.
  private static func read(_ method: String, isDestroyed: Bool) -> String {
    switch method {
    case "show" where isDestroyed: OddService.errors(#"{"status":"404","title":"Not found"}"#)
    case "show": #""result":{"data":\#(post)}"#
    case "show_relationship": #""result":{"data":[{"type":"tags","id":"1"}]}"#
    default: #""result":{"data":[\#(post)],"meta":{"record-count":1}}"#
    }
  }

  /// A service that carries out each change, and then replies with an error, gets each change once.
  @Test(
    arguments: [
      #""error":{"code":-32603,"message":"Internal error"}"#, OddService.errors(#"{"status":"503","title":"Busy"}"#),
    ],
    [
      #"[{text: "a", views: 5}] | create posts key: .text"#, "[1] | update posts {views: 5}",
      "[1] | destroy posts confirm: true", #"[1] | link posts "tags" [{type: "tags", id: "1"}]"#,
      #"[1] | relink posts "tags" [{type: "tags", id: "1"}]"#, #"[1] | unlink posts "tags" [{type: "tags", id: "2"}]"#,
    ])
  func aFailedChangeIsLookedUp(_ error: String, _ statement: String) async throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let changes = Mutex(0)
    let service = try await OddService { method, _ in
      if ["show", "index", "show_relationship"].contains(method) {
        return Self.read(method, isDestroyed: statement.contains("destroy"))
      }
      changes.withLock { $0 += 1 }
      return error
    }
    let options = "journal: \"\(path)\" timeout: 1s on-error: \"continue\""
    let failed = await service.run("\(statement) \(options)")
    #expect(failed.status == 5 && failed.notes.contains(": 0 ok, 1 failed\n"), Comment(rawValue: failed.notes))
    #expect(
      failed.notes.contains(
        ": 1 failed change may have been carried out: the journal records it as unknown, and the next run looks it up\n"
      ),
      Comment(rawValue: failed.notes))
    let journal = await Ran.retort("journal", path)
    #expect(journal.output.contains("recorded: 0 done, 0 not carried out, 1 unknown\n"))
    let resumed = await service.run("\(statement) \(options)")
    #expect(resumed.status == 0 && resumed.notes.contains("1 done in earlier runs"), Comment(rawValue: resumed.notes))
    #expect(changes.withLock(\.self) == 1)
    await service.stop()
  }

  /// The lookup at the end of a statement finds two resources with the key, and the next run sends the create no more.
  @Test func aDoubledCreateIsNotSentAgain() async throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let changes = Mutex(0)
    let service = try await OddService { method, _ in
      if method == "index" { return #""result":{"data":[\#(Self.post),\#(Self.post)],"meta":{"record-count":2}}"# }
      changes.withLock { $0 += 1 }
      return #""other":1"#
    }
    let statement = #"[{text: "a"}] | create posts key: .text timeout: 1s on-error: "continue" journal: "\#(path)""#
    for _ in 1...2 {
      let ran = await service.run(statement)
      #expect(ran.status != 0 && ran.notes.contains("2 resources have its key"), Comment(rawValue: ran.notes))
    }
    #expect(changes.withLock(\.self) == 1)
    await service.stop()
  }
}
