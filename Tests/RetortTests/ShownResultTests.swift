import Testing

/// Tests of how the prompt shows results on the screen of a terminal.
@Suite(.serialized) struct ShownResultTests {
  @Test func aTableUsesTheWidth() async throws {
    let prompt = try await PromptTerminal.onBlog(columns: 100)
    let text = String(repeating: "x", count: 90)
    try await prompt.enters(#"[{id: 1, text: "\#(text)"}]"#)
    #expect(
      prompt.lines.suffix(4) == [
        "id  text", "--  " + String(repeating: "-", count: 90), " 1  " + text, "embedded:blog>",
      ])
    try await prompt.enters(#"[{id: 1, text: "\#(text)", more: "\#(text)"}]"#)
    let row = try #require(prompt.lines.dropLast().last)
    #expect(row.count == 100)
    #expect(row.hasPrefix(" 1  xxx") && row.hasSuffix("xxx…"))
  }

  @Test func columnsWithoutRoomAreCounted() async throws {
    let prompt = try await PromptTerminal.onBlog(columns: 80)
    let fields = (1...500).map { "c\($0): 1234" }.joined(separator: ", ")
    try await prompt.enters("let wide = [{\(fields)}, {\(fields)}]")
    try await prompt.enters("wide")
    #expect(prompt.lines.filter { $0.hasPrefix("  c1    c2  ") }.count == 1)
    let note = prompt.lines.suffix(3).joined()
    #expect(note.contains("487 more columns do not fit"), "\(note)")
    #expect(note.count < 240)
  }

  @Test func rowsWithoutRoomAreCards() async throws {
    let prompt = try await PromptTerminal.onBlog(columns: 40)
    let statement = #"stream posts include: "author" | take 2"#
    try await prompt.enters(statement)
    #expect(prompt.lines.contains("author       Ada Archer"))
    #expect(
      prompt.lines.contains("author       Ben Baker") || prompt.lines.filter { $0.hasPrefix("author") }.count == 2)
    try await prompt.enters(statement + " | table")
    #expect(prompt.lines.contains { $0.contains("more columns do not fit") })
    try await prompt.enters("show posts 1")
    #expect(prompt.lines.contains("author       authors/1"))
  }

  @Test func aPageReportsItsShareOfTheTotal() async throws {
    let prompt = try await PromptTerminal.onBlog(columns: 120)
    try await prompt.enters("index posts page: {size: 3}")
    #expect(prompt.lines.contains("3 of 1000 resources: this is one page of several; stream reads all pages"))
    try await prompt.enters(#"_ | json .id"#)
    #expect(prompt.lines.contains(#"[{"id":"1"},{"id":"2"},{"id":"3"}]"#))
    try await prompt.enters("set timing: true; count posts")
    #expect(prompt.lines.contains { $0.hasPrefix("took ") && $0.contains(": waiting ") && $0.contains(", decoding ") })
  }

  @Test func aTallResultGoesThroughAPager() async throws {
    let prompt = try await PromptTerminal.onBlog(columns: 100, rows: 20, environment: ["PAGER": "less"])
    try prompt.types("stream posts | select .id .text\r")
    try await prompt.waits("the pager") { $0.lines[18].hasPrefix("17 ") && $0.lines[19] == ":" }
    #expect(prompt.lines[0].hasPrefix("id "))
    try prompt.types("q")
    try await prompt.waits("the prompt") { $0.lines[$0.cursor.row].hasSuffix(">") }
    try prompt.types("help stages\r")
    try await prompt.waits("help in the pager") { $0.lines[0].hasPrefix("... | where") && $0.lines[19] == ":" }
    try prompt.types("q")
    try await prompt.waits("the prompt") { $0.lines[$0.cursor.row].hasSuffix(">") }
    try await prompt.enters("1 + 1")
    #expect(prompt.lines.contains("2"))
  }

  @Test(arguments: [(["--no-pager"], "less"), ([], ""), ([], "no-such-pager")])
  func withoutAPagerAllOfItIsShown(_ arguments: [String], _ pager: String) async throws {
    let prompt = try await PromptTerminal.onBlog(
      arguments, columns: 100, rows: 20, environment: ["RETORT_PAGER": pager])
    try prompt.types("1..30\r")
    try await prompt.waits("the last row") { screen in
      screen.lines.contains { $0.hasSuffix(" 30") } && screen.lines[screen.cursor.row].hasSuffix(">")
    }
    try prompt.types("1 + 1\r")
    try await prompt.sees("2")
  }

  /// Data with control sequences or unusual characters changes only the table cell that shows the data.
  @Test(arguments: [
    "\u{1B}[2J", "\u{1B}]0;x\u{7}", "\u{202E}", "\u{200B}", "\u{301}", "日", "😀", "\n", "\t", "\u{9B}7m", "long",
  ])
  func aHostileValueStaysInItsCell(_ piece: String) async throws {
    let value = piece == "long" ? String(repeating: "n", count: 10_000) : "a\(piece)b"
    let file = "value.json"
    let quoted = value.unicodeScalars.map {
      $0.value < 0x20 ? "\\u00" + ($0.value < 16 ? "0" : "") + String($0.value, radix: 16) : String($0)
    }
    let text = "{\"v\": \"\(quoted.joined())\", \"\(quoted.joined())\": \"z\"}"
    let prompt = try await PromptTerminal.onBlog(
      ["--no-pager", "--color", "never"], columns: 60, rows: 24, files: [file: text])
    try await prompt.enters("let x = read \"\(file)\" | first; let v = x.v")
    for form in ["[{n: v, m: 7}] | table", "[x, x] | table", "[{m: 7, n: v}]"] {
      try await prompt.enters(form)
      let lines = prompt.lines.dropFirst()
      #expect(!lines.contains { $0.contains("\u{202E}") || $0.contains("\u{200B}") })
      #expect(prompt.screen.cells.allSatisfy { $0.allSatisfy { $0.look.isEmpty } })
      #expect(prompt.screen.strangers.isEmpty)
      #expect(lines.count <= 8, "\(form): \(lines)")
    }
    try await prompt.enters("[{m: 7, n: v, l: 8}] | card")
    #expect(prompt.lines.contains("m  7") && prompt.lines.contains("l  8") || piece == "long")
  }
}
