import Testing

/// Tests of the prompt's screen while a user types: colours, continuation lines, pasted text and the external editor.
@Suite(.serialized) struct TypingTests {
  private static let looks = ["NO_COLOR": "", "RETORT_COLORS": "dark"]

  @Test func aStatementIsColoured() async throws {
    let prompt = try await PromptTerminal.onBlog(columns: 80)
    try prompt.types(#"count posts filter: {state: "draft"} # 12"#)
    try await prompt.waits("colours") { $0.looks(of: "# 12")?.first == "0;90" }
    let screen = prompt.screen
    #expect(screen.looks(of: "count") == Array(repeating: "0;36;1", count: 5))
    #expect(screen.looks(of: "posts") == Array(repeating: "", count: 5))
    #expect(screen.looks(of: "filter:")?.first == "0;36")
    #expect(screen.looks(of: #""draft""#)?.first == "0;32")
    try prompt.types("\u{15}coutn posts | wher nope\u{1}")
    try await prompt.waits("marks") { $0.looks(of: "nope")?.last == "0;31;4" }
    #expect(prompt.screen.looks(of: "coutn")?.first == "0;31;4")
    #expect(prompt.screen.looks(of: "wher")?.first == "0;31;4")
    try await prompt.sees(cursorAt: "embedded:blog> ".count)
    try prompt.types("\u{B}print ((1 + 2)")
    try await prompt.waits("the partner") { $0.looks(of: "((1 + 2)").map { $0[1] == "0;7" && $0[7] == "0;7" } ?? false }
  }

  @Test(arguments: [["--color", "never"], []]) func noColoursAreShownWhenTurnedOff(_ arguments: [String]) async throws {
    let prompt = try await PromptTerminal.onBlog(
      arguments, environment: arguments.isEmpty ? ["NO_COLOR": "1"] : [:])
    try prompt.types("count nope")
    try await prompt.sees("> count nope")
    #expect(prompt.screen.cells.allSatisfy { $0.allSatisfy { $0.look.isEmpty } })
  }

  /// The screen shows the same text with and without colours.
  @Test(arguments: [
    "print \"" + String(repeating: "0123456789", count: 5) + "\"", "print \"日本語日本語日本語日本語日本語日本語\"",
    "print \"e\u{301}e\u{301} 😀😀😀 " + String(repeating: "x", count: 40) + "\"",
    "print 123456789012345678901234567890", "1\u{1}print 2 + \u{5} + 3", "a b c\u{1B}b\u{1B}b\u{17}x",
    "print 1\u{1}\u{6}\u{6}\u{B}\u{19}",
    "\u{1B}[200~if true do\r  print 1\rend\u{1B}[201~", "first\u{12}fi", "\u{16}\u{1}x \u{16}\ty",
    String(repeating: "(", count: 37), String(repeating: "ab ", count: 26),
  ])
  func coloursMoveNothing(_ keys: String) async throws {
    let plain = try await typed(keys, colour: "never")
    try await plain.settles()
    let wanted = plain.screen
    let coloured = try await typed(keys, colour: "always")
    // The prompt draws the line again after the last key. The cursor reaches its column a moment later.
    try await coloured.waits("the same screen") { screen in
      screen.lines == wanted.lines && screen.cursor.row == wanted.cursor.row
        && screen.cursor.column == wanted.cursor.column
    }
    #expect(coloured.screen.strangers.isEmpty)
  }

  /// Starts a prompt, runs a first statement, and types keys.
  ///
  /// The last key is Left Arrow, which moves the cursor one character to the left.
  private func typed(_ keys: String, colour: String) async throws -> PromptTerminal {
    let prompt = try await PromptTerminal.onBlog(["--color", colour], columns: 40, rows: 24)
    try await prompt.enters("print \"first\"")
    try prompt.types(keys + "\u{1B}[D")
    try prompt.types("\u{0}")
    return prompt
  }

  @Test func thePromptNamesTheOpenBlock() async throws {
    let prompt = try await PromptTerminal.onBlog()
    try await prompt.enters("for post in stream posts | take 1 do")
    #expect(prompt.lines.last == "for post ...>")
    try await prompt.sees(cursorAt: "for post ...>   ".count)
    try await prompt.enters("if true do")
    #expect(prompt.lines.last == "if ...>")
    try await prompt.sees(cursorAt: "if ...>     ".count)
    try await prompt.enters("print post.id")
    try await prompt.enters("else")
    #expect(prompt.lines.first == "if ...>   else")
    try await prompt.enters("print 0")
    try await prompt.enters("end")
    #expect(prompt.lines == ["if ...>   end", "for post ...>"])
    try await prompt.enters("end")
    #expect(prompt.lines == ["for post ...> end", "1", "embedded:blog>"])
    try await prompt.enters("let x = [")
    #expect(prompt.lines.last == "[ ...>")
    try await prompt.enters("1]; x |")
    #expect(prompt.lines.last == "| ...>")
    try await prompt.enters("count")
    #expect(prompt.lines == ["| ...>   count", "1", "embedded:blog>"])
  }

  @Test func ctrlDDropsAnOpenBlock() async throws {
    let prompt = try await PromptTerminal.onBlog()
    try await prompt.enters("if true do")
    try prompt.types("\u{4}")
    try await prompt.sees("note: the incomplete statement is dropped; Ctrl-D again exits")
    try await prompt.enters("1 + 1")
    #expect(prompt.lines.contains("2"))
    try prompt.types("\u{4}")
    #expect(try await prompt.ended() == 0)
  }

  /// A terminal without bracketed paste sends a paste line by line; after an error in a block, its rest does not run.
  @Test(arguments: [
    "if 1 == 2 do\rprint \"oops\rprint \"ran\"\rend\r", "if 1 == 2\rprint \"ran\"\rend\r",
    "while true do print \"oops\rprint \"ran\"\rend\r", "for x in [1, 2) do\rprint \"ran\"\rend\r",
  ]) func theRestOfABlockWithAnErrorDoesNotRun(_ keys: String) async throws {
    let prompt = try PromptTerminal(environment: ["TERM": "dumb"])
    try await prompt.sees("> ")
    try prompt.types(keys)
    try await prompt.sees(" after the statement w")
    try prompt.types("1 + 1\r")
    try await prompt.sees("2")
    #expect(!prompt.lines.contains("ran"))
  }

  @Test func aFailedStatementKeepsTheNextLines() async throws {
    let prompt = try await PromptTerminal.onBlog()
    try prompt.types("fail \"no\"\rcount nope\rprint 6 * 7\r")
    try await prompt.sees("42")
  }

  @Test func theRestOfAFileWithAnErrorDoesNotRun() async throws {
    let script = "if 1 == 2 do\nprint \"oops\nprint \"ran\"\nend\n"
    let prompt = try PromptTerminal(
      ["-c", "retort=$1; \"$retort\" - < f; echo status $?", "sh", PromptTerminal.program],
      files: ["f": script], program: "/bin/sh")
    try await prompt.sees("status 2")
    #expect(!prompt.lines.contains("ran"))
  }

  @Test func aPasteIsReadAsAFile() async throws {
    let prompt = try await PromptTerminal.onBlog()
    try prompt.pastes("stream posts\n  | take 1\n  # a comment\n  | select .id\nprint \"done\"\n")
    try prompt.types("\r")
    try await prompt.waits("both results") { screen in
      screen.lines.contains("done") && screen.lines.contains("1") && screen.lines[screen.cursor.row].hasSuffix(">")
    }
  }

  @Test func aPasteThatDestroysIsAskedAbout() async throws {
    let prompt = try await PromptTerminal.onBlog()
    try await prompt.enters(
      #"let c = connect "embedded:blog" name: "prod" guard: "confirm"; let p = client queue: "posts" on: c"#)
    try prompt.pastes("destroy p 1\ncount p\n")
    try prompt.types("\r")
    try await prompt.sees("resources on a guarded connection; run the text? yes")
    try prompt.types("no\r")
    try await prompt.sees("note: the text was not run")
    try await prompt.enters("count p")
    #expect(prompt.lines.contains("1000"))
  }

  @Test func anEditorOpensTheStatement() async throws {
    let editor = "sed -i s/old/new/"
    let prompt = try await PromptTerminal.onBlog(environment: ["EDITOR": editor])
    try prompt.types("print \"old\"\u{18}\u{5}")
    try await prompt.waits("the output") { $0.lines.contains("new") && $0.lines[$0.cursor.row].hasSuffix(">") }
    try await prompt.enters("print \"an old one\"")
    try await prompt.enters("edit")
    #expect(prompt.lines.contains("an new one") || prompt.lines.contains("a new one"))
  }

  @Test(arguments: ["edit", "trust", "edit posts"]) func aFileHasNoWordsOfThePrompt(_ statement: String) async {
    let ran = await Ran.retort("-c", statement)
    #expect(ran.status == 2 && ran.notes.contains("` is a command of the prompt\n"))
    let own = await Ran.retort("-c", "def edit() do print 1 end\nedit")
    #expect(own.output == "1\n")
  }
}
