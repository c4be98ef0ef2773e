import TestBench
import Testing

/// Tests of the hints for habits from other languages and from shells.
///
/// Each test runs a wrong statement, and then the statement that follows the hint.
@Suite struct HabitHintTests {
  static let values: [(String, String, String)] = [
    ("print [1, 2, 3][..1]", "[a..b] includes both ends: [0..1]", "print [1, 2, 3][0..1]"),
    ("print [1, 2, 3][1..]", "[1..-1]", "print [1, 2, 3][1..-1]"),
    ("print [1, 2, 3][:2]", "[0..1]", "print [1, 2, 3][0..1]"),
    ("print \"abc\"[1:]", "[1..-1]", "print \"abc\"[1..-1]"),
    ("print [1, 2, 3][1:3]", "[1..2]", "print [1, 2, 3][1..2]"),
    ("print {1..3}", "a range has no braces: 1..3", "print 1..3"),
    ("print [...[1], 2]", "join lists and records with +", "print [1] + [2]"),
    ("print {...{a: 1}}", "join lists and records with +", "print {a: 1} + {b: 2}"),
    ("print substring(\"abc\", 1, 2)", "\"abc\"[0..2]", "print \"abc\"[0..2]"),
    ("print \"abc\".substring(1, 2)", "\"abc\"[0..2]", "print \"abc\"[0..2]"),
    ("print env.HOME", "env(\"HOME\")", "print env(\"HOME\", \"\")"),
    ("print env[\"HOME\"]", "env(\"HOME\")", "print env(\"HOME\", \"\")"),
    ("print process.env.HOME", "env(\"HOME\")", "print env(\"HOME\", \"\")"),
    ("print lower", "lower(...)", "print lower(\"A\")"),
    ("let x = 1; print x-1", "minus needs spaces: x - 1", "let x = 1; print x - 1"),
    ("let x = 1; x-1", "minus needs spaces: x - 1", "let x = 1; x - 1"),
    ("[1] | map it-1", "minus needs spaces: it - 1", "[1] | map it - 1"),
    ("let f = 1; lower(\"a\" 2)", "put a comma before 2", "lower(\"a\")"),
    ("dict(a=1)", "{a: 1}", "{a: 1}"),
    ("let r = {a: 1}; r.a = 2", "let r = r + {a: 2}", "let r = {a: 1}; let r = r + {a: 2}"),
    ("set x = 1", "let x = 1", "let x = 1"),
    ("print json.loads(\"1\")", "parse-json(\"1\")", "print parse-json(\"1\")"),
    ("re.match(\"a\", \"x\")", "=~ /PATTERN/", "\"x\" =~ /a/"),
    ("math.floor(1.5)", "floor(1.5)", "floor(1.5)"),
    ("time.sleep(1)", "sleep 1s", "sleep 0s"),
    ("new Date()", "now()", "now()"),
    ("new Date(\"2026-01-01\")", "time(\"2026-01-01\")", "time(\"2026-01-01\")"),
    ("print \"5\".to_i", "int(\"5\")", "print int(\"5\")"),
    ("--help", "help", "help"),
    ("print \"a\" =~ //", "to match any text, write /^/", "print \"a\" =~ /^/"),
    ("print (index posts).total", "(index posts).pagination?.total-size", "print (index posts).pagination?.total-size"),
    ("print ([1, 2]).0", "[0]", "print ([1, 2])[0]"),
    (
      "try do fail \"x\" rescue print \"failed\" end", "rescue error print \"failed\"",
      "try do fail \"x\" rescue error print \"failed\" end"
    ),
    ("try do fail \"x\" rescue exit 3 end", "rescue error exit 3", "try do fail \"x\" rescue error exit 0 end"),
    (
      "try do\n fail \"x\"\nrescue warn \"a\"\nend", "rescue error warn \"a\"",
      "try do\n fail \"x\"\nrescue error warn \"a\"\nend"
    ),
  ]

  @Test(arguments: values) func aValuesHintIsFollowed(_ mistake: String, _ hint: String, _ followed: String) async {
    await follow(mistake, hint, followed)
  }

