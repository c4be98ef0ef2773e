import Testing

/// Tests of stages whose results are so large that retort stores them in a temporary file.
@Suite(.timeLimit(.minutes(15))) struct StoredResultTests {
  private static let beginning = """
    connect "embedded:blog"
    let posts = client queue: "posts"
    let long = join((1..500 | map "0123456789"), "")

    """

  /// The results have the order of the elements, in one loop, in two uses of `_`, and in a list.
  @Test(arguments: [
    "1..1000 | each do [it, long] end",
    "1..1000 | each in-flight: 8 do [it, long] end",
    "1..1000 | update posts {text: long} | map [int(.id), .text]",
    "1..1000 | as n | write \"/dev/null\" as: \"json\" | map [n, long] | collect",
  ]) func resultsHaveTheOrderOfTheElements(_ pipeline: String) async {
    let ran = await Ran.retort(
      "-c",
      Self.beginning + """
        \(pipeline)
        for pass in 1..2 do print (_ | map length(it[1]) | sum) end
        let list = \(pipeline)
        print length(list)
        for pair, number in \(pipeline) do if pair[0] != number do fail "wrong order" end end
        """)
    #expect(ran.status == 0, Comment(rawValue: String(ran.notes.prefix(2000))))
    #expect(ran.output.hasSuffix("]\n5000000\n5000000\n1000\n"), "\(ran.output.suffix(200))")
  }
}
