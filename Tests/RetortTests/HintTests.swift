import Foundation
import TestBench
import Testing

/// Tests of hints that contain code.
///
/// Each test runs a wrong statement, and then the statement that follows the hint.
@Suite struct HintTests {
  /// The hints for misspelt words and similar mistakes work.
  @Test(arguments: [
    (
      "stream posts | wher .views > 5 | count", "did you mean the stage `where`?",
      "stream posts | where .views > 5 | count"
    ),
    (
      "stream posts | where state == \"draft\" | count", "for a field of the element, write .state; for text, ",
      "stream posts | where .state == \"draft\" | count"
    ),
    ("count posts filter: state == \"draft\"", "filter: {state: \"draft\"}", "count posts filter: {state: \"draft\"}"),
    ("count posts filter: .state == \"draft\"", "filter: {state: \"draft\"}", "count posts filter: {state: \"draft\"}"),
    ("[1] | map {a: it} | take 1 + 1", "(1 + 1)", "[1] | map {a: it} | take (1 + 1)"),
    (
      "[{a: null}, {a: \"1\"}] | avg number(.a)", "number(.a ?? 0)", "[{a: null}, {a: \"1\"}] | avg number(.a ?? 0)"
    ),
    (
      "count posts filter: {state: \"draft,spam\"}", "[\"draft\",\"spam\"]",
      "count posts filter: {state: [\"draft\",\"spam\"]}"
    ),
    (
      "[{id: 1, b: 2}, {id: 2}] | csv .id .b", "to get null instead of an error, write ?.b",
      "[{id: 1, b: 2}, {id: 2}] | csv .id ?.b"
    ),
    ("print 1 | map it", "... | print", "[1] | map it | print"),
    ("wher .views > 5", "... | where ...", "stream posts | where .views > 5 | count"),
    ("print join(1..3 | map string(it), \"\")", "(... | ...)", "print join((1..3 | map string(it)), \"\")"),
    ("print [1..3 | map it]", "(... | ...)", "print [(1..3 | map it)]"),
    ("print \"a\\u{1b}b\"", "\\u001b", "print \"a\\u001bb\""),
    ("print \"\\u{1f600}\"", "\\ud83d\\ude00", "print \"\\ud83d\\ude00\""),
    ("relink posts 1 \"tagz\" []", "did you mean tags?", "relink posts 1 \"tags\" []"),
    ("[1] | update posts {views: 1} in-flight: 0", "in-flight: 1", "[1] | update posts {views: 1} in-flight: 1"),
    ("[1] | update posts {views: 1} rate: 0", "rate: 1", "[1] | update posts {views: 1} rate: 1"),
    (
      "[1] | update posts {views: 1} verify: \"al\"", "did you mean \"all\"?",
      "[1] | update posts {views: 1} verify: \"all\""
    ),
    ("[{a: 1}, {b: 2}] | csv", "csv ?.a ?.b", "[{a: 1}, {b: 2}] | csv ?.a ?.b"),
    ("coutn posts", "did you mean count?", "count posts"), ("stop 1 | map it", "separate lines", "stop posts"),
    ("index posts where .views > 5 | count", "... | where ...", "index posts | where .views > 5 | count"),
    ("where .a", "... | where ...", "[{a: true}] | where .a"), ("lower \"A\"", "lower(\"A\")", "lower(\"A\")"),
  ]) func aHintIsFollowed(_ mistake: String, _ hint: String, _ followed: String) async {
    await follow(mistake, hint, followed)
  }