  static let conditions: [(String, String, String)] = [
    ("stream posts | where .views IS NOT NULL", ".views != null", "stream posts | where .views != null | count"),
    (
      "stream posts | where .state NOT IN [\"a\"]", "not .state in [...]",
      "stream posts | where not .state in [\"a\"] | count"
    ),
    ("[1, 2] | where it % 2 = 0", "it % 2 == 0", "[1, 2] | where it % 2 == 0"),
    ("[{a: 1}] | where .a = 1 + 1", ".a == 1 + 1", "[{a: 1}] | where .a == 1 + 1"),
    ("[\"Pa\"] | where it starts-with \"P\"", "starts-with(it, \"P\")", "[\"Pa\"] | where starts-with(it, \"P\")"),
    (
      "stream posts | where .text endswith \"1\"", "ends-with(.text, \"1\")",
      "stream posts | where ends-with(.text, \"1\") | count"
    ),
    (
      "stream posts | where contains .text \"1\"", "contains(.text, \"1\")",
      "stream posts | where contains(.text, \"1\") | count"
    ),
    ("[\"a\"] | where length it > 5", "length(it)", "[\"a\"] | where length(it) > 5"),
    ("stream posts | where exists .text", ".text != null", "stream posts | where .text != null | count"),
    ("unless 1 == 2 do print 1 end", "if not (1 == 2) do", "if not (1 == 2) do print 1 end"),
    ("unless false do print 1 end", "if not (false) do", "if not (false) do print 1 end"),
    ("until 1 == 1 do print 1 end", "while not (1 == 1) do", "while not (1 == 1) do print 1 end"),
  ]

  @Test(arguments: conditions) func aConditionsHintIsFollowed(
    _ mistake: String, _ hint: String, _ followed: String
  ) async {
    await follow(mistake, hint, followed)
  }

  static let stages: [(String, String, String)] = [
    (
      "stream posts | map .text | join(\" \")", "join((stream posts | map .text), \" \")",
      "join((stream posts | map .text), \" \")"
    ),
    ("[\"a\"] | split(\",\")", "| map split(it, \",\")", "[\"a\"] | map split(it, \",\")"),
    ("[1] | map(p => p + 1)", "| map it + 1", "[1] | map it + 1"),
    ("[1] | filter(p => p > 5)", "`it` is the element", "[1] | where it > 5"),
    ("[1] | map fn x -> x * 2 end", "`it` is the element", "[1] | map it * 2"),
    ("[3, 1] | limit(5; .[])", "take 5", "[3, 1] | take 5"),
    ("[1, 2] | inject(0) { |a, b| a + b }", "did you mean sum?", "[1, 2] | sum"),
    ("[1, 2] | reduce(0, +)", "did you mean sum?", "[1, 2] | sum"),
    ("stream posts | sort -r .views", "sort -.views", "stream posts | sort -.views | count"),
    ("stream posts | sort -n .views", "sort .views", "stream posts | sort .views | count"),
    ("stream posts | del .text", "without .text", "stream posts | without .text | count"),
    ("stream posts | delete(.text)", "without .text", "stream posts | without .text | count"),
    ("[{a: 1}] | .a = 2", "| with a: 2", "[{a: 1}] | with a: 2"),
    ("[{a: 1}] | with .a 5", "with a: 5", "[{a: 1}] | with a: 5"),
    ("[{a: 1}] | with a = 5", "with a: 5", "[{a: 1}] | with a: 5"),
    ("stream posts | table *", "| table", "stream posts | take 1 | table"),
    ("[1] |> map it", "write one bar between stages: | map", "[1] | map it"),
    ("[1] |> Enum.map(it)", "write one bar between stages: | map", "[1] | map it"),
    ("def f(a) do a end; [1] | f()", "| f", "def f(a) do a end; [1] | f"),
    ("def f(a) do a end; [1] | map f", "f(it)", "def f(a) do a end; [1] | map f(it)"),
    ("[{a: 1}] | save \"x.csv\"", "did you mean write?", "[{a: 1}] | write \"/dev/null\" as: \"csv\""),
    (
      "stream posts | destroy-all posts", "| collect | destroy CLIENT",
      "stream posts | take 1 | collect | destroy posts confirm: true"
    ),
    ("stream posts | diff posts", "diff A B key:", "diff (stream posts) (stream posts) key: .id | count"),
    ("[1] | link posts 1 \"tags\" []", "| link posts \"tags\" []", "[1] | link posts \"tags\" []"),
    ("[1] | update posts 1 {views: 1}", "| update posts {views: 1}", "[1] | update posts {views: 1}"),
  ]

