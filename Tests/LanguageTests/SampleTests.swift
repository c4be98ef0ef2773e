import Foundation
import Language
import Testing

/// Tests that the first sample of TheLanguage.md parses, and tests of the errors for common mistakes.
@Suite struct SampleTests {
  @Test func theFirstSampleParses() throws {
    let file = URL(filePath: #filePath).appending(path: "../../../Sources/Language/Language.docc/TheLanguage.md")
    let article = try String(contentsOf: file.standardized, encoding: .utf8)
    let text = try #require(article.firstMatch(of: #/```retort\n(?<code>(?s:.*?))```/#)).output.code
    let parsed = Parser.parse(SourceText(name: "sample", text: String(text)))
    #expect(parsed.diagnostics == [])
    #expect(parsed.program.statements.count == 13)
  }

  @Test(arguments: [
    ("let = 3", "expected a name after the word `let`, not ="), ("end", "there is no open block for the word `end`"),
    ("x = 3", "an assignment needs the word `let`"),
    ("for x posts do end", "expected the word `in` after `for x`, not posts"),
    ("let x = a-1 + 2 -", "expected a value, not the end of the text"), ("a < b < c", "comparisons can't be chained"),
    ("read /tmp/x.csv", "text between slashes is a pattern"), ("let s = \"abc", "unclosed string"),
    ("| count", "a line can't begin with |"), ("while true do", "the block of this `while` has no `end`"),
    ("stream posts | take 3 take: 1 take: 2", "the option take: occurs twice"), ("$x", "a variable has no $"),
  ])
  func faults(text: String, message: String) {
    let parsed = Parser.parse(SourceText(name: "t", text: text), isTyped: true)
    #expect(parsed.diagnostics.map(\.message) == [message])
  }

  @Test(arguments: ["for x in y do", "let x =", "f(1,", "a |", "a + \\", "{a: 1,", "x ??", "stream posts filter:"])
  func unfinished(text: String) {
    #expect(Parser.parse(SourceText(name: "t", text: text), isTyped: true).isIncomplete)
  }

  @Test func carets() {
    let text = "create posts {text: \"\", state: \"x\"}"
    let source = SourceText(name: "migrate.retort", text: text)
    let report = DiagnosticRenderer.DiagnosticContent(
      title: "error[invalid]", message: "posts create: 2 errors from the service", source: source,
      marks: [
        MarkedSourceRange(SourceRange(20, 22), "can't be blank"),
        MarkedSourceRange(SourceRange(31, 34), "is not included in the list"),
      ])
    #expect(
      DiagnosticRenderer().render(report) == """
        error[invalid]: posts create: 2 errors from the service
          --> migrate.retort:1:21
        1 | create posts {text: "", state: "x"}
          |                     ^^         ^^^ is not included in the list
          |                     |
          |                     can't be blank

        """)
  }
}