  static let operators: [(String, String, String)] = [
    ("time(\"2026-01-01\") - 5", "= time(\"2026-01-01\") - 5s", "time(\"2026-01-01\") - 5s"),
    ("let n = 5; time(\"2026-01-01\") + n", "+ n * 1s", "let n = 5; time(\"2026-01-01\") + n * 1s"),
    ("1h + time(\"2026-01-01\")", "= time(\"2026-01-01\") + 1h", "time(\"2026-01-01\") + 1h"),
    ("7s % 2s", "(7s / 1s) % (2s / 1s)", "(7s / 1s) % (2s / 1s)"), ("2s * 3s", "2s * (3s / 1s)", "2s * (3s / 1s)"),
    ("10s > 5", "10s > 5s", "10s > 5s"), ("1 in null", "1 in (null ?? [])", "1 in (null ?? [])"),
    ("1 in 1", "1 in [1]", "1 in [1]"), ("\"a\" in {a: 1}", "\"a\" in keys({a: 1})", "\"a\" in keys({a: 1})"),
    ("1..3 == [1, 2, 3]", "(1..3 | collect) == [1, 2, 3]", "(1..3 | collect) == [1, 2, 3]"),
    ("1..3 + [4]", "(1..3 | collect) + [4]", "(1..3 | collect) + [4]"), ("[1] + 2", "[1] + [2]", "[1] + [2]"),
    ("null + 1", "(null ?? 0) + 1", "(null ?? 0) + 1"), ("null < 1", "(null ?? 0) < 1", "(null ?? 0) < 1"),
    ("1 == \"a\"", "string(1) == \"a\"", "string(1) == \"a\""),
    ("1 == \"2\"", "1 == number(\"2\")", "1 == number(\"2\")"),
    (
      "stream posts | take 1 | map it + {text: \"x\"}", "| with text: \"x\"", "stream posts | take 1 | with text: \"x\""
    ),
    ("[time(\"2026-01-01\")] | sum", "sum age(it)", "[time(\"2026-01-01\")] | sum age(it)"),
    ("[{a: 1}, {a: null}] | avg .a", "| where .a != null", "[{a: 1}, {a: null}] | where .a != null | avg .a"),
    ("[\"1\"] | sum", "sum number(it)", "[\"1\"] | sum number(it)"),
    ("stream posts | sum", "sum .views", "stream posts | sum .views"),
    ("[{a: true}] | sum .a", "| where .a | count", "[{a: true}] | where .a | count"),
    ("time(1700000000)", "time(\"1970-01-01\") + 1700000000s", "time(\"1970-01-01\") + 1700000000s"),
    ("[{a: null}] | map time(.a)", "| where .a != null", "[{a: null}] | where .a != null | map time(.a)"),
    ("[1, 2, 3].length", "length([1, 2, 3])", "length([1, 2, 3])"), ("\"ab\".upper", "upper(\"ab\")", "upper(\"ab\")"),
    ("[1, 2].first", "([1, 2] | first)", "([1, 2] | first)"),
    ("time(\"2026-01-01\").year", "int(date(time(\"2026-01-01\"), \"%Y\"))", "int(date(time(\"2026-01-01\"), \"%Y\"))"),
    (
      "let n = -1; \"abc\"[n]", "to count from the end, write a literal number: [-1] is the last element",
      "\"abc\"[-1]"
    ),
    ("let n = -1; [1]?[n]", "a computed index is below zero: -1", "[1]?[-1]"),
    ("\"abc\"[99999999999999999999]", "no code point 99999999999999999999", "[1, 2, 3][0..99999999999999999999]"),
    ("[1][1.5]", "an integer, not 1.5", "[1, 2] | take 99999999999999999999"), ("sleep -1ms", "sleep 1ms", "sleep 1ms"),
    ("sleep 1", "sleep 1s", "sleep 0s"), ("10s / 0", "division by zero", "10s / 2"),
    ("10s / 0s", "division by zero", "10s / 2s"),
    ("print null[0]", "null has no elements", "print null?[0]"),
    (
      "show posts true", "show needs an id (a string, an integer or a resource), not a boolean = \"12\"",
      "show posts \"12\""
    ),
    ("stream posts timeout: 5 | take 1", "timeout: must be a duration over 0", "stream posts timeout: 5s | take 1"),
  ]

