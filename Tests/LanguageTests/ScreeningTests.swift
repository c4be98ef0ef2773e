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
    (#"connect "amqp://u:pa?x=y@h/""#, #"connect "amqp://u:******@h/""#),
    (#"connect "ampq://u:pass@h""#, #"connect "ampq://u:****@h""#),
    (#"connect "amqp:u:pass@h""#, #"connect "amqp:u:****@h""#),
    (#"connect "amqps//u:pass@h""#, #"connect "amqps//u:****@h""#),
    (#"connect "amqp:/u:pass@h""#, #"connect "amqp:/u:****@h""#),
    (#"connect "amqp://:pass@h""#, #"connect "amqp://:****@h""#),
    (#"connect " amqp://u:pa ss@h""#, #"connect " amqp://u:*****@h""#),
    (#"connect "amqp://u:pass""#, #"connect "amqp://u:****""#),
    (#"connect "amqp://h:5672""#, #"connect "amqp://h:5672""#),
    (#"connect "u:pa/ss@h/v""#, #"connect "u:*****@h/v""#),
    (#"connect amqp://u:pass@h"#, #"connect amqp://u:****@h"#),
    (#"connect "amqps://h:5671/v?cacertfile=/a@b.pem""#, #"connect "amqps://h:5671/v?cacertfile=/a@b.pem""#),
    (#"connect "amqps://u:pass@h/?keyfile=/a@b.pem""#, #"connect "amqps://u:****@h/?keyfile=/a@b.pem""#),
    (#"connect "amqps://h/v?cacertfile=/c:a@b""#, #"connect "amqps://h/v?cacertfile=/c:a@b""#),
    (#"connect "amqps://u:pa?certfile=ss@h""#, #"connect "amqps://u:**************@h""#),
    (#"print "note: ann@h", {"a":"b@c"}, a.b:c"#, #"print "note: ann@h", {"a":"b@c"}, a.b:c"#),
    ("amqp://\\", "amqp://\\"), ("\"", "\""), ("amqp:", "amqp:"),
  ])
  func aLineHidesItsPasswords(line: String, shown: String) {
    #expect(drawn(line, message: "no") == "error: no\n  --> a:1:1\n1 | \(shown)\n  | ^\n")
  }

  @Test(arguments: ["connect amqp://u:s3cret@h/v", "connect amqp//u:s3cret@h", "connect amqp://u:s3cret"])
  func aURIThatIsNotQuotedIsNotRepeated(line: String) {
    let source = SourceText(name: "a", text: line)
    let diagnostics = Parser.parse(source).diagnostics
    #expect(diagnostics.contains { $0.nextStep == #"a URI is quoted: "amqp://...""# })
    for diagnostic in diagnostics {
      #expect(!Renderer().render(Renderer.Report(diagnostic, in: source)).contains("s3cret"))
    }
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
