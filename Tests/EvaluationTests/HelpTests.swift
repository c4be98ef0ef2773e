import Evaluation
import Foundation
import JSONRPC
import RetortShell
import TestBench
import Testing

/// What `help` says: each example does what it shows, and the reference is made of the same words.
@Suite struct HelpTests {
  @Test(arguments: Help.examples) func examplesPrintWhatTheyShow(_ example: Declaration.Example) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    let (people, greet) = (directory.appending(path: "people.csv"), directory.appending(path: "greet.retort"))
    try "name,email\nAnn Lee,ann@example.com\nBo Ek,bo@example.com\n".write(
      to: people, atomically: true, encoding: .utf8)
    try "def greet(name) do print \"hello, \\(name)\" end\n".write(to: greet, atomically: true, encoding: .utf8)
    let conversation = Conversation(address: "embedded:blog", directory: directory.path) {
      uri async throws(LinkError) in
      try await openLink(uri, script: "help")
    }
    for statement in [
      "connect \"embedded:blog\"", "let posts = client queue: \"posts\"", "let authors = client queue: \"authors\"",
    ] {
      _ = await conversation.say(statement)
    }
    let code = example.code.replacing(#/"(people.csv|greet.retort|posts.ndjson|posts.csv|one.json)"/#) {
      "\"\(directory.path)/\($0.output.1)\""
    }
    let reply = await conversation.say(code)
    let shown = reply.output + reply.errors
    #expect(shown == (example.output.isEmpty ? "" : example.output + "\n"))
    await conversation.close()
  }

  @Test func everyWordHasTwoExamples() {
    let words = Dictionary(grouping: Help.wordsWithExamples, by: \.word).mapValues { $0.map(\.examples).reduce(0, +) }
    #expect(words.filter { $0.value < 2 }.keys.sorted() == [])
  }

  @Test func helpFitsOneScreen() throws {
    let lines = try #require(Help.text([])).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 41)
    #expect(lines.filter { $0.count > 80 } == [])
  }

  /// `RETORT_RECORD=1 Tests/run --filter Help` writes the reference anew.
  @Test func theReferenceIsFresh() throws {
    let file = URL(filePath: #filePath).appending(path: "../../../Sources/Evaluation/Evaluation.docc/Reference.md")
      .standardized
    if ProcessInfo.processInfo.environment["RETORT_RECORD"] == "1" {
      try Help.reference.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == Help.reference)
  }
}