  /// The hints for operators, indexes and functions work.
  @Test(arguments: HintTests.operators) func anOperatorsHintIsFollowed(
    _ mistake: String, _ hint: String, _ followed: String
  )
    async
  {
    await follow(mistake, hint, followed)
  }

  static let conversions: [(String, String, String)] = [
    (
      "age(\"31.01.2026\")", "convert the text: age(time(\"31.01.2026\", \"%d.%m.%Y\"))",
      "age(time(\"31.01.2026\", \"%d.%m.%Y\")) > 1d"
    ),
    (
      "age(\"31.01.2026 12:30\")", "convert the text: age(time(\"31.01.2026 12:30\", \"%d.%m.%Y %H:%M\"))",
      "age(time(\"31.01.2026 12:30\", \"%d.%m.%Y %H:%M\")) > 1d"
    ),
    ("age(\"2026-01-01\")", "convert the text: age(time(\"2026-01-01\"))", "age(time(\"2026-01-01\")) > 1d"),
    ("age(\"2026-02-30\")", "\"2026-02-30\" is not a time", "time(\"2026-01-31\")"),
    ("date(\"next week\")", "time(\"31.01.2026\", \"%d.%m.%Y\")", "date(time(\"31.01.2026\", \"%d.%m.%Y\"))"),
    (
      "date(\"20260131\")", "convert the text: date(time(\"20260131\", \"%Y%m%d\"))",
      "date(time(\"20260131\", \"%Y%m%d\"))"
    ),
    (
      "[\"31.01.2026\"] | map it < now()", "time(it, \"%d.%m.%Y\") < now()",
      "[\"31.01.2026\"] | map time(it, \"%d.%m.%Y\") < now()"
    ),
    ("ago(30d) < \"n/a\"", "\"n/a\" is not a time", "ago(30d) < time(\"2026-01-31\")"),
    ("[\"n/a\"] | where it < now()", "\"n/a\" is not a time", "[\"2026-01-31\"] | where time(it) < now()"),
    ("abs(\"x\")", "\"x\" is not a number", "abs(-1)"),
    ("abs(\" 5 \")", "make a number: number(trim(\" 5 \"))", "abs(number(trim(\" 5 \")))"),
    (
      "[\"x\"] | sum", "\"x\" is not a number: remove such elements first, with `where`",
      "[\"x\"] | where it != \"x\" | sum"
    ),
    ("[\"2026-01-31\"] | avg", "avg time(it)", "[\"2026-01-31\"] | avg time(it)"),
    ("[\" 5 \"] | avg", "avg number(trim(it))", "[\" 5 \"] | avg number(trim(it))"),
    ("length(5)", "for the length of the text, write length(string(5))", "length(string(5))"),
    ("length(null)", "length(null ?? [])", "length(null ?? [])"),
    ("int(\"2.5\")", "for the nearest integer, write round(number(x))", "round(number(\"2.5\"))"),
    ("split(5, \",\")", "make a string: string(5)", "split(string(5), \",\")"),
    ("join(\"a,b\", \"-\")", "make a list: split(\"a,b\", \",\")", "join(split(\"a,b\", \",\"), \"-\")"),
    ("join(5, \"-\")", "make a list: [5]", "join(([5] | map string(it)), \"-\")"),
    ("ago(5)", "ago(7d)", "ago(7d)"),
    ("matches(\"a\", \"a\")", "matches(text, /.../)", "matches(\"a\", /a/)"),
    ("capture(\"a\", \"a\")", "capture(text, /(...)/)", "capture(\"a\", /(a)/)"),
    ("capture(\"a\", /a/)", "/(...)/", "capture(\"a\", /(a)/)"),
    ("[1] | with a: 1", "| map {value: it}", "[1] | map {value: it} | with a: 1"),
    ("null[0..1]", "(x ?? [])[0..2]", "(null ?? [])[0..2]"),
    ("{[5]: 1}", "{[string(x)]: ...}", "{[string(5)]: 1}"),
    ("1 < 2 < 3", "a < b and b < c", "1 < 2 and 2 < 3"),
    ("{5: 1}", "\"5\": ...", "{\"5\": 1}"),
    ("if 1 do print 1 end", "x > 0", "if 1 > 0 do print 1 end"),
    ("null.a", "to get null instead of an error, write ?.a", "null?.a"),
    ("[1].a", "| map .a", "[{a: 1}] | map .a"),
  ]

