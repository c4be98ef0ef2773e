import Testing

/// Tests of the output of `retort --version`.
@Suite struct VersionTests {
  @Test func theVersionNamesTheBuildAndEachLibrary() async throws {
    let ran = await Ran.retort("--version")
    #expect(ran.status == 0 && ran.notes.isEmpty)
    let lines = ran.output.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.map(\.first) == ["retort", "commit", "Swift", "librabbitmq", "readline", "SQLite", "PCRE2"])
    for line in lines where line.first != "commit" {
      #expect(line.count >= 2 && line[1].wholeMatch(of: #/\d+(\.\d+)+/#) != nil, "\(line)")
    }
  }
}