  @Test(arguments: stages) func aStagesHintIsFollowed(_ mistake: String, _ hint: String, _ followed: String) async {
    await follow(mistake, hint, followed)
  }

  static let commands: [(String, String, String)] = [
    ("posts 1", "show posts 1", "show posts 1"),
    ("posts {text: \"a\"}", "create posts {text: \"a\"}", "create posts {text: \"a\"}"),
    ("let l = [1]; l 0", "l[0]", "let l = [1]; l[0]"),
    ("create posts < \"f.json\"", "read \"f.json\" | create posts", "[{text: \"a\"}] | create posts"),
    (
      "upsert authors 1 {name: \"x\"}", "upsert authors {name: \"x\"} key: .name",
      "upsert authors {name: \"x\"} key: .name"
    ),
    ("upsert authors {name: \"x\"} key: \".name\"", "key: .name", "upsert authors {name: \"x\"} key: .name"),
    (
      "stream posts sort: \"-views\", take 1", "stream posts sort: \"-views\" | take 1",
      "stream posts sort: \"-views\" | take 1"
    ),
    ("index posts sort: \"- views\"", "sort: \"-views\"", "index posts sort: \"-views\" | count"),
    ("stream posts page[size]=10", "page: {number: 1, size: 10}", "index posts page: {number: 1, size: 10}"),
    (
      "stream posts filter[state]=\"draft\"", "filter: {state: \"draft\"}",
      "stream posts filter: {state: \"draft\"} | count"
    ),
    (
      "stream posts filter state: \"draft\"", "filter: {state: \"draft\"}",
      "stream posts filter: {state: \"draft\"} | count"
    ),
    ("stream posts -include author", "include: \"author\"", "stream posts include: \"author\" | count"),
    ("index posts page: {number: 2, size: \"10\"}", "{number: 2, size: 10}", "index posts page: {number: 2, size: 10}"),
    ("index posts include: \"author.name\"", "include: \"author\"", "index posts include: \"author\" | count"),
    (
      "create posts {text: \"x\", author: {type: \"authors\", id: \"1\", name: \"a\"}}",
      "{author: {type: \"authors\", id: \"1\"}}", "create posts {text: \"x\", author: {type: \"authors\", id: \"1\"}}"
    ),
    (
      "create posts {text: \"x\", tags: \"1,2\"}", "[{type: \"tags\", id: \"1\"}, {type: \"tags\", id: \"2\"}]",
      "create posts {text: \"x\", tags: [{type: \"tags\", id: \"1\"}, {type: \"tags\", id: \"2\"}]}"
    ),
    (
      "posts | destroy posts confirm: true", "stream posts | where .FIELD == VALUE | collect | destroy",
      "stream posts | where .id == \"1\" | collect | destroy posts confirm: true"
    ),
    (
      "posts | update posts {views: 1}", "stream posts | where .FIELD == VALUE | collect | update",
      "stream posts | where .id == \"1\" | collect | update posts {views: 1}"
    ),
    (
      "client queue: \"posts\" type: \"\"", "without this option, the type is the queue's name",
      "client queue: \"posts\""
    ),
    ("connect \"embedded:blog\" name: \"\"", "remove the option", "connect \"embedded:blog\""),
  ]

  @Test(arguments: commands) func aCommandsHintIsFollowed(_ mistake: String, _ hint: String, _ followed: String) async {
    await follow(mistake, hint, followed)
  }

