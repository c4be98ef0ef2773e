import Foundation
import TestBench
import Testing

/// Tests of the hints for frequent slips in expressions, options and paths.
///
/// Each test runs a wrong statement, and then the statement that follows the hint.
@Suite struct SlipHintTests {
  static let statements: [(String, String, String)] = [
    ("let n = 3; print 1..n - 1", "1..(n - 1)", "let n = 3; print 1..(n - 1)"),
    ("let n = 3; for i in 1..n - 1 do print i end", "1..(n - 1)", "let n = 3; for i in 1..(n - 1) do print i end"),
    ("let n = 3; print n - 1..9", "(n - 1)..9", "let n = 3; print (n - 1)..9"),
    ("print(\"a\", \"b\")", "print [\"a\", \"b\"]", "print [\"a\", \"b\"]"),
    ("print [count posts]", "(count posts)", "print [(count posts)]"),
    ("print {a: count posts}", "(count posts)", "print {a: (count posts)}"),
    ("print [destroy posts 1]", "(destroy posts 1)", "print [(destroy posts 1)]"),
    ("print [count posts + 1]", "(count posts)", "print [(count posts) + 1]"),
    ("print [stream posts | count]", "(stream ...)", "print [(stream posts | count)]"),
    (
      "stream posts | where .state in (\"draft\", \"spam\")", "[\"draft\", \"spam\"]",
      "stream posts | where .state in [\"draft\", \"spam\"] | count"
    ),
    (
      "stream posts | where author == 1 | count", "For a field of the element, write .author",
      "stream posts include: \"author\" | where .author.id == \"1\" | count"
    ),
    ("stream posts | where .text == /1/", ".text =~ /1/", "stream posts | where .text =~ /1/ | count"),
    ("stream posts | where .text != /1/", "not (.text =~ /1/)", "stream posts | where not (.text =~ /1/) | count"),
    ("posts.show(1)", "show posts 1", "show posts 1"),
    ("print posts.show(1).text", "show posts 1", "print (show posts 1).text"),
    ("posts.update(1, {views: 5})", "update posts 1 {views: 5}", "update posts 1 {views: 5}"),
    ("posts show 1", "show posts 1", "show posts 1"),
    ("read in.csv", "read \"in.csv\"", "[{a: 1}] | count"),
    ("read end.csv | count", "read \"end.csv\"", "[{a: 1}] | count"),
    ("count posts filter {state: \"draft\"}", "filter: {state: \"draft\"}", "count posts filter: {state: \"draft\"}"),
    ("stream posts sort \"-views\" | take 1", "sort: \"-views\"", "stream posts sort: \"-views\" | take 1"),
    ("stream posts | sort desc .id | take 1", "sort -.id", "stream posts | sort -.id | take 1"),
    ("show posts 1 include: .author", "include: \"author\"", "show posts 1 include: \"author\""),
    ("index posts sort: .id", "sort: \"id\"", "index posts sort: \"id\""),
    ("index posts sort: -.views", "sort: \"-views\"", "index posts sort: \"-views\""),
    ("stream posts | select *", "keep all fields of the elements", "stream posts | take 1"),
    (
      "if 1 == 2 do print 1 elsif 1 == 1 do print 2 end", "else if ... do",
      "if 1 == 2 do print 1 else if 1 == 1 do print 2 end"
    ),
    ("[1] | foreach do print it end", "| each do ... end", "[1] | each do print it end"),
    ("let f = (x) => x", "def f(x) do return x + 1 end", "def f(x) do return x + 1 end"),
    ("if [ 1 -eq 1 ] do print 1 end", "1 == 1", "if 1 == 1 do print 1 end"),
    ("[{a: 1}] | @csv", "set output: \"csv\"", "set output: \"csv\"; [{a: 1}]"),
    ("[{a: 1}] | @csv", "| write \"FILE.csv\"", "[{a: 1}] | count"),
    ("[1] | .[]", "remove | .[]", "[1]"),
    ("print contains({a: 1}, \"a\")", "contains(keys({a: 1}), \"a\")", "print contains(keys({a: 1}), \"a\")"),
    ("for x in 1..3; do print x end", "remove the semicolon", "for x in 1..3 do print x end"),
    ("while false; do print 1 end", "remove the semicolon", "while false do print 1 end"),
    ("try do fail \"x\" rescue exit end", "rescue error exit", "try do fail \"x\" rescue error exit end"),
    ("try do fail \"x\" rescue exit; end", "rescue error exit", "try do fail \"x\" rescue error exit end"),
  ]

  @Test(arguments: statements) func aHintIsFollowed(_ mistake: String, _ hint: String, _ followed: String) async {
    await follow(mistake, hint, followed)
  }

  /// A slip causes exactly one error.
  @Test(arguments: [
    "for x in 1..3; do print x end", "read in.csv", "count posts filter {state: \"draft\"}", "index posts sort: .id",
    "posts show 1", "[1] | foreach do print it end",
  ]) func aSlipIsOneError(_ mistake: String) async {
    let ran = await Ran.onBlog(mistake)
    #expect(ran.errorCount == 1, Comment(rawValue: ran.notes))
  }

  @Test(arguments: [
    ("let x = 1; print \"a ${x}\"", "\"\\(x)\""), ("print \"hi\" > \"file\"", "\"hi\" | write \"file\" as: \"txt\""),
    ("print \"hi\" > \"a.txt\"", "\"hi\" | write \"a.txt\""),
  ]) func aLikelyMistakeIsAWarning(_ mistake: String, _ hint: String) async {
    let ran = await Ran.retort("-c", mistake)
    #expect(ran.notes.contains("warning: ") && ran.notes.contains(hint), Comment(rawValue: ran.notes))
    #expect(ran.status == 0)
  }

  /// The program refuses a second use of an option that takes one value.
  @Test(arguments: [
    ["--report", "a.json", "--report", "b.json", "-c", "1"], ["--output", "csv", "--output=json", "-c", "1"],
    ["--timeout", "1s", "--timeout", "2s", "-c", "1"], ["--yes=1", "--yes=2", "-c", "1"],
    ["--trace=api", "--trace", "-c", "1"], ["check", "--output", "text", "--output", "json", "x.retort"],
    ["serve", "a.sqlite", "--latency", "1ms", "--latency", "2ms"], ["work", "--pool", "a", "--pool", "b"],
    ["doctor", "-o", "text", "--output", "json"], ["demo", "--color", "never", "--color", "always"],
  ]) func aRepeatedOptionIsRefused(_ words: [String]) async {
    let ran = await Ran.retort(words)
    #expect(ran.status == 2)
    #expect(ran.notes.contains(" is given twice: keep one of them"), Comment(rawValue: ran.notes))
  }

  @Test func anOptionThatRepeatsIsAccepted() async {
    let ran = await Ran.retort(
      "--var", "a=--output", "--var", "b=1", "--output", "json", "-c", "var(\"a\") + var(\"b\")")
    #expect(ran.status == 0 && ran.output == "\"--output1\"\n", Comment(rawValue: ran.notes))
  }

  /// A note at the end of the run names a value of `--guarded` that matches no connection.
  @Test func anUnmatchedGuardedIsNoted() async {
    let script = "connect \"embedded:blog\" name: \"prod\""
    let ran = await Ran.retort("--guarded", "prdo", "--guarded", "prod", "-c", script)
    #expect(
      ran.notes.contains("--guarded prdo: the run opened no connection with this name or URI")
        && !ran.notes.contains("--guarded prod:"), Comment(rawValue: ran.notes))
  }
}
