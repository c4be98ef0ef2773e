import Foundation
import TestBench
import Testing

/// Tests of the hints for the syntax and words of other languages.
///
/// Each test runs a wrong statement, and then the statement that follows the hint.
@Suite struct ForeignHintTests {
  static let statements: [(String, String, String)] = [
    ("connect embedded:blog", "put a URI in quotes: \"embedded:blog\"", "connect \"embedded:blog\""),
    ("let b = connect embedded:blog name: \"b\"", "\"embedded:blog\"", "let b = connect \"embedded:blog\" name: \"b\""),
    (
      "SELECT * FROM posts", "stream CLIENT | where .FIELD == VALUE | select .FIELD",
      "stream posts | where .views == 1 | select .id"
    ),
    (
      "SELECT id, text FROM posts WHERE views > 5", "stream CLIENT | where .FIELD == VALUE | select .FIELD",
      "stream posts | where .views > 5 | select .id .text | count"
    ),
    ("INSERT INTO posts VALUES (\"a\")", "create CLIENT {FIELD: VALUE}", "create posts {text: \"a\"}"),
    (
      "UPDATE posts SET views = 5", "| collect | update CLIENT {...}",
      "stream posts | where .id == \"1\" | collect | update posts {views: 5}"
    ),
    ("update posts set views = 5", "update CLIENT ID {FIELD: VALUE}", "update posts 1 {views: 5}"),
    ("DELETE FROM posts WHERE id = 1", "destroy CLIENT ID", "destroy posts 1"),
    ("update posts 1 views = 5", "{views: 5}", "update posts 1 {views: 5}"),
    ("count posts where .views > 5", "stream CLIENT | where ... | count", "stream posts | where .views > 5 | count"),
    (
      "update posts where .id == 1 {views: 1}", "stream CLIENT | where ... | collect | update ...",
      "stream posts | where .id == \"1\" | collect | update posts {views: 1}"
    ),
    ("stream posts > \"file.txt\"", "stream posts | write \"file.txt\"", "[{a: 1}] | write \"/dev/null\" as: \"json\""),
    ("[{a: 1}] | take 1 >> \"file.csv\"", "| write \"file.csv\" append: true", "[{a: 1}] | take 1 | count"),
    ("try do print 1 catch e print 2 end", "try do ... rescue e ... end", "try do print 1 rescue e print 2 end"),
    (
      "try { print 1 } catch (e) { print 2 }", "try do ... rescue error ... end",
      "try do print 1 rescue error print 2 end"
    ),
    ("try print 1", "try do ... rescue error ... end", "try do print 1 rescue error print 2 end"),
    (
      "try do print 1 finally print 2 end", "write the statements of `finally` after `end`",
      "try do print 1 rescue e print 2 end; print 2"
    ),
    ("if 1 == 1 then print 1 fi", "if ... do ... end", "if 1 == 1 do print 1 end"),
    ("if (1 == 1) { print 1 }", "if ... do ... end", "if (1 == 1) do print 1 end"),
    ("while 1 == 1: break", "while ... do ... end", "while true do break end"),
    ("for x in [1] { print x }", "for x in ... do ... end", "for x in [1] do print x end"),
    ("for i in 1 2 3 do print i end", "[1, 2, 3]", "for i in [1, 2, 3] do print i end"),
    ("[1] | each { print it }", "each do ... end", "[1] | each do print it end"),
    ("def f do print 1 end", "def f() do ... end", "def f() do print 1 end"),
    ("let f = (x) => x + 1", "def f(x) do return x + 1 end", "def f(x) do return x + 1 end"),
    ("[1] | map x => x + 1", "| map it + 1", "[1] | map it + 1"),
    ("print 1 && print 2", "a semicolon", "print 1; print 2"),
    ("export X=5", "let X = ...", "let X = 5"),
    ("print $(now())", "without $", "print (now())"),
    ("return 5", "to end the run, use exit; to show a value, use print", "print 5"),
    ("break", "for ... do, while ... do or watch ... do", "for x in [1] do break end"),
    ("if true do continue end", "for ... do", "for x in [1] do continue end"),
    ("exit 300", "exit 1 for a failure", "exit 0"),
    ("exit -1", "exit 0 for success", "exit 0"),
    ("disconnect posts", "to stop a client, write stop CLIENT", "stop posts"),
  ]

