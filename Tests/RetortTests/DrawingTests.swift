import Testing

/// Tests of what `chart` and `watch` draw, at a terminal and without a terminal.
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
    ("[{a: 1, b: \"x\"}] | chart .a .b", "chart draws numbers and durations, not a string"),
    ("[[1]] | chart it", "chart counts numbers, durations, times and text, not a list"),
    ("[1, \"a\"] | chart it", "chart has values of several types"),
  ])
  func invalidNumbersAreAnError(_ statement: String, _ message: String) async {
    let ran = await Ran.retort("-c", statement)
    #expect(ran.status == 1 && ran.notes.contains(message))
    #expect(!ran.notes.contains("\u{1B}"))
  }

  @Test(arguments: [
    ("[0.1, 0.2, 0.3, 0.4, 0.5]", "0.10 to 0.15  1|0.15 to 0.20  0|0.20 to 0.25  1|0.25 to 0.30  0|0.30 to 0.35  1|"),
    ("1..5", "1 to 2  1|2 to 3  1|3 to 4  1|4 to 5  1|5 to 6  1|"),
    ("[-3, 0, 3]", "-3 to -2  1|-2 to -1  0|-1 to 0   0|0 to 1    1|1 to 2    0|2 to 3    0|3 to 4    1|"),
    ("[1e308, -1e308]", "-10e307 to -8e307  1|"),
    ("[1, 1e400]", "0 to 1e399"),
    ("[5e-324, 1e-323]", "50e-325 to 55e-325    1|"),
    ("[10s, 90s]", "10 s to 20 s   1|"),
    ("[1, null, 2]", "1 to 2  1|2 to 3  1|"),
    (#"["0000-01-01", "9999-12-31"] | map time(it)"#, "0000 to 0999  1|1000 to 1999  0|"),
    ("[7]", "7 to 8  1|"), ("[0, 0]", "0 to 1  2|"), ("[null, null]", "  2|"),
  ])
  func valuesAreCountedExactly(_ values: String, _ begin: String) async {
    let ran = await Ran.retort("-c", "\(values) | chart it")
    let bars = ran.output.split(separator: "\n").map { line in
      let text = line.prefix { $0 != "#" }
      return text.prefix((text.lastIndex { $0 != " " }?.utf16Offset(in: text) ?? -1) + 1) + "|"
    }.joined()
    #expect(ran.status == 0 && bars.hasPrefix(begin), "\(bars) \(ran.notes)")
  }

  @Test(arguments: ["1e400", "-1e400", "5e-324", "1e308", "1h"])
  func aBarOfAnyLengthIsDrawn(_ value: String) async {
    let ran = await Ran.retort("-c", "[{k: \"a\", v: \(value)}, {k: \"b\", v: \(value)}] | chart .k .v")
    #expect(ran.status == 0 && ran.output.split(separator: "\n").count == 2, "\(ran.notes)")
  }

  @Test func aHostileLabelIsEscaped() async throws {
    let prompt = try await PromptTerminal.onBlog(["--color", "never"])
    try await prompt.enters(#"[{k: "a\u001b[2J\u202e\n", n: 1}] | chart .k .n"#)
    #expect(prompt.lines.contains { $0.hasPrefix(#"a\u{1b}[2J\u{202e}\u{a}  1  █"#) })
  }

  @Test func aWatchRedrawsAndMarksChanges() async throws {
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
    try await prompt.waits("the prompt") { $0.lines.contains { $0.hasSuffix("embedded:blog>") } }
    #expect(!prompt.lines.contains { $0.contains("error") })
  }
}
