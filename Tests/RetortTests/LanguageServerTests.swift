import Foundation
import JSONText
import Testing

/// Tests of the language server `retort lsp` with a simulated editor.
@Suite(.timeLimit(.minutes(15))) struct LanguageServerTests {
  private static let script = """
    connect "embedded:blog"
    let posts = client queue: "posts"
    def publish(post, state: "published") do
      update posts post.id {state: state}
    end
    for post in stream posts filter: {state: "draft"} | collect do
      publish post
    end
    destroy-all posts filter: {state: "spam"}
    print coutn

    """

  private func opened() async throws -> EditorClient {
    let editor = try EditorClient()
    let reply = try await editor.ask("initialize", ["capabilities": [:], "processId": nil, "rootUri": nil])
    let capabilities = reply["result"]?["capabilities"]
    for provider in ["hoverProvider", "definitionProvider", "documentFormattingProvider", "documentSymbolProvider"] {
      #expect(capabilities?[provider] == true)
    }
    #expect(capabilities?["completionProvider"] != nil && capabilities?["positionEncoding"] == "utf-16")
    try editor.notify("initialized", [:])
    return editor
  }

  private func labels(_ completion: JSONValue) -> [String] {
    completion["items"]?.arrayValue?.compactMap { $0["label"]?.stringValue } ?? []
  }

  /// While the user types an incomplete statement, the outline still contains the complete statements.
  @Test(arguments: ["print (", "stream posts | where .state ==", "let x = \"a", "for x in 1..3 do"])
  func theOutlineRemainsDuringTyping(_ typed: String) async throws {
    let editor = try await opened()
    let uri = "untitled:outline"
    _ = try await editor.open(uri, Self.script + typed)
    let symbols = try await editor.ask("textDocument/documentSymbol", ["textDocument": ["uri": .string(uri)]])
    #expect(symbols["result"]?.arrayValue?.compactMap { $0["detail"]?.stringValue } == ["def", "changes", "destroys"])
  }

  @Test func aSessionOfAnEditor() async throws {
    let editor = try await opened()
    let uri = "file:///tmp/script.retort"
    let findings = try await editor.open(uri, Self.script)
    #expect(findings.map { $0["severity"] } == [1])
    #expect(findings.first?["message"]?.stringValue?.contains("unknown name coutn") ?? false)
    #expect(
      findings.first?["range"]
        == ["start": ["line": 9, "character": 6], "end": ["line": 9, "character": 11]])

    let symbols = try await editor.ask("textDocument/documentSymbol", ["textDocument": ["uri": .string(uri)]])
    let outline = symbols["result"]?.arrayValue?.map {
      "\($0["detail"]?.stringValue ?? "") \($0["name"]?.stringValue ?? "")"
    }
    #expect(
      outline == [
        "def publish", "changes update posts post.id {state: state}",
        #"destroys destroy-all posts filter: {state: "spam"}"#,
      ])

    #expect(labels(try await editor.result("completion", uri, 9, 0)).contains("publish"))
    #expect(!labels(try await editor.result("completion", uri, 9, 0)).contains("template"))
    let clients = labels(try await editor.result("completion", uri, 8, 14))
    #expect(clients == ["posts"])
    let include = try await editor.result("completion", uri, 8, 18)
    #expect(labels(include).contains("max:"))

    let help = try await editor.result("hover", uri, 8, 3)
    #expect(help["contents"]?["value"]?.stringValue?.hasPrefix("```text\ndestroy-all CLIENT filter:") ?? false)
    let name = try await editor.result("hover", uri, 8, 13)
    #expect(name["contents"]?["value"]?.stringValue?.contains("let posts = client queue: \"posts\"") ?? false)

    func line(_ place: JSONValue) -> JSONValue? { place["range"]?["start"]?["line"] }
    #expect(line(try await editor.result("definition", uri, 6, 4)) == 2)
    #expect(line(try await editor.result("definition", uri, 6, 11)) == 5)
    #expect(line(try await editor.result("definition", uri, 3, 11)) == 1)
    #expect(line(try await editor.result("definition", uri, 3, 16)) == 2)
    #expect(try await editor.result("definition", uri, 0, 3) == .null)

    let fixed = try await editor.change(
      uri, [["range": ["start": ["line": 9, "character": 6], "end": ["line": 9, "character": 11]], "text": "  1"]])
    #expect(fixed.isEmpty)
    let edits = try await editor.ask(
      "textDocument/formatting", ["textDocument": ["uri": .string(uri)], "options": [:]])
    let text = edits["result"]?.arrayValue?.first?["newText"]?.stringValue
    #expect(text == Self.script.replacing("coutn", with: "1"))

    #expect(try await editor.ask("shutdown")["result"] == .null)
    #expect(try await editor.ask("textDocument/hover")["error"]?["code"] == -32600)
    try editor.notify("exit", [:])
    #expect(try await editor.ended() == 0)
  }

  @Test func otherFilesAreFollowed() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    let library = folder.appending(path: "my lib.retort")
    try "# a library\ndef twice(n) do return n * 2 end\n".write(to: library, atomically: true, encoding: .utf8)
    let editor = try await opened()
    let uri = folder.appending(path: "main.retort").absoluteString
    #expect(try await editor.open(uri, "source \"my lib.retort\"\nprint twice(2)\n").isEmpty)
    let place = try await editor.result("definition", uri, 1, 8)
    #expect(place["uri"] == .string(library.absoluteString) && place["range"]?["start"]?["line"] == 1)
    #expect(try await editor.result("definition", uri, 0, 10)["uri"] == .string(library.absoluteString))
    try "def twice(n) do return m end\n".write(to: library, atomically: true, encoding: .utf8)
    let findings = try await editor.change(uri, [["text": "source \"my lib.retort\"\nprint twice(3)\n"]])
    #expect(findings.first?["range"]?["start"]?["line"] == 0)
    #expect(findings.first?["message"]?.stringValue?.contains("my lib.retort:1:") ?? false)
    // The server reports an error in "my lib.retort" at the `source` statement that reads this file, directly or
    // through outer.retort. The first statement reads lib.retort, a different file whose name has the same ending.
    try "print 1\n".write(to: folder.appending(path: "lib.retort"), atomically: true, encoding: .utf8)
    try "source \"my lib.retort\"\n".write(
      to: folder.appending(path: "outer.retort"), atomically: true, encoding: .utf8)
    for file in ["my lib.retort", "outer.retort"] {
      let text = "source \"lib.retort\"\nsource \"\(file)\"\n"
      let again = try await editor.change(uri, [["text": .string(text)]])
      #expect(again.first?["range"]?["start"] == ["line": 1, "character": 7])
    }
    try editor.notify("exit", [:])
    #expect(try await editor.ended() == 1)
  }

  @Test func positionsCountUTF16() async throws {
    let editor = try await opened()
    let uri = "file:///x.retort"
    let findings = try await editor.open(uri, "let e = \"é😀\"; prnt e\r\nprint e\n")
    #expect(findings.first?["range"]?["start"]?["character"] == 15)
    _ = try await editor.change(
      uri,
      [["range": ["start": ["line": 0, "character": 15], "end": ["line": 0, "character": 19]], "text": "print"]])
    let place = try await editor.result("definition", uri, 1, 6)
    #expect(place["range"]?["start"] == ["line": 0, "character": 4])
    _ = try await editor.ask("shutdown")
    try editor.notify("exit", [:])
    #expect(try await editor.ended() == 0)
  }

  @Test func brokenMessagesEndNothing() async throws {
    let editor = try EditorClient()
    #expect(try await editor.ask("textDocument/hover")["error"]?["code"] == -32002)
    for piece in [
      "Content-Length: 5\r\n\r\n{]]]]", "Content-Length: x\r\n\r\n", "nonsense\r\n\r\n", "Content-Length: 2\r\n\r\n[]",
      "Content-Length: 4\r\n\r\nnull", "Content-Length: -1\r\n\r\n", "Content-Length: 0\r\n\r\n",
      "Content-Length: 8\r\n\r\n\u{FF}\u{FE}{}()",
    ] {
      try editor.send(raw: Array(piece.utf8))
      let reply = try await editor.receive()
      #expect(reply["error"]?["code"] == -32700 || reply["error"]?["code"] == -32600, "\(piece)")
    }
    #expect(try await editor.ask("initialize")["result"]?["serverInfo"]?["name"] == "retort")
    for params: JSONValue in [
      nil, [], [:], ["textDocument": nil], ["textDocument": ["uri": 1]], ["textDocument": ["uri": "file:///no"]],
    ] {
      for method in ["didOpen", "didChange", "didClose", "didSave"] {
        try editor.notify("textDocument/" + method, params)
      }
      for method in ["hover", "completion", "definition", "formatting", "documentSymbol"] {
        #expect(try await editor.ask("textDocument/" + method, params)["error"]?["code"] == -32602)
      }
    }
    let uri = "untitled:one"
    _ = try await editor.open(uri, "print 1\n")
    for position: JSONValue in [nil, [:], ["line": -1, "character": 0], ["line": "a", "character": 0]] {
      let reply = try await editor.ask(
        "textDocument/hover", ["textDocument": ["uri": .string(uri)], "position": position])
      #expect(reply["error"]?["code"] == -32602)
    }
    _ = try await editor.result("completion", uri, 99, 99)
    _ = try await editor.change(uri, [["text": 1], ["range": ["start": nil], "text": "x"], [:], ["text": "let x = "]])
    #expect(try await editor.ask("no/method")["error"]?["code"] == -32601)
    try editor.notify("$/cancelRequest", ["id": 1])
    #expect(try await editor.ask("shutdown")["error"] == nil)
    #expect(try await editor.ended() == 1)
  }

  /// The server answers each request at the end of every incomplete text, as if the user types a script.
  @Test func anUnfinishedTextIsAnswered() async throws {
    let editor = try await opened()
    let uri = "file:///typed.retort"
    _ = try await editor.open(uri, "")
    var text = ""
    for character in Self.script.prefix(220) {
      text.append(character)
      _ = try await editor.change(uri, [["text": .string(text)]])
      let line = text.split(separator: "\n", omittingEmptySubsequences: false)
      for method in ["completion", "hover", "definition"] {
        _ = try await editor.result(method, uri, line.count - 1, line.last?.utf16.count ?? 0)
      }
    }
    #expect(try await editor.ask("shutdown")["error"] == nil)
  }

  /// The server answers requests about a text of 2,000 lines.
  ///
  /// This test measures neither the time nor the number of instructions.
  @Test func aLongTextIsAnswered() async throws {
    let editor = try await opened()
    let uri = "file:///long.retort"
    let body = (0..<2000).map { "print \"line \\(\($0))\" # comment \($0)\n" }.joined()
    #expect(try await editor.open(uri, "let posts = 1\nprint posts\n" + body).isEmpty)
    #expect(labels(try await editor.result("completion", uri, 1, 8)) == ["posts"])
    let findings = try await editor.change(
      uri,
      [["range": ["start": ["line": 1000, "character": 0], "end": ["line": 1000, "character": 5]], "text": "prnt"]])
    #expect(findings.first?["range"]?["start"]?["line"] == 1000)
  }
}
