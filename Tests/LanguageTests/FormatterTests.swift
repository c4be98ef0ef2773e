import Foundation
import Language
import TestBench
import Testing

/// Tests of the layout that the formatter gives to a script.
///
/// The layout does not change the meaning of the script, and a second formatting changes nothing.
@Suite struct FormatterTests {
  private func formatted(_ text: String) throws -> String {
    try Formatter.formatted(SourceText(name: "t", text: text))
  }

  /// Returns a description of a text's statements without source ranges; texts of the same meaning have the same
  /// description.
  static func meaning(_ text: String) -> String {
    String(reflecting: Parser.parse(SourceText(name: "t", text: text)).program)
      .replacing(#/Language\.SourceRange\(lower: \d+, upper: \d+\)/#, with: "")
  }

  static let samples: [(String, String)] = [
    ("let   x=1+2*3", "let x = 1 + 2 * 3\n"),
    ("let x = [ 1,2 ,3, ]", "let x = [1, 2, 3]\n"),
    ("let x = {a : 1,\"b c\":[.x , -5]}", "let x = {a: 1, \"b c\": [.x, -5]}\n"),
    ("print f( 1,g(2) )[ 0 ].a", "print f(1, g(2))[0].a\n"),
    ("sort   -.a   .b", "sort -.a .b\n"),
    ("1 .. 10|each   do print it;print 1;end", "1..10 | each do print it; print 1 end\n"),
    ("a;;b ; c", "a\nb\nc\n"),
    (
      "if a do\nb\nelse if c do\nd\nelse\nif e do f end\nend",
      "if a do\n  b\nelse if c do\n  d\nelse\n  if e do f end\nend\n"
    ),
    ("if a do b else if c do d else e end", "if a do b else if c do d else e end\n"),
    ("if a do b else; if c do d end end", "if a do\n  b\nelse\n  if c do d end\nend\n"),
    ("try do a\nrescue e\n\nb end", "try do\n  a\nrescue e\n  b\nend\n"),
    ("try do a rescue e; b end", "try do a rescue e; b end\n"),
    ("stream posts |\n  where .a | # why\n take 3", "stream posts\n  | where .a  # why\n  | take 3\n"),
    (
      "stream posts\n# why\n| each in-flight: 2 do\nprint it\nend",
      "stream posts\n  # why\n  | each in-flight: 2 do\n    print it\n  end\n"
    ),
    ("#!/usr/bin/env retort\n\n\n\n#a\na  # b  \n\n\n\nb\n\n", "#!/usr/bin/env retort\n\n#a\na  # b\n\nb\n"),
    ("let x = {a: 1, # one\nb: 2 # two\n}", "let x = {\n  a: 1,  # one\n  b: 2,  # two\n}\n"),
    ("let x = [\n1\n, 2]", "let x = [\n  1,\n  2,\n]\n"),
    ("count posts \\ # all\n filter: {}", "count posts \\ # all\n  filter: {}\n"),
    ("assert a and\nb, \"m\"", "assert a and\n  b, \"m\"\n"),
    (
      "def f( a,b:1 ) do\n\n  # first\n  return a\n\n  # last\n\nend",
      "def f(a, b: 1) do\n  # first\n  return a\n\n  # last\nend\n"
    ),
    ("help   where\nhelp (  # c\na\nhelp | \nb", "help   where\nhelp (  # c\na\nhelp |\nb\n"),
    ("print \"a \\( 1+1 ) b\"", "print \"a \\( 1+1 ) b\"\n"),
    ("let r={[ \"a\"+b ] : 1,[c]:[1,2]}", "let r = {[\"a\" + b]: 1, [c]: [1, 2]}\n"),
    ("print x[ 0 .. n - 1 ]+x[ -3 .. -1 ]", "print x[0..n - 1] + x[-3..-1]\n"),
    ("for  x ,n   in  xs do print f( x,mark:   1 ) end", "for x, n in xs do print f(x, mark: 1) end\n"),
    ("watch   2s do\nprint 1\nend", "watch 2s do\n  print 1\nend\n"),
    ("1..3|as   a|print|\nprint a", "1..3\n  | as a\n  | print\n  | print a\n"),
    (
      "let r = {[\"\(String(repeating: "k", count: 90))\"]: 1, [b]: 2}",
      "let r = {\n  [\"\(String(repeating: "k", count: 90))\"]: 1,\n  [b]: 2,\n}\n"
    ),
    ("", ""), ("\n\n# only\n", "# only\n"), ("a\r\nb\r\n", "a\nb\n"),
  ]

  @Test(arguments: samples) func layout(text: String, expected: String) throws {
    #expect(try formatted(text) == expected)
    #expect(try formatted(expected) == expected)
    #expect(Self.meaning(expected) == Self.meaning(text))
  }

  @Test func longLinesAreBroken() throws {
    let words = (1...6).map { "\"word number \($0)\"" }.joined(separator: ", ")
    #expect(
      try formatted("let x = {first: 1, second: [\(words)]}")
        == """
        let x = {
          first: 1,
          second: ["word number 1", "word number 2", "word number 3", "word number 4", "word number 5", "word number 6"],
        }

        """.replacing(
          "[\"word number 1\", \"word number 2\", \"word number 3\", \"word number 4\", \"word number 5\", \"word number 6\"]",
          with: "[\n    " + words.replacing(", ", with: ",\n    ") + ",\n  ]"))
    #expect(
      try formatted(
        "let stale = stream posts filter: {state: \"archived\"} | where .views < 10000 and .rating > 2 | select .id .text"
      ) == """
        let stale = stream posts filter: {state: "archived"}
          | where .views < 10000 and .rating > 2
          | select .id .text

        """)
  }

  @Test func aTextThatDoesNotParseHasNoLayout() {
    #expect(throws: Formatter.ParseFailure.self) { try formatted("for x in") }
  }

  @Test func aBracketRoundElseIfStaysOpenToItsEnd() {
    let text = "let x = [\n  (if a do 1 else if b do 2 end),\n  3\n]"
    #expect(Parser.parse(SourceText(name: "t", text: text)).diagnostics == [])
  }

  @Test func aListAfterASemicolonIsAList() throws {
    #expect(try formatted("a;[1,\n2]") == "a\n[\n  1,\n  2,\n]\n")
  }

  static var scripts: [URL] {
    get throws {
      let folder = URL(filePath: #filePath).appending(path: "../../../examples").standardized
      return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        .filter { $0.pathExtension == "retort" }.sorted { $0.path < $1.path }
    }
  }

  @Test(arguments: try scripts) func examplesAreFormatted(_ file: URL) throws {
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(try formatted(text) == text)
  }

  @Test(arguments: try scripts) func mutatedScriptsKeepTheirMeaning(_ file: URL) throws {
    let text = Array(
      try String(contentsOf: file, encoding: .utf8) + "\n" + Self.samples.map(\.0).joined(separator: "\n"))
    let pieces = [
      "\n", " ", "# c\n", ";", "| ", ", ", " \\\n", "(", ")", "do ", " end", "- ", "[1,\n2]", "\n\n\n", "x",
    ]
    var random = SeededNumbers(seed: 7)
    var parsed = 0
    for _ in 0..<1200 {
      let start = random.below(text.count)
      var part = Array(text[start..<min(text.count, start + 20 + random.below(400))])
      for _ in 0...random.below(3) {
        part.insert(contentsOf: pieces[random.below(pieces.count)], at: random.below(part.count))
      }
      let mutated = String(part)
      guard let once = try? formatted(mutated) else { continue }
      parsed += 1
      let isSame = Self.meaning(once) == Self.meaning(mutated)
      #expect(isSame, "\(mutated)")
      #expect(try formatted(once) == once, "\(mutated)")
    }
    #expect(parsed > 20)
  }
}
