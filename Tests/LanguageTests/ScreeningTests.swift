import Language
import Testing

/// What an error shows of secrets, and of what a service said.
@Suite struct ScreeningTests {
  @Test(arguments: [
    (#"connect "amqp://guest:S3CRET@h/" x"#, #"connect "amqp://guest:******@h/" x"#),
    (#"connect "amqps://guest:a/b?c@d#e@h/v""#, #"connect "amqps://guest:*********@h/v""#),
    (#"let a = "AMQP://u:pass@h", b = "amqp://v:word@h""#, #"let a = "AMQP://u:****@h", b = "amqp://v:****@h""#),
    (#"connect "amqp://u:a\"b@h""#, #"connect "amqp://u:****@h""#),
    (#"connect "amqp://u:pass@h"#, #"connect "amqp://u:****@h"#),
    (#"connect "amqp://host:5672/v" # a@b"#, #"connect "amqp://host:5672/v" # a@b"#),
    (#"get "http://u:pass@h""#, #"get "http://u:pass@h""#), ("amqp://\\", "amqp://\\"),
  ])
  func aLineHidesItsPasswords(line: String, shown: String) {
    #expect(drawn(line, message: "no") == "error: no\n  --> a:1:1\n1 | \(shown)\n  | ^\n")
  }

  @Test func whatAServiceSaysDoesNotSteerTheTerminal() {
    let source = SourceText(name: "a", text: "x")
    let report = Renderer.Report(
      title: "error", message: "a\u{1B}[2J\u{7}", source: source,
      marks: [Diagnostic.Mark(range: SourceRange(0, 1), label: "b\u{202E}")], notes: ["c\u{9B}d\té"])
    #expect(
      Renderer().render(report)
        == "error: a\\u{1B}[2J\\u{7}\n  --> a:1:1\n1 | x\n  | ^ b\\u{202E}\n  = c\\u{9B}d\té\n")
  }

  private func drawn(_ line: String, message: String) -> String {
    Renderer().render(
      Renderer.Report(
        title: "error", message: message, source: SourceText(name: "a", text: line),
        marks: [Diagnostic.Mark(range: SourceRange(0, 1))]))
  }
}