  /// The hints that propose to convert a text work, and so do the hints for functions.
  @Test(arguments: HintTests.conversions) func aConversionsHintIsFollowed(
    _ mistake: String, _ hint: String, _ followed: String
  ) async {
    await follow(mistake, hint, followed)
  }

  static let words: [(String, String, String)] = [
    (
      "stream posts | filter .state == \"draft\" | count", "did you mean where?",
      "stream posts | where .state == \"draft\" | count"
    ),
    ("stream posts | limit 1", "did you mean take 1?", "stream posts | take 1"),
    ("stream posts | order .id", "did you mean sort?", "stream posts | sort .id"),
    ("stream posts | select-first", "did you mean first?", "stream posts | first"),
    ("get posts 1", "did you mean show?", "show posts 1"),
    ("delete posts 1", "did you mean destroy?", "destroy posts 1"),
    ("list posts", "did you mean stream?", "stream posts | first"),
    ("ls posts", "did you mean stream?", "stream posts | first"),
    ("find posts 1", "did you mean show, or", "show posts 1"),
    ("quit", "did you mean exit?", "exit"), ("help nosuch", "help words lists all words", "help words"),
    ("help delete", "did you mean help destroy?", "help destroy"),
    ("nosuch 1", "help commands lists the commands", "help commands"),
    (
      "stream posts | take 1 | select id text", "write a field with a dot before its name: .id .text",
      "stream posts | take 1 | select .id .text"
    ),
    ("stream posts | take 1 | select .id as x", "= x: .id", "stream posts | take 1 | select x: .id"),
    (
      "stream posts | take 1 | select .id, .text", "write columns without commas: .id .text",
      "stream posts | take 1 | select .id .text"
    ),
    ("show posts 1, 2", "write arguments without commas", "show posts 1"),
    ("print 1, 2", "print takes one value", "print [1, 2]"),
    ("let x = 1, 2", "write a list in brackets: [1, 2]", "let x = [1, 2]"),
    ("stream posts | sort by .id", "sort .id", "stream posts | sort .id"),
    ("stream posts | sort .id desc", "sort -.id", "stream posts | sort -.id"),
    ("stream posts | group by .state", "group .state", "stream posts | group .state | count"),
    ("[{\"a b\": 1}] | map .[\"a b\"]", "write it[\"a b\"]", "[{\"a b\": 1}] | map it[\"a b\"]"),
    ("print 1.", "write 1.0 or 1", "print 1.0"), ("print 1.5.", "write 1.5", "print 1.5"),
    ("print .5", "write 0.5", "print 0.5"),
    ("show authors.1", "for the resource with this id, write authors 1", "show authors 1"),
    ("read x.csv", "for text, write \"x.csv\"", "\"x.csv\""),
    ("print nil", "did you mean null?", "print null"),
    ("print None", "did you mean null?", "print null"), ("print True", "did you mean true?", "print true"),
    ("nil", "did you mean null?", "null"),
    ("print f(1); def f(a) do return a end", "move the def up", "def f(a) do return a end; print f(1)"),
    ("def f() do return 1 end; print f", "call the def: f()", "def f() do return 1 end; print f()"),
    ("[{id: 1}] | where .id == .id", "the comparison is always true", "[{id: 1}] | where .id == 1"),
    ("diff [{id: 1}, {id: 1}] [] key: .id", "| unique .id", "diff ([{id: 1}, {id: 1}] | unique .id) [] key: .id"),
    (
      "[{name: \"Z\"}, {name: \"Z\"}] | upsert authors key: .name", "| unique .name",
      "[{name: \"Z\"}, {name: \"Z\"}] | unique .name | count"
    ),
    ("posts | take 1", "stream posts | take 1", "stream posts | take 1"),
    ("index posts page: {number: 0}", "{number: 1, size: 100}", "index posts page: {number: 1, size: 100}"),
    ("index posts page: {number: 0, size: 5}", "{number: 1, size: 5}", "index posts page: {number: 1, size: 5}"),
    ("upsert authors {name: \"Z\"} key: .email", "its only field is name", "upsert authors {name: \"Z\"} key: .name"),
    (
      "[{name: \"Z\"}] | upsert authors key: .email", "to get null instead of an error, write ?.email",
      "[{name: \"Z\"}] | where ?.email != null | upsert authors key: .email"
    ),
    ("[{id: 5, text: \"a\"}] | create posts", "| without .id", "[{id: 5, text: \"a\"}] | without .id | create posts"),
    ("create posts {textt: \"x\"}", "did you mean text?", "create posts {text: \"x\"}"),
    ("related posts 1 \"autor\"", "did you mean author?", "related posts 1 \"author\""),
    ("related posts 1 \"nope\"", "the relationships of posts are author", "related posts 1 \"author\""),
    ("index posts fields: {posts: \"txet\"}", "did you mean text?", "index posts fields: {posts: \"text\"}"),
    ("count posts filter: null", "remove the argument", "count posts"),
    ("show posts null", "\"12\"", "show posts \"12\""),
    ("show posts \"\"", "\"12\"", "show posts \"12\""),
    (
      "parse-json(\"\")", "parse-json(\"{\\\"a\\\": [1, null, true]}\")", "parse-json(\"{\\\"a\\\": [1, null, true]}\")"
    ),
    (
      "client queue: \"posts\" on: \"b\"", "let c = connect \"URI\" name: \"b\", then on: c",
      "let c = connect \"embedded:blog\" name: \"b\"; let d = client queue: \"posts\" on: c"
    ),
    (
      "connect \"embedded:blog\" name: \"b\"; let d = client queue: \"posts\"",
      "let c = connect \"embedded:blog\" name: \"b\", then on: c",
      "let c = connect \"embedded:blog\" name: \"b\"; let d = client queue: \"posts\" on: c"
    ),
    (
      "let b = connect \"embedded:blog\" name: \"b\"; disconnect", "choose a connection: disconnect b",
      "let b = connect \"embedded:blog\" name: \"b\"; disconnect b"
    ),
  ]

