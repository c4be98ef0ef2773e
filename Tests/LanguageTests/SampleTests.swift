import Language
import Testing

/// The first sample of the language, and the faults people make.
@Suite struct SampleTests {
  @Test func theFirstSampleParses() {
    let text = #"""
      connect "amqp://guest:guest@localhost/"
      let posts   = client queue: "remote_server_post"   type: "posts"
      let authors = client queue: "remote_server_author" type: "authors" timeout: 10s

      count posts filter: {state: "draft"}
      show posts 12 include: "author"
      let made = create posts {text: "Hello", author: {type: "authors", id: "1"}} include: "author"
      update posts made.id {text: "Hello again"}
      destroy posts made.id

      stream posts include: "author" | where .views < 1000 | sort -.inserted-at | take 5 | table .id .text .author.name
      stream posts | group .state | sort -.count | table .key .count

      for post in stream posts filter: {state: "draft"} include: "author" | collect do
        if post.author.active do
          update posts post.id {state: "published"}
        else
          print "skipped \(post.id): \(post.author.name) is inactive"
        end
      end

      read "people.csv" | create authors key: .email in-flight: 64 journal: "people.journal"
      stream posts filter: {state: "spam"} | collect | destroy posts in-flight: 64
      destroy-all posts filter: {state: "archived"} max: 5000
      """#
    let parsed = Parser.parse(SourceText(name: "sample", text: text))
    #expect(parsed.diagnostics == [])
    #expect(parsed.program.statements.count == 14)
  }

  @Test(arguments: [
    ("let = 3", "expected a name after let, not ="), ("end", "end without a block that is open"),
    ("x = 3", "= assigns only after let"), ("for x posts do end", "expected in after for x, not posts"),
    ("let x = a-1 + 2 -", "expected a value, not the end of the text"), ("a < b < c", "comparisons do not chain"),
    ("read /tmp/x.csv", "text between slashes is a pattern"), ("let s = \"abc", "unclosed string"),
    ("| count", "a line can't begin with |"), ("while true do", "the while that begins here has no end"),
    ("stream posts | take 3 take: 1 take: 2", "take: stands twice"), ("$x", "a variable has no $"),
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
    let report = Renderer.Report(
      title: "error[invalid]", message: "posts create: 2 errors from the service", source: source,
      marks: [
        Diagnostic.Mark(range: SourceRange(20, 22), label: "can't be blank"),
        Diagnostic.Mark(range: SourceRange(31, 34), label: "is not included in the list"),
      ])
    #expect(
      Renderer().render(report) == """
        error[invalid]: posts create: 2 errors from the service
          --> migrate.retort:1:21
        1 | create posts {text: "", state: "x"}
          |                     ^^         ^^^ is not included in the list
          |                     |
          |                     can't be blank

        """)
  }
}
