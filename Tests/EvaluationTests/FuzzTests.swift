import Evaluation
import Foundation
import JSONRPC
import Language
import RetortShell
import TestBench
import Testing

/// Tests that no text crashes the program.
///
/// The tests parse, format, check and run mutated scripts and random bytes. The seed is fixed, so each run has the same
/// 2000 cases. With `RETORT_FUZZ_SECONDS=3600` the test continues with further random cases for an hour.
@Suite struct FuzzTests {
  static let statements = [
    "connect \"embedded:blog\"", "let posts = client queue: \"posts\"", "count posts filter: {state: \"draft\"}",
    "show posts 12 include: \"author\"",
    "let made = create posts {text: \"Hello\", author: {type: \"authors\", id: \"1\"}}",
    "update posts made.id {text: \"Hello \\(1 + 2)\"}", "destroy posts made.id",
    "stream posts | where .views < 1000 | sort -.views | take 5 | table .id .text",
    "1..10 | group (it % 3) | table .key .count",
    "for x in 1..3 do print x * 2.50 end", "let n = 0\nwhile n < 5 do let n = n + 1 end",
    "def f(a, b: 1) do return a + b end",
    "print (f 1 b: 2) ?? null", "try do fail \"x\" rescue e; print e.kind end",
    "if 1 < 2 and not false do print \"a\" else print 'b' end",
    "[1, -2, 3e5, {a: [], \"b c\": 5m}] | map it | collect", "print upper(\"é日😀\")[0]?.x",
    "index posts page: {size: 3} | first",
    "stream posts | each in-flight: 3 do it.id end | count", "\"a1b\" =~ /[a-z]+\\d/i", "assert 1 == 1, \"m\"",
    "set timeout: 5s output: \"csv\"", "let s = \"ab\"\nwhile length(s) < 40 do let s = s + s end",
    "let l = [1, 2]\nfor i in 1..4 do let l = l + [l, {a: l}] end", "1..99999 | sort -it | first",
    "[1..9] | flatten | unique | join(it, \"-\")", "print [1, 2, 3][0..1] + [4][-3..-1]", "print \"abcdef\"[1..n - 1]",
    "let r = {[\"a\" + \"b\"]: 1, c: 2}\nprint r[\"ab\"] ?? r?[\"x\"]", "for x, i in 1..3 do print \"\\(i) \\(x)\" end",
    "[{a: 1, b: [1, 2]}] | as r | map .b | flatten | map it + r.a | print",
    "def g(a, m: 2) do a * m end\nprint g(3, m: 4) + g(1)", "let i = 1..9 | map {k: it} | index-by .k\nprint i[3].k",
    "let n = 0\nwatch 1ms do\nlet n = n + 1\nif n > 2 do break end\nend", "1..7 | chunk 3 | reverse | last",
    "[{a: 1, b: 2}] | group .a .b | without .items | print .key.a", "[1, 2] | as a | sort -a | first",
  ]

  static let pieces = [
    "\n", " ", ";", "|", "(", ")", "[", "]", "{", "}", "\"", "\\(", "\\", "/", "-", "..", "?.", "??", "?[", "#", "do",
    "end", "if",
    "else", "it", ".a", "null", "99999999999999999999", "1e999", "-1", "0.1", "1d", "\u{0}", "é", "\u{1F600}", "let ",
    "for x in ", "while ",
    "def f() do f end\n", "count", "sum", "*", "%", "as a", "a.", "[-1..", "{[", "]: ", "print", "watch 1ms do", ",",
    ":", "=", "=~", "in ", "not ", " | take ", " | skip ", "id: ",
  ]

  /// Words of statements that wait for input or leave files behind; the tests run no script with such a word.
  static let forbidden = ["write", "failed", "sleep", "source", "read", "sh ", "exit"]

  @Test(.timeLimit(.minutes(120))) func nothingCrashes() async throws {
    let end = Fuzzing.end
    var random = SeededNumbers(seed: 11)
    var cases = 0
    repeat {
      for _ in 0..<2_000 {
        let text = Self.text(&random)
        try Self.layOut(text)
        cases += 1
        if cases % 8 == 0, !Self.forbidden.contains(where: text.contains) { await Self.run(text) }
      }
    } while ContinuousClock.now < end
    #expect(cases >= 2_000)
  }

