import Language
import Redaction
import Testing

/// Tests that retort hides secrets in the excerpts of errors, in the history, and in texts of services.
@Suite struct SecretsTests {
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
    #expect(diagnostics.contains { $0.nextStep == #"put a URI in quotes: "amqp://...""# })
    for diagnostic in diagnostics {
      #expect(
        !DiagnosticRenderer().render(DiagnosticRenderer.DiagnosticContent(diagnostic, in: source)).contains("s3cret"))
    }
  }

  @Test func aSecretThatIsWideHasAsManyStarsAsColumns() {
    #expect(
      drawn(#"connect "amqp://u:日本@h" x"#, message: "no") == """
        error: no
          --> a:1:1
        1 | connect "amqp://u:****@h" x
          | ^

        """)
  }

  @Test(arguments: [
    (#"connect "amqp://guest:secret@localhost/" name: "x""#, #"connect "amqp://guest:***@localhost/" name: "x""#),
    (#"connect "amqps://u:p@ss/w@rd#1@host:5671/v" # me"#, #"connect "amqps://u:***@host:5671/v" # me"#),
    (#"connect "AMQP://u:two words@h""#, #"connect "AMQP://u:***@h""#),
    (#"connect "amqp://:secret@h""#, #"connect "amqp://:***@h""#),
    (#"let u = "postgres://app:s3/cret@db/x" # mail a@b"#, #"let u = "postgres://app:***@db/x" # mail a@b"#),
    (#"create users {name: "n", password: "a\"b", age: 1}"#, #"create users {name: "n", password: "***", age: 1}"#),
    (#"create users {"api_key": "k", "authToken" : "t"}"#, #"create users {"api_key": "***", "authToken" : "***"}"#),
    (#"create users {tokens: ["a", "b"], name: "n"}"#, #"create users {tokens: ["***", "***"], name: "n"}"#),
    (
      #"create users {password: {algorithm: "x", "salt": ["y"]}, name: "n"}"#,
      #"create users {password: {algorithm: "***", "salt": ["***"]}, name: "n"}"#
    ),
    (#"create users {password: (upper("x") + "y")}"#, #"create users {password: (upper("***") + "***")}"#),
    (#"create users {password: lower("x"), name: "n"}"#, #"create users {password: lower("***"), name: "n"}"#),
    (
      #"let db-password = if true do "x" else "y" end; print "n""#,
      #"let db-password = if true do "***" else "***" end; print "n""#
    ),
    (#"let s = "Password=x;User=a""#, #"let s = "Password=***;User=a""#),
    (#"let h = "Authorization: Basic eA==""#, #"let h = "Authorization: Basic ***""#),
    (#"unexpected token: use "x", not "y""#, #"unexpected token: use "x", not "y""#),
    (#"create users {tokens: [env("A"), var("b")]}"#, #"create users {tokens: [env("A"), var("b")]}"#),
    (#"let password = "x""#, #"let password = "***""#),
    ("let l = {password: 1234567, n: 5}", "let l = {password: ***, n: 5}"),
    ("let password = -12.5; let n = 7", "let password = ***; let n = 7"),
    (#"let q = {["password"]: "x", "a": "y"}"#, #"let q = {["password"]: "***", "a": "y"}"#),
    (#"let x = l?.password ?? "x""#, #"let x = l?.password ?? "***""#),
    (#"where .password in ["x", "y"] or .a in ["z"]"#, #"where .password in ["***", "***"] or .a in ["z"]"#),
    (#"where "x" == .password and "y" == .name"#, #"where "***" == .password and "y" == .name"#),
    (#"parse-json("{\"password\":\"x\"}")"#, #"parse-json("{\"password\":\"***")"#),
    (#"stream users | where .secret == "x""#, #"stream users | where .secret == "***""#),
    ("for c in clients do\n  c.secret != \"x\"\nend", "for c in clients do\n  c.secret != \"***\"\nend"),
    ("no way to amqp://u:p@ss@h:5672/ for root@h", "no way to amqp://u:***@h:5672/ for root@h"),
    ("amqp://u:two words@h/v", "amqp://u:***@h/v"), (#"{"x":"y","Set-Cookie":"k"#, #"{"x":"y","Set-Cookie":"***"#),
    ("Authorization: Bearer abc.d-e= and more", "Authorization: Bearer *** and more"),
    ("GET /x?token=abc Bearer xyz", "GET /x?token=*** Bearer ***"),
    ("Bearer xyz GET /x?token=abc # secret def", "Bearer *** GET /x?token=*** # secret def"),
    ("# password: x y?token=abc", "# password: *** y?token=***"),
    ("see http://u:p@h/x", "see http://u:***@h/x"),
    (
      #"connect "amqps://u:p@h:1/?password=abc&heartbeat=3""#, #"connect "amqps://u:***@h:1/?password=***&heartbeat=3""#
    ),
    (#"connect "amqp://g:" + "sekret11@h""#, #"connect "amqp://g:" + "***@h""#),
    (#"connect "amqp://" + "g:sekret@h""#, #"connect "amqp://" + "g:***@h""#),
    (#"connect "amqp://g" + ":sekret@h""#, #"connect "amqp://g" + ":***@h""#),
    (#"connect "amqp://g:sek" + "ret@h""#, #"connect "amqp://g:***" + "***@h""#),
    (#"connect "amqp://g:\("sekret")@h""#, #"connect "amqp://g:\("***")@h""#),
    (#"create users {password: "a" + "b"}"#, #"create users {password: "***" + "***"}"#),
    ("# password: hunter2", "# password: ***"),
    ("count posts # the api_key is k1, and more", "count posts # the api_key is ***, and more"),
    ("# token=\"t\"", "# token=\"***\""),
  ])
  func areTakenOut(text: String, shown: String) {
    #expect(Secrets.hidden(in: text) == shown)
    #expect(Secrets.hidden(in: shown) == shown)
  }

  @Test(arguments: [
    #"connect "amqp://[::1]:5672/""#, #"connect "amqps://[2001:db8::1]/v""#, #"connect "amqp://guest@localhost:5672/""#,
    #"connect "embedded:blog""#, #"print "http://host:8080/a?b=c""#,
    #"create tags {name: "password"}"#, "count posts filter: {state: \"draft\"}", "", "\"", ":", "password: \"",
    "http://host:8080/users?mail=a@b", #"{"href":"mailto:ann@h"}"#, #"print "a: " + "b@c""#, "bearer", "bob",
  ])
  func othersStay(text: String) {
    #expect(Secrets.hidden(in: text) == text)
  }

  private func drawn(_ line: String, message: String) -> String {
    DiagnosticRenderer().render(
      DiagnosticRenderer.DiagnosticContent(
        title: "error", message: message, source: SourceText(name: "a", text: line),
        marks: [MarkedSourceRange(SourceRange(0, 1))]))
  }

  @Test(arguments: [
    ("guest:secret@localhost:5672/", "guest:***@localhost:5672/"), ("//guest:p@ss@h/", "//guest:***@h/"),
    ("amqp;//guest:secret@h", "amqp;//guest:***@h"), (" guest:secret@h", " guest:***@h"),
    ("user:secret@[::1]:5672/x", "user:***@[::1]:5672/x"), ("amqp://u:p@h", "amqp://u:***@h"),
    ("guest:pa//ss@h", "guest:***@h"),
    ("guest:secret@h/?password=abc", "guest:***@h/?password=***"),
    ("localhost", "localhost"),
  ]) func aMisspelledURIHidesItsPassword(_ text: String, _ expected: String) {
    #expect(Secrets.hidden(inURI: text) == expected)
  }
}
