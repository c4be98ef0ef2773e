import TestBench
import Testing

/// Tests of the hints for words, brackets, quotes and operators in the wrong place.
///
/// Each test runs a wrong statement, and then the statement that follows the hint.
@Suite struct MisplacedHintTests {
  static let places: [(String, String, String)] = [
    ("sho posts 1", "did you mean show?", "show posts 1"),
    ("show posts 1 | keys(it)", "| map keys(it)", "show posts 1 | map keys(it)"),
    ("[[\"a\", \"b\"]] | join(it, \",\")", "| map join(it, \",\")", "[[\"a\", \"b\"]] | map join(it, \",\")"),
    ("[1, 2] | take(1)", "take 1", "[1, 2] | take 1"),
    ("stream posts | sort(-.views) | take 1", "sort -.views", "stream posts | sort -.views | take 1"),
    ("stream posts | count > 5", "(stream posts | count) > 5", "(stream posts | count) > 5"),
    ("stream posts | sum .views > 5", "(stream posts | sum .views) > 5", "(stream posts | sum .views) > 5"),
    ("count posts > 5", "(count posts) > 5", "(count posts) > 5"),
    ("count posts + 1", "(count posts) + 1", "(count posts) + 1"),
    (
      "count posts filter: {state: \"draft\"} > 5", "(count posts filter: {state: \"draft\"}) > 5",
      "(count posts filter: {state: \"draft\"}) > 5"
    ),
    ("let n = count posts + 1", "(count posts) + 1", "let n = (count posts) + 1"),
    ("[{count: 1}] | where (count > 5)", "write a dot: .count", "[{count: 1}] | where (.count > 5)"),
    ("print (count > 5)", "(count CLIENT)", "print ((count posts) > 5)"),
    ("print count(posts)", "(count posts)", "print (count posts)"),
    ("print first([1, 2])", "([1, 2] | first)", "print ([1, 2] | first)"),
    ("print take([1, 2], 1)", "([1, 2] | take 1)", "print ([1, 2] | take 1)"),
    ("print show(posts, 1)", "(show posts 1)", "print (show posts 1)"),
    ("print upper \"a\"", "upper(\"a\")", "print upper(\"a\")"),
    ("print lower upper(\"a\")", "lower(upper(\"a\"))", "print lower(upper(\"a\"))"),
    ("uper \"a\"", "the function upper(...)", "upper(\"a\")"),
    ("print 5 plus 5", "5 + 5", "print 5 + 5"),
    ("[{a: \"x\"}] | where .a is \"x\"", ".a == \"x\"", "[{a: \"x\"}] | where .a == \"x\""),
    ("[{a: \"x\"}] | where .a is not \"x\"", ".a != \"x\"", "[{a: \"x\"}] | where .a != \"x\""),
    ("[{a: \"x\"}] | where .a is null", ".a == null", "[{a: \"x\"}] | where .a == null"),
    ("[{a: \"x\"}] | where .a contains \"x\"", "contains(.a, \"x\")", "[{a: \"x\"}] | where contains(.a, \"x\")"),
    ("[{a: \"x\"}] | where .a matches /x/", ".a =~ /x/", "[{a: \"x\"}] | where .a =~ /x/"),
    ("if 1 is 1 do print 1 end", "1 == 1", "if 1 == 1 do print 1 end"),
    ("print first(stream posts)", "(stream ... | first)", "print (stream posts | first)"),
    ("stream posts | map without .text | take 1", "| without .text", "stream posts | without .text | take 1"),
    ("print foo bar", "\"foo bar\"", "print \"foo bar\""),
  ]

  @Test(arguments: MisplacedHintTests.places) func aHintIsFollowed(
    _ mistake: String, _ hint: String, _ followed: String
  )
    async
  {
    await follow(mistake, hint, followed)
  }

