import Foundation
import Testing

/// Tests of completion with Tab at the real prompt: a test types keys and inspects the screen.
@Suite(.serialized, .timeLimit(.minutes(15))) struct PromptCompletionTests {
  private static let clear = "\u{15}"

  @Test func tabCompletesLearnedNames() async throws {
    let prompt = try await PromptTerminal.onBlog()
    try await prompt.enters("let some = index posts include: \"author,tags\" page: {size: 20}")
    for (typed, shown) in [
      ("cou\t", "> count"), ("stream posts | wh\t.vi\t", "> stream posts | where .views"),
      ("show posts 1 include: \"au\t.po\t", "> show posts 1 include: \"author.posts"),
      ("count posts fil\t{sta\t\"dr\t}", "> count posts filter: {state: \"draft\"}"),
      ("create posts {te\t\"a\", au\t{ty\t\"au\t", "> create posts {text: \"a\", author: {type: \"authors\""),
      ("let c = client qu\t\"ta\t", "> let c = client queue: \"tags\""),
      ("connect \"embedded:b\t", "> connect \"embedded:blog\""),
      ("for post in stream posts do pr\tpost.sta\t", "> for post in stream posts do print post.state"),
    ] {
      try prompt.types(typed)
      try await prompt.sees(shown)
      try prompt.types(Self.clear)
      try await prompt.waits("an empty line") { $0.lines.last { !$0.isEmpty }?.hasSuffix(">") ?? false }
    }
  }

  @Test func tabCompletesInTheMiddleAndInABlock() async throws {
    let prompt = try await PromptTerminal.onBlog()
    try await prompt.enters("let post = show posts 12")
    try prompt.types("print post. + 1\u{1B}b\u{1B}b\u{6}\u{6}\u{6}\u{6}\u{6}vi\t")
    try await prompt.sees("> print post.views + 1")
    try prompt.types(Self.clear + "\u{B}for p in stream posts do\r")
    try await prompt.sees("...")
    try prompt.types("pri\tp.vi\t")
    try await prompt.sees("print p.views")
  }

  @Test func twoTabsListWithNotes() async throws {
    let prompt = try await PromptTerminal.onBlog()
    try prompt.types("count posts \t\t")
    try await prompt.sees("filter:   the values that a resource must have, such as {state: \"draft\", aut...")
    try await prompt.sees("timeout:  how long retort waits for a reply, such as 10s, or \"never\"")
    try await prompt.sees("> count posts")
  }

  @Test func theLearnedSchemaOutlivesTheProgram() async throws {
    let state = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: state) }
    let environment = ["XDG_STATE_HOME": state]
    let first = try await PromptTerminal.onBlog(environment: environment)
    try await first.enters("let post = show posts 12 include: \"author\"")
    try first.types("exit\r")
    #expect(try await first.ended() == 0)
    let file = state + "/retort/schema/embedded%3ablog/posts.json"
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let second = try await PromptTerminal.onBlog(environment: environment)
    try second.types("show posts 1 include: \"au\t")
    try await second.sees("> show posts 1 include: \"author")
    try second.types(Self.clear)
    try await second.enters("forget")
    try second.types("show posts 1 include: \"au\t\"")
    try await second.sees("> show posts 1 include: \"au\"")
    #expect(!FileManager.default.fileExists(atPath: file))
  }

  @Test func aTemplateIsPutOnTheNextLine() async throws {
    let prompt = try await PromptTerminal.onBlog()
    try await prompt.enters("let author = show authors 1")
    try prompt.types("template authors\r")
    try await prompt.sees("> create authors {name: ")
  }

  @Test func theHistoryOfADirectoryIsItsOwn() async throws {
    let state = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: state) }
    let environment = ["XDG_STATE_HOME": state]
    let first = try PromptTerminal(environment: environment)
    try await first.sees("> ")
    try await first.enters("print \"there\"")
    try first.types("exit\r")
    #expect(try await first.ended() == 0)
    let second = try PromptTerminal(environment: environment)
    try await second.sees("> ")
    try await second.enters("print \"here\"")
    try await second.enters("set history: \"directory\"")
    try second.types("\u{1B}[A\u{1B}[A")
    try await second.sees("> print \"here\"")
    try second.types("\u{1B}[A" + Self.clear)
    try await second.enters(" set history: \"all\"")
    try second.types("\u{1B}[A\u{1B}[A\u{1B}[A\u{1B}[A")
    try await second.sees("> print \"there\"")
  }
}
