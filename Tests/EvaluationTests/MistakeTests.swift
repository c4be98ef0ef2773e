import Evaluation
import Foundation
import JSONRPC
import Language
import RetortShell
import TestBench
import Testing

/// Tests of mistakes that the check of a script finds in long texts and in files.
///
/// The file check.transcript contains the tests of other mistakes.
@Suite struct MistakeTests {
  /// Checks a text, and returns the errors and warnings as retort shows them.
  private func found(_ text: String) -> String {
    let source = SourceText(name: "t", text: text)
    let session = Session(
      options: Session.Options(), output: ResultOutput { _ in true },
      host: Session.SessionCallbacks(
        open: { _ throws(LinkError) in throw LinkError(.closed, "a check opens nothing") }, note: { _ in }))
    let report = Interpreter(session).check(source, isThorough: true)
    return report.diagnostics.map {
      DiagnosticRenderer().render(DiagnosticRenderer.DiagnosticContent($0.diagnostic, in: $0.source))
    }.joined()
  }

  @Test(arguments: [
    (
      "for n in 1..9 do for p in index posts page: {number: n, size: 9} do update posts p.id {text: \"x\"} end end",
      true
    ),
    ("while true do let p = index posts page: {number: 1 + 1, size: 9}; destroy posts p[0].id end", true),
    (
      "for n in 1..9 do for p in index posts page: {number: 1, size: 9} do update posts p.id {text: \"x\"} end end",
      false
    ),
    ("for n in 1..9 do print index posts page: {number: n, size: 9} end; update posts 1 {text: \"x\"}", false),
    ("1..9 | map (index posts page: {number: it} | destroy posts)", true),
    ("1..9 | map (index posts page: {number: 1} | destroy posts)", false),
    ("for n in 1..9 do let page = {number: n, size: 9}; index posts page: page | destroy posts end", true),
    ("for n in 1..9 do let page = {number: 1, size: n}; index posts page: page | destroy posts end", false),
    ("[{number: 1}] | each do index posts page: it | destroy posts end", true),
    ("def purge(p, n) do index p page: {number: n} | destroy p end; for n in 1..9 do purge posts n end", true),
    ("def purge(n, p) do index p page: {number: n} | destroy p end; 1..9 | purge posts", true),
    ("def purge(p, n) do index p page: {number: n} | destroy p end; purge posts 1", false),
    ("for n in 1..9 do index posts page: {offset: n, limit: 5} | destroy posts end", true),
  ]) func aPageThatVariesAroundAChange(_ line: String, warns: Bool) {
    let text = "let posts = client queue: \"posts\"\n" + line
    #expect(found(text).contains("the script changes posts between two reads of pages") == warns)
  }

  @Test func anUnclosedStringInALongFile() {
    let lines = (1...300).map { $0 == 150 ? "print \"abc" : "print \($0)" }
    #expect(
      found(lines.joined(separator: "\n")) == """
        error: unclosed string
          --> t:150:7
        150 | print "abc
            |       ^^^^
            = close the string with "; write a line end in a string as \\n

        """)
  }

  @Test(arguments: ["csv", "txt"]) func aTextThatIsNotUTF8LosesNoLetter(format: String) async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).\(format)")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data("name\nJos\u{e9}\n".unicodeScalars.map { UInt8($0.value) }).write(to: file)
    let conversation = Conversation(address: "embedded:blog", directory: "/tmp") { uri async throws(LinkError) in
      try await openLink(uri, script: "test")
    }
    let reply = await conversation.say("read \"\(file.path)\" | count")
    #expect(reply.errors.contains(".\(format):2:4: the byte 0xE9 is not UTF-8") && reply.output.isEmpty)
    await conversation.close()
  }
}
