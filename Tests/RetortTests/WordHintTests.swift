import TestBench
import Testing

/// Tests of the hints for the words and signs of other languages.
///
/// Each test runs a wrong statement, and then the statement that follows the hint.
@Suite struct WordHintTests {
  static let statements: [(String, String, String)] = [
    ("[1, 2].map { |x| x * 2 }", "| map it > 1", "[1, 2] | map it > 1"),
    ("[1, 2].each { |x| print x }", "| each do ... end", "[1, 2] | each do print it end"),
    ("1..3 each do print it end", "... | each ...", "1..3 | each do print it end"),
    ("stream posts | where { .views > 5 }", ".views > 5", "stream posts | where .views > 5 | count"),
    ("stream posts | where x.views > 5", ".views or .x.views", "stream posts | where .views > 5 | count"),
    ("stream posts | where .text ~ /a/", "=~ /PATTERN/", "stream posts | where .text =~ /a/ | count"),
    ("stream posts | where .text !~ /a/", "not (TEXT =~ /PATTERN/)", "stream posts | where not (.text =~ /a/) | count"),
    ("stream posts | where .state.nil?", "x == null", "stream posts | where .state == null | count"),
    ("[1].include?(1)", "contains(x, y)", "contains([1], 1)"),
    (
      "stream posts | select id: .id, text: .text", "select id: .id text: .text",
      "stream posts | select id: .id text: .text | count"
    ),
    ("stream posts | select [.id, .text]", "select .id .text", "stream posts | select .id .text | count"),
    ("stream posts | select", "select .id", "stream posts | select .id | count"),
    ("stream posts | sort .views reverse", "sort -.views", "stream posts | sort -.views | count"),
    ("if count posts > 5 do print 1 end", "(count posts)", "if (count posts) > 5 do print 1 end"),
    ("print count posts", "(count posts)", "print (count posts)"),
    ("for p in stream posts { print p.id }", "between `do` and `end`", "for p in stream posts do print p.id end"),
    ("while false do print 1 done", "write the word `end`", "while false do print 1 end"),
    ("if [ 1 = 1 ]; then print 1; fi", "1 == 1", "if 1 == 1 do print 1 end"),
    ("show posts 0 rescue null", "try do ... rescue error ... end", "try do show posts 0 rescue error print 1 end"),
    ("let c = client queue = \"posts\"", "queue: \"posts\"", "let c = client queue: \"posts\""),
    (
      "client queue: \"posts\", type: \"posts\"", "client queue: \"posts\" type: \"posts\"",
      "client queue: \"posts\" type: \"posts\""
    ),
    ("now().to_s", "string(now())", "string(now())"), ("ago(1w)", "write 7d", "ago(7d)"),
    ("ago(5min)", "write 5m", "ago(5m)"),
    ("sleep 0.001", "sleep 0.001s", "sleep 0.001s"), ("{a: 1}.merge({b: 2})", "+: ... + {b: 2}", "{a: 1} + {b: 2}"),
    ("keys {a: 1}", "keys({a: 1})", "keys({a: 1})"), ("env HOME", "env(\"HOME\")", "env(\"HOME\", \"\")"),
    ("print $HOME", "env(\"HOME\")", "print env(\"HOME\", \"\")"), ("uuid", "uuid()", "uuid()"),
    ("\"a\" =~ /a", "/a/", "\"a\" =~ /a/"), ("\"a\" =~ /a/g", "i, m, s and x", "\"a\" =~ /a/i"),
    ("2.5.round", "round(2.5)", "round(2.5)"), ("def f(x) = x + 1", "def f(x) do x + 1 end", "def f(x) do x + 1 end"),
    ("def f(x y) do x end", "def f(a, b)", "def f(x, y) do x + y end"),
    ("watch do print 1 end", "watch 2s do", "print 1"),
    ("for i in 1 to 3 do print i end", "1..3", "for i in 1..3 do print i end"),
    ("show posts 1 include author", "include: \"author\"", "show posts 1 include: \"author\""),
    (
      "destroy posts filter: {state: \"x\"}", "destroy-all posts filter: {state: \"x\"}",
      "destroy-all posts filter: {state: \"x\"} confirm: true"
    ),
    (
      "destroy-all posts filter: {state: \"x\"} confirm", "confirm: true",
      "destroy-all posts filter: {state: \"x\"} confirm: true"
    ),
    ("show posts [1, 2]", "[1, 2] | ...", "[1, 2] | show posts"),
    ("update posts 1 text \"b\"", "update posts 1 {text: \"b\"}", "update posts 1 {text: \"b\"}"),
    ("truncate posts", "destroy-all", "destroy-all posts filter: {state: \"x\"} confirm: true"),
    ("connect to \"embedded:blog\"", "connect \"embedded:blog\"", "connect \"embedded:blog\""),
    ("connect localhost:5672", "connect \"embedded:blog\"", "connect \"embedded:blog\""),
    ("[1] | destroy posts --dry-run", "dry-run: true", "[1] | destroy posts dry-run: true"),
    ("show --help", "help show", "help show"), ("posts << {text: \"a\"}", "create posts", "create posts {text: \"a\"}"),
    ("date(now(), \"YYYY-MM-DD\")", "%Y %m %d", "date(now(), \"%Y-%m-%d\")"),
    ("[{a: 1}] | write \"/dev/null\" as: format", "unknown name format", "[{a: 1}] | write \"/dev/null\" as: \"json\""),
    ("stream posts take 5", "stream posts | take 5", "stream posts | take 5 | count"),
    ("stream posts | take 5 sort .views", "take 5 | sort .views", "stream posts | take 5 | sort .views | count"),
    ("stream posts | map {.id: .text}", "{id: ...}", "stream posts | map {id: .text} | count"),
    ("1 =< 2", "write <=", "1 <= 2"), ("print - 5", "-5", "print -5"),
    ("posts | map .id", "stream CLIENT | map .id", "stream posts | map .id | count"),
    ("stream posts | sort .views, .id", ".views .id", "stream posts | sort .views .id | count"),
  ]

  @Test(arguments: statements) func aHintIsFollowed(_ mistake: String, _ hint: String, _ followed: String) async {
    await follow(mistake, hint, followed)
  }
}