  /// Returns a script of up to seven statements with up to five mutations or, for every tenth text, random bytes.
  private static func text(_ random: inout SeededNumbers) -> String {
    if random.below(10) == 0 {
      return String(decoding: (0..<random.below(200)).map { _ in UInt8(random.below(256)) }, as: UTF8.self)
    }
    var text = Array(
      (0...random.below(6)).map { _ in statements[random.below(statements.count)] }.joined(separator: "\n"))
    for _ in 0..<random.below(6) {
      let place = random.below(text.count + 1)
      switch random.below(4) {
      case 0: text.insert(contentsOf: pieces[random.below(pieces.count)], at: place)
      case 1: text.removeSubrange(place..<min(text.count, place + random.below(12)))
      case 2: text += text[place..<min(text.count, place + random.below(80))]
      default:
        if place < text.count { text[place] = Character(pieces[random.below(pieces.count)].prefix(1).description) }
      }
    }
    return String(text)
  }

  /// Formats a text twice, and expects that the second formatting changes nothing.
  private static func layOut(_ text: String) throws {
    guard let once = try? Formatter.formatted(SourceText(name: "fuzz", text: text)) else { return }
    let twice = try? Formatter.formatted(SourceText(name: "fuzz", text: once))
    #expect(twice == once, "\(text)")
  }

  /// Runs a script on the sample blog for at most two seconds, and expects a valid exit status.
  ///
  /// The status must be 2 if the check of the script finds an error.
  private static func run(_ text: String) async {
    let session = Session(
      options: Session.Options(), output: ResultOutput { _ in true },
      host: Session.SessionCallbacks(
        open: { uri async throws(LinkError) in try await openLink(uri, script: "fuzz") }, note: { _ in }))
    let (interpreter, source) = (Interpreter(session), SourceText(name: "fuzz", text: text))
    let passes = !interpreter.check(source).diagnostics.contains { $0.diagnostic.severity == .error }
    let work = Task { await interpreter.run(source) }
    let limit = Task {
      try await Task.sleep(for: .seconds(2))
      work.cancel()
    }
    let status = await work.value
    limit.cancel()
    #expect((passes ? [0, 1, 3, 4, 5, 6, 130] : [2]).contains(status), "\(status): \(text)")
    await session.close()
  }

  /// The parser refuses text that is nested too deeply.
  @Test(arguments: [
    ("print " + String(repeating: "(", count: 20_000), "nested too deeply"),
    ("print " + String(repeating: "[", count: 20_000), "nested too deeply"),
    (String(repeating: "if true do\n", count: 20_000), "nested too deeply"),
    ("print " + String(repeating: "not ", count: 20_000) + "true", "nested too deeply"),
    ("print 1" + String(repeating: " + 1", count: 20_000), "more than 200 successive operators"),
    ("print true" + String(repeating: " and true", count: 20_000), "more than 200 successive operators"),
    ("print " + String(repeating: "\"\\(", count: 20_000), "strings are nested too deeply"),
    ("print a" + String(repeating: ".a", count: 20_000), "nested too deeply"),
  ])
  func nestingHasALimit(_ text: String, _ message: String) {
    let found = Parser.parse(SourceText(name: "t", text: text)).diagnostics.map(\.message)
    #expect(found.contains { $0.hasSuffix(message) })
  }

  @Test func recursionHasALimit() async {
    let recorded = RecordedText()
    let session = Session(
      options: Session.Options(), output: ResultOutput { _ in true },
      host: Session.SessionCallbacks(
        open: { _ throws(LinkError) in throw LinkError(.closed, "not here") }, note: { text in recorded.add(text) }))
    let status = await Interpreter(session).run(SourceText(name: "t", text: "def f() do f end\nf"))
    #expect(status == 6)
    #expect(recorded.text.hasPrefix("error[limit]: f calls itself more than 150 levels deep\n"))
  }

  /// A value that grows endlessly ends the script with an error before it fills the memory.
  @Test(arguments: [
    ("let s = \"xxxxxxxx\"\nwhile true do let s = s + s end", "a text can have at most 256 MiB"),
    ("let s = \"xxxxxxxx\"\nwhile true do let s = \"\\(s)\\(s)\" end", "a text can have at most 256 MiB"),
    ("let s = \"xxxxxxxx\"\nwhile true do let s = replace(s, \"x\", s) end", "a text can have at most 256 MiB"),
    ("let s = [1, 2]\nwhile true do let s = s + s end", "a list can have at most 50 million elements"),
  ])
  func growthHasALimit(_ text: String, _ message: String) async {
    let recorded = RecordedText()
    let session = Session(
      options: Session.Options(), output: ResultOutput { _ in true },
      host: Session.SessionCallbacks(
        open: { _ throws(LinkError) in throw LinkError(.closed, "not here") }, note: { text in recorded.add(text) }))
    let status = await Interpreter(session).run(SourceText(name: "t", text: text))
    #expect(status == 6)
    #expect(recorded.text.hasPrefix("error[limit]: \(message)\n"))
  }
}