  /// The hints for statements of SQL, shells, Python, JavaScript and Ruby work.
  @Test(arguments: ForeignHintTests.statements) func aStatementsHintIsFollowed(
    _ mistake: String, _ hint: String, _ followed: String
  ) async {
    await follow(mistake, hint, followed)
  }

  static let stages: [(String, String, String)] = [
    ("stream posts | LIMIT 5", "did you mean take 5?", "stream posts | take 5"),
    ("stream posts | limit: 5", "did you mean take?", "stream posts | take 5"),
    ("stream posts | ORDER BY .views", "did you mean sort?", "stream posts | sort .views | take 1"),
    ("stream posts | sort .views DESC | take 1", "sort -.views", "stream posts | sort -.views | take 1"),
    ("stream posts | sort desc .views | take 1", "sort -.views", "stream posts | sort -.views | take 1"),
    ("stream posts | group by state | count", "group .state", "stream posts | group .state | count"),
    ("stream posts | having .views > 5", "did you mean where?", "stream posts | where .views > 5 | count"),
    (
      "stream posts | where .views > 5 AND .state == \"draft\"", "write the word in small letters: and",
      "stream posts | where .views > 5 and .state == \"draft\" | count"
    ),
    (
      "stream posts | where NOT .state == \"draft\"", "write the word in small letters: not",
      "stream posts | where not .state == \"draft\" | count"
    ),
    (
      "stream posts | where .state IN [\"draft\"]", "write the word in small letters: in",
      "stream posts | where .state in [\"draft\"] | count"
    ),
    ("stream posts | where .state IS NULL", ".state == null", "stream posts | where .state == null | count"),
    ("stream posts | where .views BETWEEN 1 AND 5", ".views in 1..5", "stream posts | where .views in 1..5 | count"),
    ("stream posts | .text", "map .text", "stream posts | map .text | take 1"),
    ("stream posts | {text: .text}", "map {text: .text}", "stream posts | map {text: .text} | take 1"),
    ("[true] | not it", "map not it", "[true] | map not it"),
    ("[1, 2] | take 1 > out.json", "to write a file: ... | write \"out.json\"", "[1, 2] | take 1 | count"),
    (
      "[1] | map {a: if it > 0 do 1 else 2 end}", "(if ... do ... else ... end)",
      "[1] | map {a: (if it > 0 do 1 else 2 end)}"
    ),
    ("[1] | if it > 0 do 1 end", "map (if ... do ... else ... end)", "[1] | map (if it > 0 do 1 else 2 end)"),
    ("stream posts | select(.views > 5)", "where .views > 5", "stream posts | where .views > 5 | count"),
    ("stream posts | sort_by(.views) | take 1", "sort .views", "stream posts | sort .views | take 1"),
    ("stream posts | group_by(.state)", "group .state", "stream posts | group .state | count"),
    ("stream posts | unique_by(.state)", "unique .state", "stream posts | unique .state | count"),
    ("stream posts | count(.views)", "| count", "stream posts | count"),
    ("[1, 2] | first(1)", "take 1", "[1, 2] | take 1"),
    ("[\"A\"] | ascii_downcase(it)", "map lower(it", "[\"A\"] | map lower(it)"),
    ("print tostring(5)", "did you mean string?", "print string(5)"),
    ("stream posts | wc", "did you mean count?", "stream posts | count"),
    ("print null // \"x\"", "??", "print null ?? \"x\""),
    ("stream posts | head -n 5", "did you mean take 5?", "stream posts | take 5"),
    ("stream posts | head -5", "did you mean take 5?", "stream posts | take 5"),
    ("stream posts | tail -1", "did you mean last?", "stream posts | last"),
    ("[1, 2] | add", "did you mean sum?", "[1, 2] | sum"),
    ("[{a: 1}] | keys", "| map keys(it)", "[{a: 1}] | map keys(it)"),
    ("[\"A\"] | ascii_downcase", "| map lower(it)", "[\"A\"] | map lower(it)"),
    ("stream posts limit: 5", "did you mean ... | take 5?", "stream posts | take 5"),
    ("index posts limit: 5", "page: {number: 1, size: 5}", "index posts page: {number: 1, size: 5}"),
    ("index posts sort: {views: \"desc\"}", "sort: \"-views,id\"", "index posts sort: \"-views,id\""),
    ("print min(1, 2)", "([1, 2] | min)", "print ([1, 2] | min)"),
    ("print 5 ** 2", "a * a", "print 5 * 5"),
    ("print 5 // 2", "floor(a / b)", "print floor(5 / 2)"),
    ("print [1, 2][0:1]", "[0..0]", "print [1, 2][0..0]"),
    ("print [1, 2][0, 1]", "[0..1]", "print [1, 2][0..1]"),
    ("print (1, 2)", "[1, 2]", "print [1, 2]"),
    ("print [x * 2 for x in [1]]", "(LIST | map ...)", "print ([1] | map it * 2)"),
    ("let x = 1; print f\"a {x}\"", "\\(x)", "let x = 1; print \"a \\(x)\""),
    ("def f(a = 1) do return a end", "def f(a: 1)", "def f(a: 1) do return a end"),
    ("let [a, b] = [1, 2]", "let NAME = ...", "let a = [1, 2]"),
    ("print \"a\" + 5", "\"a\" + string(5)", "print \"a\" + string(5)"),
    ("print 5 + \"a\"", "string(5) + \"a\"", "print string(5) + \"a\""),
    ("print \"5\" * 3", "number(\"5\") * 3", "print number(\"5\") * 3"),
    ("print 3 * \"5\"", "3 * number(\"5\")", "print 3 * number(\"5\")"),
    ("print \"a\" * 3", "\"a\" is not a number", "print 1 * 3"),
    ("print \"ab\" - \"b\"", "replace(\"ab\", \"b\", \"\")", "print replace(\"ab\", \"b\", \"\")"),
    ("print \"5\" - \"3\"", "number(\"5\") - number(\"3\")", "print number(\"5\") - number(\"3\")"),
    ("print now() - \"1d\"", "now() - 1d", "print now() - 1d > time(\"2026-01-01\")"),
    ("[true] | not", "map not it", "[true] | map not it"),
    ("stream posts | map(select(.views > 5))", "| where .views > 5", "stream posts | where .views > 5 | count"),
    ("[\"a\"] | join \", \"", "join((... | collect), \", \")", "join(([\"a\"] | collect), \", \")"),
    ("[1] | each do |x| print x end", "| as x | each do ... end", "[1] | as x | each do print x end"),
    ("[1].map(x => x + 1)", "| map it + 1", "[1] | map it + 1"),
    ("for i in range(3) do print i end", "1..3", "for i in 1..3 do print i end"),
    ("null || 1", "for a default in place of null, write ??", "null ?? 1"),
    ("print 1,000", "write the number without commas: 1000", "print 1000"),
    ("print [1,000]", "write the number without commas: 1000", "print [1000]"),
    ("print 1,234,567", "write the number without commas: 1234567", "print 1234567"),
    ("print 1,5", "a decimal has a point: 1.5", "print 1.5"),
    ("print +5", "a number has no plus sign: 5", "print 5"),
    ("let p = await 1", "remove the word await", "let p = 1"),
    ("print [1; 2]", "put a comma in place of the semicolon", "print [1, 2]"),
    ("stream posts | sort .views limit 5", "sort .views | take 5", "stream posts | sort .views | take 5"),
    ("stream posts limit 5", "stream posts | take 5", "stream posts | take 5"),
    ("create {text: \"a\"}", "create CLIENT {text: \"a\"}", "create posts {text: \"a\"}"),
    ("def f(x) = x + 1", "def f(x) do x + 1 end", "def f(x) do x + 1 end"),
    ("fn f(x) { x }", "def NAME(a) do ... end", "def f(a) do a end"),
    ("lambda x: x + 1", "def f(x) do return x + 1 end", "def f(x) do return x + 1 end"),
    ("print string.upper(\"a\")", "upper(\"a\")", "print upper(\"a\")"),
    ("for i in 0..<3 do print i end", "a range has two dots, and includes both ends: 0..9", "print 0..9"),
    ("assert 1 == 1 : \"no\"", "put a comma before the message", "assert 1 == 1, \"no\""),
    (
      "count posts --filter state=draft", "write an option with a colon: filter: VALUE",
      "count posts filter: {state: \"draft\"}"
    ),
    ("count posts filter: state=draft", "filter: {state: \"draft\"}", "count posts filter: {state: \"draft\"}"),
    (
      "stream posts filter: .views > 10", "write | where .views > 10", "stream posts | where .views > 10 | count"
    ),
    ("[{a: 1}] | with .n = 1", "with n: 1", "[{a: 1}] | with n: 1"),
    ("destroy posts 4 5", "[4, 5] | destroy posts", "[4, 5] | destroy posts confirm: true"),
    ("stream posts sort: [-\"views\"] | take 1", "\"-views\"", "stream posts sort: [\"-views\"] | take 1"),
    (
      "stream posts | where .views > 5, .state == \"draft\"", "combine conditions with the word `and`",
      "stream posts | where .views > 5 and .state == \"draft\" | count"
    ),
    ("stream posts | map .id, .text", "map [.id, .text]", "stream posts | map [.id, .text] | take 1"),
    ("print \"a\", \"b\"", "print [\"a\", \"b\"]", "print [\"a\", \"b\"]"),
    ("count posts filter[state]: \"draft\"", "filter: {state: \"draft\"}", "count posts filter: {state: \"draft\"}"),
    ("[{a: 1}] | with .b: 2", "write a new field without a dot: b: ...", "[{a: 1}] | with b: 2"),
    ("[7] | where it > 5 and < 10", "write both sides of each comparison", "[7] | where it > 5 and it < 10"),
    ("[7] | where it not in [1]", "not it in [...]", "[7] | where not it in [1]"),
    ("print 5.to_s", "string(5)", "print string(5)"), ("print len \"abc\"", "length(\"abc\")", "print length(\"abc\")"),
    ("print now() + \"1 day\"", "now() + 1d", "print now() + 1d"),
    ("print now() - \"x\"", "now() - 1d", "print now() - 1d"),
    ("[{s: \"a\"}] | where .s == \"a\" or \"b\"", ".s in [\"a\", \"b\"]", "[{s: \"a\"}] | where .s in [\"a\", \"b\"]"),
    (
      "create posts {attributes: {text: \"a\"}}", "{type: \"posts\", attributes: ...}",
      "create posts {type: \"posts\", attributes: {text: \"a\"}}"
    ),
    ("open \"people.csv\" | count", "did you mean read?", "read \"/dev/null\" as: \"csv\" | count"),
  ]

