import Evaluation
import Foundation
import JSONRPC
import Language
import RetortShell
import TestBench
import Testing

/// What the check says of mistakes, to the letter: the caret, the reason and a way out, before anything is sent.
@Suite struct MistakeTests {
  /// What a check shows of a text.
  private func found(_ text: String) -> String {
    let source = SourceText(name: "t", text: text)
    let session = Session(
      options: Session.Options(), output: Output { _ in true },
      surroundings: Session.Surroundings(
        open: { _ throws(LinkError) in throw LinkError(.closed, "a check opens nothing") }, note: { _ in }))
    let report = Interpreter(session).check(source, isThorough: true)
    let complaints = report.diagnostics.map { Renderer().render(Renderer.Report($0.diagnostic, in: $0.source)) }
    let inventory = report.inventory.map { "\($0.line) \($0.kind.rawValue) \($0.text)\n" }
    return (complaints + inventory).joined()
  }

  /// What it shows of a line after the first two of every script.
  private func foundAfterClient(_ line: String) -> String {
    found("let posts = client queue: \"posts\"\n\(line)")
  }

  @Test func anUnknownCommand() {
    #expect(
      foundAfterClient("coutn posts") == """
        error: unknown command coutn
          --> t:2:1
        2 | coutn posts
          | ^^^^^
          = did you mean count?

        """)
  }

  @Test func anUnknownOptionOnATabIndentedLine() {
    #expect(
      foundAfterClient("\tcount\tposts\tfiler: {}") == """
        error: unknown option filer:
          --> t:2:14
        2 |     count   posts   filer: {}
          |                     ^^^^^^
          = did you mean filter:?

        """)
  }

  @Test func anUnknownNameAfterEmoji() {
    #expect(
      found("print \"😀 日本\" + y") == """
        error: unknown name y
          --> t:1:16
        1 | print "😀 日本" + y
          |                   ^
          = define it first: let y = ...; text is quoted: "y"

        """)
  }

  @Test func aMissingArgument() {
    #expect(
      foundAfterClient("stream posts | take") == """
        error: take needs N
          --> t:2:16
        2 | stream posts | take
          |                ^^^^
          = take N

        """)
  }

  @Test func literalsOfTwoTypes() {
    #expect(
      found("\"abc\" < 3") == """
        error: can't order a string and a number
          --> t:1:7
        1 | "abc" < 3
          |       ^
          = convert one of them: int(x), number(x) or string(x)

        """)
    #expect(found("try do \"abc\" < 3 rescue e; print e.kind end") == "")
  }

  @Test func aFieldThatNoClientHas() {
    #expect(
      foundAfterClient("posts.nope") == """
        error: a client has no field nope
          --> t:2:6
        2 | posts.nope
          |      ^^^^^
          = it has queue, type, connection; ?.nope gives null

        """)
    #expect(foundAfterClient("posts?.nope") == "")
  }

  @Test func aMissingEndAndAStrayOne() {
    #expect(
      foundAfterClient("for x in posts do") == """
        error: the for that begins here has no end
          --> t:2:1
        2 | for x in posts do
          | ^^^
          = close it with end

        """)
    #expect(
      foundAfterClient("end") == """
        error: end without a block that is open
          --> t:2:1
        2 | end
          | ^^^
          = remove it, or look for a missing do above

        """)
  }

  @Test func anUnclosedStringInALongFile() {
    let lines = (1...300).map { $0 == 150 ? "print \"abc" : "print \($0)" }
    #expect(
      found(lines.joined(separator: "\n")) == """
        error: unclosed string
          --> t:150:7
        150 | print "abc
            |       ^^^^
            = close it with "; a line's end in a string is written \\n

        """)
  }

  @Test func everyErrorIsFound() {
    #expect(found("print a\nprint b\ncoutn c").components("error:") == 4)
  }

  @Test(arguments: [
    "let b = posts; stream posts | each do update b it.id {text: \"x\"} end",
    "let s = stream posts; for p in s do update posts p.id {text: \"x\"} end",
    "def f(p) do update posts p.id {text: \"x\"} end; stream posts | f",
    "def f(c) do update c 1 {text: \"x\"} end; for p in stream posts do f posts end",
    "def f(c) do let d = c; update d 1 {text: \"x\"} end; def g(c) do f c end; stream posts | each do g posts end",
    "def f(c) do stream c | each do update c it.id {text: \"x\"} end end",
  ])
  func changesOfWhatIsStreamed(_ line: String) {
    #expect(foundAfterClient(line).contains("while it is being streamed: rows would be skipped in silence"))
  }

  @Test func aDefThatChangesAnotherClientIsNoHazard() {
    let text =
      "let authors = client queue: \"authors\"; def f(c) do update c 1 {name: \"x\"} end; stream posts | each do f authors end"
    #expect(foundAfterClient(text) == "2 changes update c 1 {name: \"x\"}\n")
  }

  @Test func likelySlipsAreWarnings() {
    #expect(
      found("connect \"amqp://bob:secret@h/\"\nlet unused = 1\nprint \"a\" =~ /(a+)+$/\nexit 1\nprint 2") == """
        warning: a password stands in the script
          --> t:1:9
        1 | connect "amqp://bob:******@h/"
          |         ^^^^^^^^^^^^^^^^^^^^^^
          = leave the URI out and set RETORT_URL, or write connect env("NAME")
        warning: unused is never read
          --> t:2:5
        2 | let unused = 1
          |     ^^^^^^
          = remove it, or read it
        warning: a repetition inside a repetition may take very long on a text that almost matches
          --> t:3:14
        3 | print "a" =~ /(a+)+$/
          |              ^^^^^^^^
          = say it with one of them: (a+)+ is a+
        warning: nothing after this runs
          --> t:5:1
        5 | print 2
          | ^^^^^^^
          = remove it, or put it before

        """)
  }

  @Test func aPatternIsNotTriedByACheck() {
    let text = String(repeating: "a", count: 60) + "b"
    #expect(found("print \"\(text)\" =~ /^(a+)+$/").hasPrefix("warning: a repetition inside"))
  }

  @Test(arguments: ["csv", "txt"]) func aTextThatIsNotUTF8LosesNoLetter(format: String) async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).\(format)")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data("name\nJos\u{e9}\n".unicodeScalars.map { UInt8($0.value) }).write(to: file)
    let conversation = Conversation(address: "embedded:blog", directory: "/tmp") { uri async throws(LinkError) in
      try await openLink(uri, script: "test")
    }
    let reply = await conversation.say("read \"\(file.path)\" | count")
    #expect(reply.errors.contains(".\(format):2: not UTF-8") && reply.output.isEmpty)
    await conversation.close()
  }

  @Test func theInventory() {
    #expect(
      foundAfterClient("create posts {text: var(\"text\")}\ndef f() do destroy posts 1 end\nf") == """
        2 changes create posts {text: var("text")}
        2 reads var("text")
        3 destroys destroy posts 1

        """)
  }
}

extension String {
  /// How many pieces a separator makes of it.
  fileprivate func components(_ separator: String) -> Int {
    split(separator: separator, omittingEmptySubsequences: false).count
  }
}