  /// The hints for words, commas, dots and fields work.
  @Test(arguments: HintTests.words) func aWordsHintIsFollowed(_ mistake: String, _ hint: String, _ followed: String)
    async
  {
    await follow(mistake, hint, followed)
  }

  /// One mistake causes exactly one error.
  @Test(arguments: [
    "print 1 \"p", "1 && 2", "1 || 2", "print `count posts`", "if true then print 1 end", "while true\n  print 1\nend",

    "print .5", "show authors.1", "[1] | map .[0]",
  ]) func oneSlipIsOneError(_ text: String) async {
    let ran = await Ran.retort("-c", text)
    #expect(ran.status == 2 && ran.errorCount == 1, Comment(rawValue: ran.notes))
  }

  /// The error of a failed assertion shows the operands of the comparison that is false.
  @Test(arguments: [
    ("assert 1 in [2]", ["left: 1", "right: [2]"]), ("assert 1 == 1 and 2 == 3", ["left: 2", "right: 3"]),
    ("assert not (1 == 1)", ["left: 1", "right: 1"]), ("assert \"a\" =~ /b/", ["left: a"]),
    ("assert 1 == 2 or 3 == 4", ["1 == 2: 1 and 2", "3 == 4: 3 and 4"]), ("assert (1 == 2)", ["left: 1", "right: 2"]),
  ]) func anAssertionShowsItsOperands(_ text: String, _ shown: [String]) async {
    let ran = await Ran.retort("-c", text)
    #expect(ran.status == 3)
    for line in shown { #expect(ran.notes.contains("= \(line)\n"), Comment(rawValue: ran.notes)) }
  }

  @Test(arguments: ["assert 1 in [1] and not (2 == 3)", "assert 1 == 2 or 3 == 3", "assert true and 1 < 2"])
  func aTrueAssertionPasses(_ text: String) async { #expect(await Ran.retort("-c", text).status == 0) }

  @Test func theNamesOfElementsAreShown() async {
    for stage in ["sort", "group"] {
      let ran = await Ran.retort("-c", "[{k: 1}, {j: 2}] | \(stage) .k")
      #expect(ran.notes.contains("= in the stage `\(stage)`, at the element {\"j\":2}\n"), Comment(rawValue: ran.notes))
    }
  }

  @Test func aFileThatCannotBeWrittenHasItsOwnName() async {
    let ran = await Ran.retort("-c", "[{a: 1}] | write \"/nope/o.csv\"")
    #expect(ran.notes.contains("can't write /nope/o.csv: No such file or directory\n"))
    #expect(ran.notes.contains("= the directory does not exist: create it first"))
  }

  @Test func anUpsertCountsAllThatItFinds() async {
    let ran = await Ran.onBlog("upsert posts {text: \"x\", state: \"draft\"} key: .state")
    #expect(ran.notes.contains("250 posts have the state \"draft\""), Comment(rawValue: ran.notes))
  }

  @Test func aParameterOfAnAddressIsNotRepeated() async {
    let ran = await Ran.retort("-c", "connect \"amqps://u:p@localhost:1/?password=abc\"")
    #expect(
      ran.notes.contains("unknown parameter password; the parameters are heartbeat, "), Comment(rawValue: ran.notes))
    #expect(!ran.notes.contains("abc"), Comment(rawValue: ran.notes))
  }

  @Test func anAddressWithAnOpenBracket() async {
    let ran = await Ran.retort("-c", "connect \"amqp://g:g@[::1:5672/\"")
    #expect(
      ran.notes.contains("the bracket in the address [::1:5672 is not closed; an example of an address is [::1]:5672\n")
    )
  }