  /// The hints for stages and functions of jq, shells and SQL work.
  @Test(arguments: ForeignHintTests.stages) func aStagesHintIsFollowed(
    _ mistake: String, _ hint: String, _ followed: String
  ) async {
    await follow(mistake, hint, followed)
  }

  static let values: [(String, String, String)] = [
    ("sleep 5 s", "sleep 5s", "sleep 0s"),
    ("sleep 0 seconds", "0s", "sleep 0s"),
    ("stream posts timeout: 5 s | take 1", "timeout: 5s", "stream posts timeout: 5s | take 1"),
    ("set timeout: 5 seconds", "timeout: 5s", "set timeout: 5s"),
    ("print ago(7 days)", "7d", "print ago(7d)"),
    ("let t = 5 minutes", "5m", "let t = 5m"),
    (
      "[1] | update posts {views: 1} rate: 5 /s", "write the number without its unit: 5",
      "[1] | update posts {views: 1} rate: 5"
    ),
    (
      "[1] | update posts {views: 1} rate: 5/s", "write the number without its unit: 5",
      "[1] | update posts {views: 1} rate: 5"
    ),
    ("print number(\"5,5\")", "number(replace(\"5,5\", \",\", \".\"))", "print number(replace(\"5,5\", \",\", \".\"))"),
    (
      "print number(\"1.234,56\")", "number(replace(replace(\"1.234,56\", \".\", \"\"), \",\", \".\"))",
      "print number(replace(replace(\"1.234,56\", \".\", \"\"), \",\", \".\"))"
    ),
    (
      "print number(\"1,234.56\")", "number(replace(\"1,234.56\", \",\", \"\"))",
      "print number(replace(\"1,234.56\", \",\", \"\"))"
    ),
    (
      "print number(\"1 234\")", "number(replace(\"1 234\", \" \", \"\"))",
      "print number(replace(\"1 234\", \" \", \"\"))"
    ),
    ("print int(\"1_000\")", "int(replace(\"1_000\", \"_\", \"\"))", "print int(replace(\"1_000\", \"_\", \"\"))"),
    (
      "print number(\"5 EUR\")", "number(capture(\"5 EUR\", /(-?[0-9.]+)/)[0])",
      "print number(capture(\"5 EUR\", /(-?[0-9.]+)/)[0])"
    ),
    (
      "print number(\"5%\")", "number(capture(\"5%\", /(-?[0-9.]+)/)[0])",
      "print number(capture(\"5%\", /(-?[0-9.]+)/)[0])"
    ),
    ("print number(\" 5 \")", "number(trim(\" 5 \"))", "print number(trim(\" 5 \"))"),
    ("[\"5,5\"] | sum", "sum number(replace(it, \",\", \".\"))", "[\"5,5\"] | sum number(replace(it, \",\", \".\"))"),
    ("abs(\"5,5\")", "number(replace(\"5,5\", \",\", \".\"))", "abs(number(replace(\"5,5\", \",\", \".\")))"),
    (
      "[1] | update posts {views: 1} verify: \"al\"",
      "must be true, false or \"all\", not \"al\" = did you mean \"all\"?",
      "[1] | update posts {views: 1} verify: \"all\""
    ),
    (
      "[1] | update posts {views: 1} on-error: \"stp\"", "did you mean \"stop\"?",
      "[1] | update posts {views: 1} on-error: \"stop\""
    ),
    (
      "[1] | update posts {views: 1} verify: 1", "must be true, false or \"all\", not 1",
      "[1] | update posts {views: 1} verify: false"
    ),
    (
      "let c = client queue: \"posts\" keys: \"undersore\"", "did you mean \"underscore\"?",
      "let c = client queue: \"posts\" keys: \"underscore\""
    ),
    (
      "let c = client queue: \"posts\" keys: 5", "keys: \"underscore\"",
      "let c = client queue: \"posts\" keys: \"underscore\""
    ),
    (
      "let c = client queue: \"posts\" reply: \"quue\"", "did you mean \"queue\"?",
      "let c = client queue: \"posts\" reply: \"queue\""
    ),
    (
      "let c = client queue: \"posts\" reply: 5", "reply: \"direct\"",
      "let c = client queue: \"posts\" reply: \"queue\""
    ),
    (
      "let k = \"undersore\"; let c = client queue: \"posts\" keys: k", "did you mean \"underscore\"?",
      "let c = client queue: \"posts\" keys: \"underscore\""
    ),
    (
      "let k = 5; let c = client queue: \"posts\" keys: k", "keys: \"underscore\"",
      "let c = client queue: \"posts\" keys: \"underscore\""
    ),
    (
      "let c = connect \"embedded:blog\" name: \"x\" guard: true", "guard: \"read-only\"",
      "let c = connect \"embedded:blog\" name: \"x\" guard: \"confirm\""
    ),
    (
      "let c = connect \"embedded:blog\" name: \"x\" guard: \"confrm\"", "did you mean \"confirm\"?",
      "let c = connect \"embedded:blog\" name: \"x\" guard: \"confirm\""
    ),
    ("stream posts on-shift: \"fial\" | take 1", "did you mean \"fail\"?", "stream posts on-shift: \"fail\" | take 1"),
    ("stream posts on-shift: true | take 1", "on-shift: \"fail\"", "stream posts on-shift: \"note\" | take 1"),
    ("set output: \"jsn\"", "set output: \"json\"", "set output: \"json\""),
    ("set output: \"tabel\"", "set output: \"table\"", "set output: \"table\""),
    ("set history: \"al\"", "set history: \"all\"", "set history: \"all\""),
    ("[{a: 1}] | index-by .a keep: \"frst\"", "did you mean \"first\"?", "[{a: 1}] | index-by .a keep: \"first\""),
    ("[{a: 1}] | index-by .a keep: 1", "keep: \"last\"", "[{a: 1}] | index-by .a keep: \"first\""),
    (
      "let k = \"frst\"; [{a: 1}] | index-by .a keep: k", "did you mean \"first\"?",
      "[{a: 1}] | index-by .a keep: \"first\""
    ),
    (
      "[{a: 1}] | write \"/dev/null\" as: \"jsn\"", "did you mean \"json\"?",
      "[{a: 1}] | write \"/dev/null\" as: \"json\""
    ),
    ("stream posts timeout: \"nver\" | take 1", "did you mean \"never\"?", "stream posts timeout: \"never\" | take 1"),
    ("stream posts timeout: \"5s\" | take 1", "timeout: 5s", "stream posts timeout: 5s | take 1"),
    ("stream posts timeout: 0 | take 1", "timeout: 10s", "stream posts timeout: 10s | take 1"),
    ("count posts meta: \"x\"", "meta: {host: \"me\"}", "count posts meta: {host: \"me\"}"),
    (
      "call posts \"index\" [1] reads: true", "{NAME: VALUE}",
      "call posts \"index\" {page: {number: 1, size: 1}} reads: true"
    ),
  ]