  static let texts: [(String, String, String)] = [
    ("call posts show {id: 1}", "\"show\"", "call posts \"show\" {id: 1} reads: true"),
    ("index posts sort: views | count", "\"views\"", "index posts sort: \"views\" | count"),
    ("index posts sort: -views | count", "\"-views\"", "index posts sort: \"-views\" | count"),
    ("index posts include: [author] | count", "\"author\"", "index posts include: [\"author\"] | count"),
    (
      "[1] | update posts {views: 1} on-error: continue", "\"continue\"",
      "[1] | update posts {views: 1} on-error: \"continue\""
    ),
    ("set output: json", "\"json\"", "set output: \"json\""),
    ("set timeout: \"5s\"", "set timeout: 5s", "set timeout: 5s"),
    ("set timeout: 5", "set timeout: 5s", "set timeout: 5s"),
    ("set timeout: 0s", "set timeout: 10s", "set timeout: 10s"),
    ("set in-flight: \"5\"", "set in-flight: 5", "set in-flight: 5"),
    ("set in-flight: 0", "set in-flight: 16", "set in-flight: 16"),
    ("set timing: \"no\"", "set timing: false", "set timing: false"),
    ("stream posts | sort views | take 1", "sort .views", "stream posts | sort .views | take 1"),
    ("stream posts | sort -views | take 1", "sort -.views", "stream posts | sort -.views | take 1"),
    ("stream posts | max views", "max .views", "stream posts | max .views"),
    (
      "upsert posts {text: \"a\"} key: text", "key: .text",
      "upsert authors {name: \"Z\"} key: .name"
    ),
    ("print \u{201C}a\u{201D}", "write straight quotes: \"a\"", "print \"a\""),
    ("print \u{AB}a\u{BB}", "write straight quotes: \"a\"", "print \"a\""), ("print 'a'", "write \"a\"", "print \"a\""),
    ("print 1 \u{2013} 5", "write - instead", "print 1 - 5"),
    ("print\u{A0}1", "U+00A0 write a space instead", "print 1"),
    ("1..5 | chunk 0", "chunk 10", "1..5 | chunk 10"),
    (
      "[1] | update posts {views: 1} throttle: 5", "throttle: {depth: 50, p95: 200ms}",
      "[1] | update posts {views: 1} throttle: {p95: 200ms}"
    ),
    (
      "create posts {text: \"a\", author: \"1\"}", "{author: {type: \"authors\", id: \"1\"}}",
      "create posts {text: \"a\", author: {type: \"authors\", id: \"1\"}}"
    ),
    (
      "create posts {text: \"a\", author: {type: \"author\", id: \"1\"}}", "the type authors",
      "create posts {text: \"a\", author: {type: \"authors\", id: \"1\"}}"
    ),
    (
      "create posts {text: \"a\", tags: [\"1\"]}", "{tags: [{type: \"tags\", id: \"1\"}]}",
      "create posts {text: \"a\", tags: [{type: \"tags\", id: \"1\"}]}"
    ),
    (
      "link posts 1 \"tagz\" {type: \"tags\", id: \"1\"}", "did you mean tags?",
      "link posts 1 \"tags\" [{type: \"tags\", id: \"1\"}]"
    ),
    ("create posts [{text: \"a\"}]", "LIST | create posts", "[{text: \"a\"}] | create posts"),
    (
      "stop posts; count posts", "client queue: \"posts\"",
      "stop posts; let p = client queue: \"posts\"; count p"
    ),
  ]

  @Test(arguments: MisplacedHintTests.texts) func aHintForAWordIsFollowed(
    _ mistake: String, _ hint: String, _ followed: String
  ) async {
    await follow(mistake, hint.replacing("U+00A0 ", with: ""), followed)
  }

