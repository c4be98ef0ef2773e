import Testing

/// A hint that contains code works when it is followed.
@Suite struct HintTests {
  private static let head = "connect \"embedded:blog\"; let posts = client queue: \"posts\"; "

  /// A mistake, its next step, and the statement that follows the step.
  @Test(arguments: [
    ("stream posts | wher .views > 5 | count", "did you mean where?", "stream posts | where .views > 5 | count"),
    (
      "stream posts | where state == \"draft\" | count", ".state; put text in quotes",
      "stream posts | where .state == \"draft\" | count"
    ),
    ("count posts filter: state == \"draft\"", "filter: {state: \"draft\"}", "count posts filter: {state: \"draft\"}"),
    ("count posts filter: .state == \"draft\"", "filter: {state: \"draft\"}", "count posts filter: {state: \"draft\"}"),
    ("[1] | map {a: it} | take 1 + 1", "(1 + 1)", "[1] | map {a: it} | take (1 + 1)"),
    (
      "[{a: null}, {a: \"1\"}] | avg number(.a)", "number(.field ?? 0)", "[{a: null}, {a: \"1\"}] | avg number(.a ?? 0)"
    ),
    (
      "count posts filter: {state: \"draft,spam\"}", "[\"draft\",\"spam\"]",
      "count posts filter: {state: [\"draft\",\"spam\"]}"
    ),
    ("[{id: 1, b: 2}, {id: 2}] | csv .id .b", "?.b is null", "[{id: 1, b: 2}, {id: 2}] | csv .id ?.b"),
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
      "[1] | update posts {views: 1} verify: \"al\"", "verify: \"all\"", "[1] | update posts {views: 1} verify: \"all\""
    ),
    ("[{a: 1}, {b: 2}] | csv", "csv ?.a ?.b", "[{a: 1}, {b: 2}] | csv ?.a ?.b"),
    ("coutn posts", "did you mean count?", "count posts"), ("stop 1 | map it", "separate lines", "stop posts"),
    ("index posts where .views > 5 | count", "... | where ...", "index posts | where .views > 5 | count"),
    ("where .a", "... | where ...", "[{a: true}] | where .a"), ("lower \"A\"", "lower(x)", "lower(\"A\")"),
  ]) func aHintIsFollowed(_ mistake: String, _ hint: String, _ followed: String) async {
    let ran = await Ran.retort("-c", Self.head + mistake)
    #expect(ran.status == 1 || ran.status == 2)
    #expect(ran.notes.contains(hint), Comment(rawValue: ran.notes))
    let next = await Ran.retort("-c", Self.head + followed)
    #expect(next.status == 0, Comment(rawValue: next.notes))
  }

  @Test func anAddressWithAnOpenBracket() async {
    let ran = await Ran.retort("-c", "connect \"amqp://g:g@[::1:5672/\"")
    #expect(ran.notes.contains("the bracket of the address [::1:5672 is not closed: [::1]:5672\n"))
  }

  @Test func anAddressWithoutBrackets() async {
    let ran = await Ran.retort("-c", "connect \"amqp://g:g@::1:5672/\"")
    #expect(ran.status == 4 || ran.status == 1)
    #expect(ran.notes.contains("write an IPv6 address in brackets: [::1]:5672\n"), Comment(rawValue: ran.notes))
  }
}