  /// The hints for numbers, durations and the values of options work.
  @Test(arguments: ForeignHintTests.values) func aValuesHintIsFollowed(
    _ mistake: String, _ hint: String, _ followed: String
  ) async {
    await follow(mistake, hint, followed)
  }

  /// A word of another language causes exactly one error.
  @Test(arguments: [
    "try do print 1 catch e print 2 end", "try do print 1\ncatch (e)\nprint 2\nend",
    "try do print 1 finally print 2 end",
    "try do print 1 catch print 2 end", "sleep 5 s", "set timeout: 5 s", "stream posts timeout: 5 seconds | take 1",
    "SELECT * FROM posts", "INSERT INTO posts VALUES (1)", "print null // 1", "// a comment",
    "connect embedded:blog",
  ]) func aForeignWordIsOneError(_ text: String) async {
    let ran = await Ran.onBlog(text)
    #expect(ran.errorCount == 1, Comment(rawValue: ran.notes))
  }

  /// Formats have other names that are valid, such as `jsonl` for `ndjson`.
  @Test(arguments: ["jsonl", "lines", "log", "CSV"]) func aFormatHasFurtherNames(_ name: String) async {
    let ran = await Ran.retort(
      "-c", "[\"a\"] | \(name == "CSV" ? "map {a: it} | " : "")write \"/dev/null\" as: \"\(name)\"")
    #expect(ran.status == 0, Comment(rawValue: ran.notes))
  }