  static let arguments: [(String, String, String)] = [
    ("create posts text: \"a\"", "create posts {text: \"a\"}", "create posts {text: \"a\"}"),
    ("update posts 1 text: \"a\"", "update posts 1 {text: \"a\"}", "update posts 1 {text: \"a\"}"),
    ("show posts id: 1", "show posts 1", "show posts 1"),
    ("let c = client \"posts\"", "queue: \"posts\"", "let c = client queue: \"posts\""),
    ("let c = client queue \"posts\"", "queue: \"posts\"", "let c = client queue: \"posts\""),
    ("index posts order: \"views\" | count", "did you mean sort:?", "index posts sort: \"views\" | count"),
    ("stream posts | first 5", "take 5", "stream posts | take 5"),
    ("[{a: 1}] | with {b: 2}", "with b: 2", "[{a: 1}] | with b: 2"),
    ("[{a: 1}] | select {b: .a}", "select b: .a", "[{a: 1}] | select b: .a"),
    ("[{a: 1}] | without \"a\"", "without .a", "[{a: 1}] | without .a"),
    ("print {a: 1 b: 2}", "put a comma before b:", "print {a: 1, b: 2}"),
    ("print [\"a\" \"b\"]", "put a comma before \"b\"", "print [\"a\", \"b\"]"),
    ("create posts (text: \"a\")", "{text: ...}", "create posts {text: \"a\"}"),
    ("print ago(7 d)", "7d", "print ago(7d)"), ("sleep \"1ms\"", "sleep 1ms", "sleep 1ms"),
    ("let x = 1; x += 2", "let x = x + 2", "let x = 1; let x = x + 2"),
    ("let x = 1; x++", "let x = x + 1", "let x = 1; let x = x + 1"), ("var x = 5", "let x = ...", "let x = 5"),
    ("if 1 = 1 do print 1 end", "1 == 1", "if 1 == 1 do print 1 end"),
    ("[{a: 1}] | where .a = 1", ".a == 1", "[{a: 1}] | where .a == 1"),
    ("print 1 === 1", "write ==", "print 1 == 1"), ("print 1 <> 2", "write !=", "print 1 != 2"),
    ("for i in 1...3 do print i end", "1..3", "for i in 1..3 do print i end"),
    ("foreach x in [1] do print x end", "for x in ... do ... end", "for x in [1] do print x end"),
    ("print \"a\" \"b\"", "\"a\" + \"b\"", "print \"a\" + \"b\""),
    ("print \"a\".length()", "length(\"a\")", "print length(\"a\")"),
    ("print [1, 2].take(1)", "([1, 2] | take 1)", "print ([1, 2] | take 1)"),
    ("assert(1 == 1, \"m\")", "assert 1 == 1, \"m\"", "assert 1 == 1, \"m\""),
    (
      "link posts 1 \"tags\" [\"1\"]", "[{type: \"tags\", id: \"1\"}]",
      "link posts 1 \"tags\" [{type: \"tags\", id: \"1\"}]"
    ),
    (
      "relink posts 1 \"author\" 5", "{type: \"authors\", id: \"5\"}",
      "relink posts 1 \"author\" {type: \"authors\", id: \"5\"}"
    ),
    ("[1] | update posts {views: 1} halt: 5%", "halt: \"5%\"", "[1] | update posts {views: 1} halt: \"5%\""),
    (
      "[1] | update posts {views: 1} on-error: \"skip\"", "on-error: \"continue\"",
      "[1] | update posts {views: 1} on-error: \"continue\""
    ),
  ]

  @Test(arguments: MisplacedHintTests.arguments) func aHintForAnArgumentIsFollowed(
    _ mistake: String, _ hint: String, _ followed: String
  ) async {
    await follow(mistake, hint, followed)
  }

  /// The error for wrong command-line arguments contains a next step.
  @Test(arguments: [
    (["journal", "a.journal", "settle", "5"], "retort journal a.journal settle 5 done"),
    (["journal", "a.journal", "settle"], "retort journal a.journal lists the unknown changes"),
    (["journal", "Package.swift"], "give the file that the option journal: of the statement names"),
    (["ctl", "nosuch", "stop"], "'nosuch' is neither a run nor a command"), (["fmt", "nofile"], "check the path"),
    (["trust", "nofile"], "check the path"), (["serve", "nofile", "--url", "amqp://localhost:1/"], "check the path"),
    (["--report", "/nonexistent/x.json", "-c", "print 1"], "the directory does not exist: create it first"),
    (["--color", "x", "-c", "print 1"], "Write one of 'auto', 'always' or 'never'"),
    (["chek", "x"], "did you mean retort check x?"),
  ]) func anArgumentHasANextStep(_ arguments: [String], _ hint: String) async {
    let ran = await Ran.retort(arguments)
    #expect(ran.status == 2, Comment(rawValue: ran.notes))
    #expect(ran.notes.contains(hint), Comment(rawValue: ran.notes))
  }
}
