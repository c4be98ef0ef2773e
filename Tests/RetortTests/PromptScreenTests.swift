import Foundation
import Testing

/// Tests of the prompt's screen around other programs: the fresh line of the prompt, the pager, and Ctrl-Z.
@Suite(.serialized) struct PromptScreenTests {
  /// The prompt begins on a new line, and does not overwrite earlier text.
  @Test func thePromptBeginsOnAFreshLine() async throws {
    let prompt = try await PromptTerminal.onBlog(["--allow-sh"])
    try await prompt.enters(#"[1] | sh "cat; printf abc""#)
    #expect(prompt.lines.suffix(2) == ["abc", "embedded:blog>"])
    try prompt.types("print 5")
    try await prompt.sees("embedded:blog> print 5")
    #expect(prompt.lines.suffix(2) == ["abc", "embedded:blog> print 5"])
    try prompt.types("\u{15}watch 1s do print \"round\" end\r")
    try await prompt.waits("the first round") { $0.lines.contains("round") }
    try prompt.types("\u{3}")
    try await prompt.waits("a prompt") { $0.lines[$0.cursor.row] == "embedded:blog>" }
    try prompt.types("print 6")
    try await prompt.sees("embedded:blog> print 6")
    #expect(prompt.lines.contains("^C"))
  }

  @Test(arguments: ["dumb", "no-such-terminal", ""]) func aTerminalWithoutACursorGetsPlainText(_ type: String)
    async throws
  {
    let prompt = try PromptTerminal(rows: 60, environment: ["TERM": type])
    try await prompt.sees("> ")
    for statement in ["count nope", "watch 1s do print 40 + 2; break end", "for n in 1..30 do print n end"] {
      try prompt.types(statement + "\r")
    }
    try await prompt.waits("the last number") { $0.lines.contains("30") }
    #expect(prompt.lines.contains("42"))
    #expect(prompt.escapes == 0)
  }

  @Test(arguments: ["false", "exit 3", "no-such-pager"]) func aPagerThatFailsHidesNothing(_ pager: String) async throws
  {
    let prompt = try await PromptTerminal.onBlog(rows: 12, environment: ["RETORT_PAGER": pager])
    for statement in ["stream posts | take 30", "stream posts | take 90"] {
      try await prompt.enters(statement)
      try await prompt.sees("note: the pager ")
      let last = statement.hasSuffix("30") ? "Post 30" : "Post 90"
      #expect(prompt.lines.contains { $0.contains(last) }, "\(prompt.lines)")
    }
  }

  @Test func ctrlZDoesNotStopTheProgramUnderThePager() async throws {
    let prompt = try await PromptTerminal.onBlog(
      rows: 12, environment: ["RETORT_PAGER": "cat; echo shown; read answer < /dev/tty; echo \"got $answer\""])
    try prompt.types("stream posts | take 30\r")
    try await prompt.sees("shown")
    try prompt.types("\u{1A}x\r")
    try await prompt.sees("got \u{1A}x")
    try await prompt.enters("1 + 1")
    #expect(prompt.lines.contains("2"))
  }

  /// Starts a shell with job control, in which the test starts the program.
  private func shell(_ statements: String) async throws -> PromptTerminal {
    let prompt = try PromptTerminal(
      ["--norc", "-i"], environment: ["PS1": "$ ", "RETORT": PromptTerminal.program], files: ["f.retort": statements],
      program: "/bin/bash")
    try await prompt.sees("$ ")
    try prompt.types("\"$RETORT\" f.retort\r")
    return prompt
  }

  @Test func aPasswordStaysHiddenAfterCtrlZ() async throws {
    let prompt = try await shell(#"connect "amqp://me@127.0.0.1:1/""#)
    try await prompt.sees("password of me at 127.0.0.1:")
    try prompt.types("\u{1A}")
    try await prompt.sees("Stopped")
    try prompt.types("echo shell\r")
    try await prompt.waits("the shell's echo") { $0.lines.contains("$ echo shell") && $0.lines.contains("shell") }
    try prompt.types("fg\r")
    try await prompt.waits("the question again") { screen in
      screen.lines.count { $0 == "password of me at 127.0.0.1:" } == 2
    }
    try prompt.types("hidden-word\r")
    try await prompt.sees("error[connection]")
    #expect(!prompt.lines.contains { $0.contains("hidden") })
  }

  @Test func aQuestionIsAskedAgainAfterCtrlZ() async throws {
    let prompt = try await shell(
      """
      connect "embedded:blog"
      let posts = client queue: "posts"
      destroy-all posts filter: {state: "spam"}
      """)
    try await prompt.sees("type 250 to continue:")
    try prompt.types("25\u{1A}")
    try await prompt.sees("Stopped")
    try prompt.types("fg\r")
    try await prompt.waits("the question again") { $0.lines[$0.cursor.row] == "type 250 to continue:" }
    try prompt.types("250\r")
    try await prompt.waits("the number of destroyed posts") { $0.lines.contains("250") }
  }

  @Test func aHistoryThatCannotBeWrittenIsNoted() async throws {
    let prompt = try PromptTerminal(columns: 120, environment: ["XDG_STATE_HOME": "/proc/none"])
    try await prompt.sees("note: can't store the history in /proc/none/retort/history")
    try await prompt.enters("6 * 7")
    #expect(prompt.lines.contains("42"))
    try prompt.types("\u{1B}[A")
    try await prompt.sees("> 6 * 7")
  }
}
