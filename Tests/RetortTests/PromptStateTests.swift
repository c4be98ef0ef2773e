import Testing

/// Tests of the prompt's text, which names the connections, and of the files that run before the first line.
@Suite(.serialized) struct PromptStateTests {
  @Test func itShowsTheConnection() async throws {
    let prompt = try PromptTerminal()
    try await prompt.sees("> ")
    try await prompt.enters("connect \"embedded:blog\"")
    #expect(prompt.lines.last == "embedded:blog>")
    try await prompt.enters(#"let p = connect "embedded:blog" name: "live" env: "production""#)
    #expect(prompt.lines.last == "live (production, 2 connections)>")
    #expect(prompt.screen.looks(of: "live (production")?.first == "31;1")
    try await prompt.enters(#"connect "embedded:blog" name: "b""#)
    #expect(prompt.lines.last == "b (3 connections)>")
    #expect(prompt.screen.looks(of: "b (3 connections)")?.first == "31;1")
    try await prompt.enters(#"disconnect (connect "embedded:blog" name: "b")"#)
    #expect(prompt.lines.last == "live (production, 2 connections)>")
    try await prompt.enters("clients | select .connection .state")
    #expect(prompt.lines.contains("live embedded:blog  up"))
    try await prompt.enters("disconnect p")
    #expect(prompt.lines.last == "embedded:blog>")
  }

  @Test func aDroppedStatementIsNoted() async throws {
    let prompt = try PromptTerminal()
    try await prompt.sees("> ")
    try prompt.types("for x in 1..2 do\r")
    try await prompt.sees("for x ...>")
    try prompt.types("\u{3}")
    try await prompt.sees("note: the incomplete statement is dropped")
  }

  @Test(arguments: ["times", "throttle", "set"]) func helpBreaksNoWord(_ topic: String) async throws {
    let page = await Ran.retort("help", topic).output
    let prompt = try PromptTerminal(columns: 60, rows: 60, environment: ["RETORT_PAGER": ""])
    try await prompt.sees("> ")
    try await prompt.enters("help \(topic)")
    let words = Set(prompt.lines.flatMap { $0.split(separator: " ") })
    let broken = page.split { $0 == " " || $0 == "\n" }.filter { $0.count < 50 && !words.contains($0) }
    #expect(broken.isEmpty)
  }

  @Test func errorsFitTheTerminal() async throws {
    let prompt = try PromptTerminal(columns: 60, rows: 60)
    try await prompt.sees("> ")
    try await prompt.enters("nosuch \"" + String(repeating: "a", count: 200) + "\"")
    let excerpt = try #require(prompt.lines.firstIndex { $0.hasPrefix("1 | ") })
    #expect(prompt.lines[excerpt].hasSuffix("...") && prompt.lines[excerpt].count <= 60)
    #expect(prompt.lines[excerpt + 1].hasPrefix("  | ^^^^^^") && prompt.lines[excerpt + 2].hasPrefix("  = "))
    try await prompt.enters("update 1 2 3 4 5 \"" + String(repeating: "b", count: 200) + "\"")
    #expect(prompt.lines.filter { $0.hasPrefix("  | ") }.allSatisfy { $0.count <= 60 })
    #expect(prompt.lines.contains { $0.hasPrefix("    ") && $0.contains("dry-run:") })
  }

  /// A signal during a statement ends the statement and the prompt.
  @Test(arguments: [("TERM", Int32(143)), ("HUP", 129)])
  func aSignalDuringAStatementEndsThePrompt(_ signal: String, _ status: Int32) async throws {
    let prompt = try PromptTerminal(["--allow-sh"])
    try await prompt.sees("> ")
    try prompt.types("[1] | sh \"kill -\(signal) $PPID; sleep 30\"\r")
    #expect(try await prompt.ended() == status)
  }

  @Test func aWatchEndsAtCtrlCWithoutAnError() async throws {
    let prompt = try PromptTerminal()
    try await prompt.sees("> ")
    try prompt.types("watch 1s do print \"round\" end\r")
    try await prompt.waits("the first round") { $0.lines.contains("round") }
    try prompt.types("\u{3}")
    try await prompt.enters("1 + 1")
    #expect(prompt.lines.contains("2") && !prompt.lines.contains { $0.contains("interrupted") })
  }

  @Test func aHostileNameChangesNothing() async throws {
    let prompt = try PromptTerminal(["--color", "never"])
    try await prompt.sees("> ")
    try prompt.types(#"connect "embedded:blog" name: "a\u001b[2J\u202e\n""# + "\r")
    try await prompt.sees(#"a\u{1b}[2J\u{202e}\u{a}> "#)
    #expect(prompt.screen.strangers.isEmpty)
  }

  @Test func itRunsThePersonsFile() async throws {
    let rc = [".config/retort/rc.retort": "def blog() do connect \"embedded:blog\" end\nlet limit = 7\n"]
    let prompt = try PromptTerminal(files: rc)
    try await prompt.sees("> ")
    try await prompt.enters("blog; limit")
    #expect(prompt.lines.contains("7") && prompt.lines.last == "embedded:blog>")
    let bare = try PromptTerminal(["--no-rc"], files: rc)
    try await bare.sees("> ")
    try await bare.enters("limit")
    #expect(bare.lines.contains { $0.contains("unknown name limit") || $0.contains("unknown command limit") })
  }

  @Test func itRunsADirectorysFileOnlyWhereItsTextIsTrusted() async throws {
    let prompt = try PromptTerminal(files: [".retortrc": "let here = 41 + 1\n"])
    try await prompt.sees("./.retortrc is not trusted and was not run")
    try await prompt.enters("trust")
    try await prompt.enters("here")
    #expect(prompt.lines.contains("42"))
    let again = try PromptTerminal(in: prompt.directory)
    try await again.sees("> ")
    try await again.enters("here")
    #expect(again.lines.contains("42"))
    let changed = try PromptTerminal(files: [".retortrc": "let here = 43\n"], in: prompt.directory)
    try await changed.sees("./.retortrc is not trusted and was not run")
    withExtendedLifetime(prompt) {}
  }

  @Test func saveFollowsSourceStatements() async throws {
    let prompt = try PromptTerminal(
      columns: 120, rows: 40,
      files: ["a/one.retort": "let one = 1\n", "half.retort": "let two = 2\nfail \"no\"\n"])
    try await prompt.sees("> ")
    for statement in [#"source "a/one.retort""#, "print one", #"save "a/saved.retort""#] {
      try await prompt.enters(statement)
    }
    try await prompt.enters(#"read "a/saved.retort" as: "txt" | print"#)
    #expect(prompt.lines.suffix(3) == [#"source "one.retort""#, "print one", ">"])
    try await prompt.enters(#"save "b.retort" last: 2"#)
    try await prompt.enters(#"read "b.retort" as: "txt" | print"#)
    #expect(prompt.lines.contains(#"source "a/one.retort""#))
    try await prompt.enters(#"save "a/one.retort" replace: true"#)
    #expect(prompt.lines.contains { $0.contains("reads a/one.retort, so a/one.retort can't contain this statement") })
    try await prompt.enters(#"source "half.retort""#)
    try await prompt.enters("print two")
    try await prompt.enters("print 3")
    try await prompt.enters(#"save "c.retort""#)
    #expect(prompt.lines.contains { $0.hasSuffix("unknown name two, in the statement print two") })
    #expect(prompt.lines.contains(#"  = to save only the statements after it: save "c.retort" last: 1"#))
  }

  /// The history has a mask in place of a secret, and the recalled statement does not run with the mask.
  @Test func aRecalledStatementDoesNotSendAMask() async throws {
    let prompt = try PromptTerminal(["--color", "never"], columns: 120)
    try await prompt.sees("> ")
    try await prompt.enters(#"let login = {password: "hunter2"}"#)
    try prompt.types("\u{1B}[A")
    try await prompt.sees(#"> let login = {password: "***"}"#)
    try prompt.types("\r")
    try await prompt.sees("error: *** stands for a secret that the history does not store")
    try await prompt.enters("length(login.password)")
    #expect(prompt.lines.contains("7"))
  }

  @Test func aMissingPasswordIsAskedForAndNotShown() async throws {
    let prompt = try PromptTerminal(columns: 120)
    try await prompt.sees("> ")
    try prompt.types("connect \"amqp://me@127.0.0.1:1/\"\r")
    try await prompt.sees("password of me at 127.0.0.1:")
    try prompt.types("hidden-word\r")
    try await prompt.sees("error[connection]")
    try await prompt.enters("1 + 1")
    #expect(prompt.lines.contains("2"))
    #expect(!prompt.screen.lines.contains { $0.contains("hidden") })
  }
}