  static let signs: [(String, String, String)] = [
    (
      "stream posts | count .state == \"draft\"", "| where .state == \"draft\" | count",
      "stream posts | where .state == \"draft\" | count"
    ),
    (
      "stream posts | where state: \"draft\"", "where .state == \"draft\"",
      "stream posts | where .state == \"draft\" | count"
    ),
    (
      "stream posts | any .state == \"draft\"", "did you mean where?",
      "stream posts | where .state == \"draft\" | count"
    ),
    ("stream posts | sort .views -desc", "sort -.views", "stream posts | sort -.views | count"),
    ("stream posts | index by .id", "index-by .id", "stream posts | index-by .id | map 1"),
    ("show posts id=1", "show posts 1", "show posts 1"),
    ("show posts 1.author", "related posts 1 \"author\"", "related posts 1 \"author\""),
    ("show posts 1 author", "include: \"author\"", "show posts 1 include: \"author\""),
    ("print 1..3.sum", "put a range in parentheses: (...).sum", "print (1..3 | sum)"),
    ("watch count posts", "watch 2s do ... end", "print 1"),
    ("[1] | map (it -1)", "minus needs spaces", "[1] | map (it - 1)"),
    ("print 5 /2", "... / 2", "print 5 / 2"),
    ("count posts, authors", "a statement for each client", "count posts; count authors"),
    ("let x = 1 print x", "put a semicolon or a line end before the word `print`", "let x = 1; print x"),
    (
      "for i in 1..2 do print i print i end", "put a semicolon or a line end before the word `print`",
      "for i in 1..2 do print i; print i end"
    ),
    ("[{a: 1}] | map {a: .a, ...it}", "{...} + it", "[{a: 1}] | map {a: .a} + it"),
    ("print 2026-01-01", "time(\"2026-01-01\")", "print time(\"2026-01-01\")"),
    ("print 2026-01-01T10:00:00Z", "time(\"2026-01-01T10:00:00Z\")", "print time(\"2026-01-01T10:00:00Z\")"),
    ("sleep 1h30m", "(1h + 30m)", "print (1h + 30m)"),
    ("let a = [1]; print a [0]", "a[0]", "let a = [1]; print a[0]"),
    ("print 1=>2", "write >=", "print 1 >= 2"),
    ("[{a: {b: 1}}] | without .a.b", "without .a", "[{a: {b: 1}}] | without .a"),
    (
      "posts.destroy_all", "destroy-all posts filter: {FIELD: VALUE}",
      "destroy-all posts filter: {state: \"x\"} confirm: true"
    ),
    ("posts.first", "(stream posts | first)", "(stream posts | first)"),
    ("posts.create(text: \"a\")", "create posts {text: \"a\"}", "create posts {text: \"a\"}"),
    (
      "remove posts where .id == \"1\"", "| collect | destroy ...",
      "stream posts | where .id == \"1\" | collect | destroy posts confirm: true"
    ),
    ("[1] | update posts {views: 1} halt: \"3.%\"", "halt: \"3%\"", "[1] | update posts {views: 1} halt: \"3%\""),
    (
      "[{type: \"posts\", attributes: {text: \"a\"}, relationships: {colors: {data: []}}}] | create posts",
      "| without .colors",
      "[{type: \"posts\", attributes: {text: \"a\"}}] | create posts"
    ),
    (
      "connect \"amqp://g:g@::1:43255/\"", "amqp://[::1]:5672/",
      "connect \"embedded:blog\""
    ),
  ]

  @Test(arguments: signs) func aHintForASignIsFollowed(_ mistake: String, _ hint: String, _ followed: String) async {
    await follow(mistake, hint, followed, isOneError: true)
  }

  /// Each wrong statement causes exactly one error, and its hint does not contain certain misleading words.
  @Test(arguments: [
    ("print [...[1], 2]", ["..[1]"]), ("print {...{a: 1}}", ["1..3"]),
    ("stream posts filter state: \"draft\"", ["define the name"]), ("1 << 3", ["create"]),
    ("stream posts | del .text", ["destroy"]),
    (
      "let p = client queue: \"posts\" relationships: {author: \"authors\"}; create p {text: \"x\", author: {id: \"99999\"}}",
      ["{author:"]
    ),
  ]) func aFalseHintIsAbsent(_ mistake: String, _ words: [String]) async {
    let ran = await Ran.onBlog(mistake)
    #expect(ran.errorCount == 1, Comment(rawValue: ran.notes))
    for word in words { #expect(!ran.findings.contains(word), Comment(rawValue: ran.notes)) }
  }

  /// A single word after `rescue` is the name of the error's variable, even if a command has the same name.
  @Test func anErrorCanHaveTheNameOfACommand() async {
    let ran = await Ran.onBlog("try do fail \"x\" rescue count; print count.message end")
    #expect(ran.status == 0 && ran.output == "x\n", Comment(rawValue: ran.notes))
  }
}
