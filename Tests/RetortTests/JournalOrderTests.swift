import Foundation
import Testing

/// Tests of a journal in which someone removed, moved or repeated a line between two runs.
@Suite(.timeLimit(.minutes(15))) struct JournalOrderTests {
  /// The second run sends no change, and its error names the wrong line of the journal.
  @Test(arguments: ["cut", "moved", "doubled"]) func refusesALineThatIsNotWhereItWasWritten(_ change: String)
    async throws
  {
    let path = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).journal").path
    defer { unlink(path) }
    let service = try await FakeService("--log", "-")
    let statement = #"[1, 2, 3, 99999] | update posts {views: 1} on-error: "continue" journal: "\#(path)""#
    #expect(await service.run(statement).status == 5)
    var lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 9)
    switch change {
    case "cut": lines.remove(at: 3)
    case "moved": lines.insert(lines.remove(at: 6), at: 3)
    default: lines.insert(lines[2], at: 3)
    }
    try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
    let again = await service.run(statement)
    #expect(again.status == 6)
    #expect(
      again.notes.contains("\(path):4: lines before this line were removed"), Comment(rawValue: again.notes))
    #expect(again.notes.contains("restore the file from a copy"), Comment(rawValue: again.notes))
    let sent = await service.stop().output.split(separator: "\n")
    #expect(sent.count == 4)
  }
}