  @Test func anAddressWithoutBrackets() async {
    let ran = await Ran.retort("-c", "connect \"amqp://g:g@::1:5672/\"")
    #expect(ran.status == 4 || ran.status == 1)
    #expect(ran.notes.contains("write an IPv6 address in brackets, as in amqp://[::1]:5672/\n"))
    let password = await Ran.retort("-c", "connect \"amqp://user:pa::ss\"")
    #expect(password.status != 0 && !password.notes.contains("pa::ss"), Comment(rawValue: password.notes))
  }
}

/// Tests of `connect` with the address of a connection that is already open.
@Suite struct ConnectAgainTests {
  @Test(arguments: [
    "connect \"USER@HOST\"", "connect \"USER:***@HOST\"", "connect \"USER:guest@HOST\"",
    "connect \"USER@HOST?connection_timeout=60000\"",
  ]) func anAddressWithoutItsPasswordMeansTheOpenConnection(_ again: String) async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    let host = vhost.uri.split(separator: "@").last.map(String.init) ?? ""
    let plain = host.prefix { $0 != "?" }
    let typed = again.replacing("USER", with: "amqp://guest").replacing(
      "HOST", with: again.contains("?") ? String(plain) : again.contains(":guest") ? host : String(plain))
    let ran = await Ran.retort("-c", "connect \"\(vhost.uri)\"; \(typed); clients | count")
    #expect(ran.output == "1\n", Comment(rawValue: ran.notes))
  }

  @Test func anotherPasswordIsAnotherConnection() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    let ran = await Ran.retort(
      "-c", "connect \"\(vhost.uri)\"; connect \"\(vhost.uri.replacing("guest:guest@", with: "guest:other@"))\"")
    #expect(ran.status == 4, Comment(rawValue: ran.notes))
  }
}
