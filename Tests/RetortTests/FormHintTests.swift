import TestBench
import Testing

/// Tests of the hints for statements in the form of Ruby, Elixir, JavaScript, Python, SQL, jq and shells.
///
/// Each test runs a wrong statement, expects one error, and then runs the statement that follows the hint.
@Suite struct FormHintTests {
  static let statements: [(String, String, String)] = [
    ("try do show posts 0 catch e do print 1 end", "rescue e", "try do show posts 0 rescue e print 1 end"),
    ("try do show posts 0 rescue e do print 1 end", "remove `do`", "try do show posts 0 rescue e print 1 end"),
    ("try do show posts 0 rescue do print 1 end", "rescue error", "try do show posts 0 rescue error print 1 end"),
    ("try do show posts 0 rescue => e print 1 end", "rescue e", "try do show posts 0 rescue e print 1 end"),
    ("if 1 == 2 do print 1 else do print 2 end", "remove `do`", "if 1 == 2 do print 1 else print 2 end"),
    ("print 1 if 1 == 1", "if 1 == 1 do print 1 end", "if 1 == 1 do print 1 end"),
    ("print 1 unless 1 == 2", "if not (1 == 2) do print 1 end", "if not (1 == 2) do print 1 end"),
    ("let a = 1 let b = 2", "a semicolon or a line end before the word `let`", "let a = 1; let b = 2"),
    ("assert 1 == 1 \"why\"", "assert 1 == 1, \"why\"", "assert 1 == 1, \"why\""),
    ("console.log(\"a\")", "print \"a\"", "print \"a\""), ("IO.puts \"a\"", "print \"a\"", "print \"a\""),
    ("printf(\"a\")", "print \"a\"", "print \"a\""), ("JSON.parse(\"1\")", "parse-json(\"1\")", "parse-json(\"1\")"),
    ("Enum.map([1], fn x -> x end)", "| map it + 1", "[1] | map it + 1"),
    ("print \"abc\".toUpperCase()", "upper(\"abc\")", "print upper(\"abc\")"),
    ("posts.find(1)", "show posts 1", "show posts 1"), ("posts.show 1", "show posts 1", "show posts 1"),
    (
      "posts.where(state: \"draft\")", "stream posts filter: {state: \"draft\"}",
      "stream posts filter: {state: \"draft\"} | count"
    ),
    ("posts.all", "stream posts", "stream posts | count"), ("posts.count", "count posts", "count posts"),
    ("posts.1", "show posts 1", "show posts 1"),
    ("[1, 2] | map |x| x * 2", "| map it + 1", "[1, 2] | map it + 1"),
    ("[1, 2] |> map it * 2", "| map ...", "[1, 2] | map it * 2"),
    ("[1] | map { it * 2 }", "it * 2", "[1] | map it * 2"),
    ("[1] | map $_ * 2", "`it` is the element", "[1] | map it * 2"),
    ("[1] | map &(&1 * 2)", "| map it + 1", "[1] | map it + 1"),
    ("[1] | map lambda x: x * 2", "| map it + 1", "[1] | map it + 1"),
    ("[1, 2] | reduce(0, +)", "sum", "[1, 2] | sum"),
    ("[2, 1] | sort desc", "sort | reverse", "[2, 1] | sort | reverse"),
    ("stream posts | {id, text}", "| select .id .text", "stream posts | select .id .text | count"),
    ("stream posts | map {id, text}", "{id: .id}", "stream posts | map {id: .id, text: .text} | count"),
    ("stream posts | map {.id, .text}", "{id: .id}", "stream posts | map {id: .id, text: .text} | count"),
    ("stream posts | select id, text", ".id .text", "stream posts | select .id .text | count"),
    (
      "stream posts | count by .state", "group .state | select .key .count",
      "stream posts | group .state | select .key .count"
    ),
    ("stream posts | where .state !== \"a\"", "write !=", "stream posts | where .state != \"a\" | count"),
    ("print \"a\" <> \"b\"", "to join texts, write +", "print \"a\" + \"b\""),
    ("print \"a\" ++ \"b\"", "one +", "print \"a\" + \"b\""),
    ("print \"a\" . \"b\"", "to join texts, write +", "print \"a\" + \"b\""),
    ("print :draft", "\"draft\"", "print \"draft\""),
    ("print 5^2", "a * a", "print 5 * 5"), ("print 5 div 2", "floor(5 / 2)", "print floor(5 / 2)"),
    ("print 1_000", "write 1000", "print 1000"), ("print 0x1F", "write 31", "print 31"),
    ("loop do break end", "while true do ... end", "while true do break end"),
    ("function f(x) { return x }", "def NAME(a) do ... end", "def f(x) do return x end"),
    ("create posts {text: \"a\"; views: 1}", "a comma", "create posts {text: \"a\", views: 1}"),
    ("update posts {id: 1, text: \"b\"}", "update posts 1 {text: \"b\"}", "update posts 1 {text: \"b\"}"),
    (
      "stream posts filter: {views: > 5} | count", "| where .views > ...", "stream posts | where .views > 5 | count"
    ),
    ("stream posts sort: \"views desc\" | take 1", "sort: \"-views\"", "stream posts sort: \"-views\" | take 1"),
    ("set timeout 5s", "set timeout: 5s", "set timeout: 5s"),
    ("set timeout = 5s", "set timeout: 5s", "set timeout: 5s"),
    ("set output csv", "set output: \"csv\"", "set output: \"csv\""),
    ("-- text", "a comment begins with #", "# text"), ("/* text */", "a comment begins with #", "# text"),
    ("let x = {a: 1}; print {...x, b: 2}", "x + {...}", "let x = {a: 1}; print x + {b: 2}"),
    ("let x = [1]; print [...x, 2]", "x + [...]", "let x = [1]; print x + [2]"),
    ("let x = [1]; x.push(2)", "let x = x + [2]", "let x = [1]; let x = x + [2]"),
    ("let x = null; print x&.a", "?.", "let x = null; print x?.a"),
    ("related posts 1.author", "1 \"author\"", "related posts 1 \"author\""),
    ("unlink posts 1 \"author\" [\"1\"]", "relink posts 1 \"author\" null", "relink posts 1 \"author\" null"),
    ("call posts \"show\" id: 1", "call posts \"show\" {id: 1}", "call posts \"show\" {id: 1}"),
    ("connect localhost", "connect \"embedded:blog\"", "connect \"embedded:blog\""),
    (
      "destroy-all posts where .state == \"a\"", "| collect | destroy ...",
      "stream posts | where .state == \"a\" | collect | destroy posts confirm: true"
    ),
    ("stream posts | csv \"f.csv\"", "| write \"f.csv\"", "stream posts | write \"/dev/null\" as: \"csv\""),
    (
      "stop posts; show posts 1", "let posts = client queue: \"posts\"",
      "let posts = client queue: \"posts\"; show posts 1"
    ),
    (
      "let plain = client queue: \"posts\"; unlink plain 1 \"author\" [{type: \"authors\", id: \"1\"}]",
      "relink plain 1 \"author\" null", "let plain = client queue: \"posts\"; relink plain 1 \"author\" null"
    ),
  ]

  @Test(arguments: statements) func aHintIsFollowed(_ mistake: String, _ hint: String, _ followed: String) async {
    await follow(mistake, hint, followed, isOneError: true)
  }

  /// retort checks a literal value before the run, so a script with a wrong literal does not begin.
  @Test(arguments: [
    "[1] | chunk 0", "[1] | chunk 1.5", "[1] | take -1", "[1] | skip -1", "sleep -1s", "exit 256", "exit -1",
    "show posts \"\"", "show posts 1.5", "update posts \"1,2\" {a: 1}", "related posts 1 \"\"", "call posts \"\"",
    "watch 0s do print 1 end", "stream posts sort: \"views desc\"",
  ]) func aLiteralIsCheckedBeforeTheRun(statement: String) async {
    let ran = await Ran.retort(
      "-c", "print \"began\"; connect \"embedded:blog\"; let posts = client queue: \"posts\"; \(statement)")
    #expect(ran.status == 2 && ran.output.isEmpty, Comment(rawValue: statement + "\n" + ran.notes))
  }
}
