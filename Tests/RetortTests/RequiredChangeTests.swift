import Foundation
import Synchronization
import Testing

/// Tests of changes that a person marked to be carried out again with `retort journal FILE settle ID again`.
@Suite(.timeLimit(.minutes(15))) struct RequiredChangeTests {
  /// A run whose input lacks such a change does not complete the journal.
  @Test(arguments: [
    ("IDS | update posts {views: 5} journal: \"FILE\" verify: false timeout: 100ms", "1", "update posts 1"),
    (
      "IDS | each journal: \"FILE\" key: it do update posts it {views: 5} timeout: 100ms\nprint it end", "1",
      "each \"1\""
    ),
  ]) func theInputLacksTheChange(_ statement: String, _ id: String, _ identity: String) async throws {
    let journal = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: journal) }
    let isRepaired = Mutex(false)
    let service = try await OddService { method, params in
      let post = #"{"type":"posts","id":"\#(params["id"] ?? "")","attributes":{"views":5}}"#
      return isRepaired.withLock { $0 } ? #""result":{"data":\#(post)}"# : #""other":1"#
    }
    func ran(_ ids: String) async -> Ran {
      await service.run(statement.replacing("FILE", with: journal).replacing("IDS", with: ids))
    }
    #expect(await ran("[1]").status != 0)
    let settled = await Ran.retort("journal", journal, "settle", id, "again")
    #expect(settled.status == 0, Comment(rawValue: settled.notes))
    isRepaired.withLock { $0 = true }
    for _ in 0..<2 {
      let without = await ran("[2]")
      #expect(without.status == 5, Comment(rawValue: without.notes))
      let note = "not carried out, because the input of this run does not contain it: \(identity)\n"
      #expect(without.notes.contains(note), Comment(rawValue: without.notes))
      let shown = await Ran.retort("journal", journal)
      #expect(
        shown.output.contains("to be carried out again: \(identity)\n") && !shown.output.contains("complete since"),
        Comment(rawValue: shown.output))
    }
    let with = await ran("[1, 2]")
    #expect(with.status == 0 && with.notes.contains("1 done in earlier runs"), Comment(rawValue: with.notes))
    await service.stop()
  }

  /// A key with other code points is another key, also if it looks the same.
  @Test func settleComparesCodePoints() async throws {
    let journal = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: journal) }
    let service = try await OddService { _, _ in #""other":1"# }
    _ = await service.run(
      "[{text: \"\u{E9}\"}] | create posts key: .text journal: \"\(journal)\" verify: false timeout: 100ms")
    #expect(await Ran.retort("journal", journal, "settle", "e\u{301}", "done").status == 2)
    #expect(await Ran.retort("journal", journal, "settle", "\u{E9}", "done").status == 0)
    await service.stop()
  }
}
