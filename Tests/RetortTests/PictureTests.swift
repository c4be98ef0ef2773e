import Foundation
import Testing

/// Tests that the picture in README.md shows the current output of a session at a terminal.
@Suite struct PictureTests {
  private static let file = URL(filePath: #filePath)
    .appending(path: "../../../Sources/Handbook/Handbook.docc/session.svg").standardized

  /// The picture in README.md equals the picture of this session.
  ///
  /// `RETORT_RECORD=1 Tests/run --filter PictureTests` writes the picture.
  @Test func thePictureShowsThisSession() async throws {
    let prompt = try PromptTerminal(columns: 100, rows: 40)
    try await prompt.sees("> ")
    for statement in [
      #"connect "embedded:blog""#, #"let posts = client queue: "posts""#, #"count posts filter: {state: "draft"}"#,
      #"stream posts include: "author" | where .views < 1000 | sort -.views | take 3"#,
      #"create posts {text: "", state: "x"}"#,
    ] {
      try await enters(statement, at: prompt)
    }
    try await enters(#"destroy-all posts filter: {state: "spam"}"#, at: prompt, until: "to continue:")
    try await enters("250", at: prompt)
    let picture = Picture(of: prompt.screen, title: "A session at the prompt of retort").text
    if ProcessInfo.processInfo.environment["RETORT_RECORD"] == "1" {
      try picture.write(to: Self.file, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: Self.file, encoding: .utf8) == picture)
  }

  /// Types a line, and waits until the screen shows the next prompt or question, whose text ends with `end`.
  private func enters(_ line: String, at prompt: PromptTerminal, until end: String = ">") async throws {
    let row = prompt.screen.cursor.row
    try prompt.types(line)
    try await prompt.waits(line) { $0.lines[row].contains(line) }
    try prompt.types("\r")
    try await prompt.waits("\(end) after \(line)") { screen in
      let last = screen.lines[screen.cursor.row]
      return screen.cursor.row > row && last.hasSuffix(end) && screen.cursor.column > last.count
    }
  }

  @Test func aPictureHasTheTextAndItsColours() {
    var screen = ScreenCells(columns: 12, rows: 2)
    screen.draw(Array("\u{1B}[36;1mif\u{1B}[0m a <\u{1B}[7m}\u{1B}[0m".utf8))
    let text = Picture(of: screen, title: "A & B").text
    #expect(text.contains("<title>A &amp; B</title>"))
    #expect(text.contains(##"fill="#4ec9b0" font-weight="bold" xml:space="preserve">if</text>"##))
    #expect(text.contains(##"x="36" y="26" textLength="24" fill="#d4d4d4" xml:space="preserve">a &lt;</text>"##))
    #expect(text.contains(##"<rect x="60" y="12" width="8" height="18" fill="#d4d4d4"/>"##))
  }
}
