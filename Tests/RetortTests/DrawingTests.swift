import Testing

/// What `chart` and `watch` draw at a terminal and elsewhere.
@Suite(.serialized) struct DrawingTests {
  @Test func barsFitTheTerminal() async throws {
    let prompt = try await PromptTerminal.onBlog(columns: 60)
    try await prompt.enters("stream posts | group .state | chart .key .count")
    let bars = prompt.lines.filter { $0.hasPrefix("draft ") }
    #expect(bars == ["draft      250  " + String(repeating: "█", count: 44)])
    try await prompt.enters("[{k: \"a\", n: 8}, {k: \"b\", n: 1}, {k: \"c\", n: -4}] | chart .k .n")
    let room = 60 - "a   8  ".count
    #expect(prompt.lines.contains("a   8  " + String(repeating: "█", count: room)))
    #expect(prompt.lines.contains("b   1  " + String(repeating: "█", count: room / 8) + "▋"))
    #expect(prompt.lines.contains { $0.hasPrefix("c  -4  ░░") })
  }

  @Test func elsewhereBarsAreASCII() async {
    let head = "connect \"embedded:blog\"; let posts = client queue: \"posts\"; "
    let counts = await Ran.retort("-c", head + "stream posts | chart .state")
    #expect(counts.output.utf8.allSatisfy { $0 < 0x80 })
    #expect(counts.output.hasPrefix("published  250  ####"))
    let numbers = await Ran.retort("-c", "[0, 5, 9, 10, 99] | chart it")
    #expect(
      numbers.output.split(separator: "\n").map { $0.prefix { $0 != "#" } }.map(String.init).first == "0 to 10    3  ")
    let times = await Ran.retort(
      "-c", "[\"2026-01-01\", \"2026-01-03\", \"2026-01-03T05:00:00Z\"] | map time(it) | chart it")
    let lines = times.output.split(separator: "\n").map { $0.split(separator: " ").prefix(3).joined(separator: " ") }
    #expect(lines.count == 3 && lines[0].hasPrefix("2026-01-01 1 ###"), "\(lines)")
  }

  @Test(arguments: [
    ("[{a: 1}] | chart .a \"x\"", "chart draws numbers, not a string"),
    ("[[1]] | chart it", "chart counts numbers, times and text, not a list"),
    ("[1, \"a\"] | chart it", "chart has values of several types"),
  ])
  func whatIsNoNumberIsAnError(_ statement: String, _ message: String) async {
    let ran = await Ran.retort("-c", statement)
    #expect(ran.status == 1 && ran.notes.contains(message))
    #expect(!ran.notes.contains("\u{1B}"))
  }

  @Test func aHostileLabelIsEscaped() async throws {
    let prompt = try await PromptTerminal.onBlog(["--color", "never"])
    try await prompt.enters(#"[{k: "a\u001b[2J\u202e\n", n: 1}] | chart .k .n"#)
    #expect(prompt.lines.contains { $0.hasPrefix(#"a\u{1b}[2J\u{202e}\u{a}  1  █"#) })
  }

  @Test func aWatchRedrawsAndMarksWhatChanged() async throws {
    let prompt = try await PromptTerminal.onBlog(["--color", "never"], columns: 60, rows: 12)
    try await prompt.enters("let n = 0")
    try prompt.types("watch 10ms do let n = n + 1; print \"round \\(n)\"; print \"same\"; if n == 3 do break end end\r")
    try await prompt.waits("the last round") { $0.lines[0] == "round 3" && $0.lines[2].hasSuffix(">") }
    #expect(prompt.lines == ["round 3", "same", "embedded:blog>"])
    #expect(prompt.screen.looks(of: "round 3") == ["", "", "", "", "", "", "7"])
    #expect(prompt.screen.looks(of: "same") == ["", "", "", ""])
  }

  @Test func ctrlCEndsAWatch() async throws {
    let prompt = try await PromptTerminal.onBlog(columns: 60, rows: 6)
    try prompt.types("watch 1m do 1..30 | each do print it end end\r")
    try await prompt.waits("a screen") { $0.lines[0] == "1" && $0.lines[4] == "... 26 more lines" }
    try prompt.types("\u{3}")
    try await prompt.sees("error[interrupted]: interrupted")
  }
}
