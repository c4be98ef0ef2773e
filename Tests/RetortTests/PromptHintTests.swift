import Testing

/// Tests of the grey text after the cursor, which shows missing arguments, and of the help for the word at the cursor.
@Suite(.serialized) struct PromptHintTests {
  private static let clear = "\u{1}\u{B}"

  @Test func theArgumentsAreShownAfterTheCursor() async throws {
    let prompt = try await PromptTerminal.onBlog(columns: 100)
    try prompt.types("show ")
    try await prompt.sees("embedded:blog> show CLIENT ID [include: fields: meta: timeout:")
    #expect(prompt.screen.looks(of: "CLIENT ID")?.first == "0;90")
    try await prompt.sees(cursorAt: "embedded:blog> show ".count)
    try prompt.types("posts ")
    try await prompt.sees("> show posts ID [include:")
    try prompt.types("12")
    try await prompt.sees("> show posts 12 [include: fields:")
    try prompt.types(" include: \"author\" ")
    try await prompt.sees("> show posts 12 include: \"author\" [fields: meta:")
    try prompt.types("\r")
    try await prompt.waits("the prompt after the resource") { screen in
      screen.lines.contains { $0.hasPrefix("inserted-at") } && screen.lines[screen.cursor.row].hasSuffix(">")
    }
    #expect(!prompt.lines.contains { $0.contains("[fields:") })
    try prompt.types("stream posts | take ")
    try await prompt.sees("> stream posts | take N")
    try prompt.types(Self.clear)
    try await prompt.waits("no hint") { $0.lines.last { !$0.isEmpty } == "embedded:blog>" }
  }

  @Test func aHintNeverWraps() async throws {
    let prompt = try await PromptTerminal.onBlog(columns: 40)
    try prompt.types("create posts {text: \"a\"} ")
    try await prompt.sees("> create posts {text: \"a\"}")
    try prompt.types("\u{3}")
    try await prompt.waits("the next prompt") { $0.lines.last { !$0.isEmpty } == "embedded:blog>" }
    #expect(prompt.lines.contains("^C"))
  }

  @Test func noHintIsShownWithoutColours() async throws {
    let prompt = try await PromptTerminal.onBlog(["--color", "never"])
    try prompt.types("show posts ")
    try await prompt.settles()
    #expect(prompt.lines.last == "embedded:blog> show posts")
  }

  @Test(arguments: ["\u{1B}OP", "\u{1B}[11~", "\u{1B}h"]) func aKeyShowsTheHelpOfTheWord(_ key: String) async throws {
    let prompt = try await PromptTerminal.onBlog(["--color", "never"], columns: 100, rows: 40)
    try prompt.types("stream posts filter:" + key)
    try await prompt.sees("Values are sent as text. A list matches")
    try await prompt.waits("the line again") { $0.lines.last { !$0.isEmpty } == "embedded:blog> stream posts filter:" }
    try prompt.types(Self.clear + "count posts 1" + key)
    try await prompt.sees("count CLIENT [filter:")
    try prompt.types(Self.clear + "zzz" + key)
    try await prompt.settles()
  }
}