  /// A script can define a command `catch`, although `catch` otherwise causes a hint.
  @Test func aDefNamedCatchIsCalled() async {
    let ran = await Ran.retort(
      "-c", "def catch(a) do return a end; try do catch 5 rescue e print 1 end")
    #expect(ran.status == 0, Comment(rawValue: ran.notes))
  }

  /// The error of an endless recursion shows only some of the calls.
  @Test func anEndlessRecursionIsShortened() async {
    let ran = await Ran.retort("-c", "def f(n) do return f(n + 1) end; print f(1)")
    #expect(ran.status != 0 && ran.notes.contains("f calls itself more than 150 levels deep"))
    #expect(ran.notes.contains("  = ... 144 more\n"), Comment(rawValue: ran.notes))
    #expect(ran.notes.components(separatedBy: "called by f").count == 8, Comment(rawValue: ran.notes))
  }

  /// A stopped client and a closed connection have different next steps.
  @Test func aStoppedClientIsNotAClosedConnection() async {
    await follow(
      "stop posts; count posts", "the client was stopped = make a new client: let posts = client queue: \"posts\"",
      "stop posts; let posts = client queue: \"posts\"; count posts")
    await follow(
      "disconnect; count posts",
      "the connection is closed = connect again, and make a new client: let posts = client queue: \"posts\"",
      "disconnect; connect \"embedded:blog\"; let p = client queue: \"posts\"; count p")
  }
}
