import Foundation
import Testing

/// Tests of `retort demo` at a terminal, from the first step of the tour to the script that the tour saves.
@Suite(.timeLimit(.minutes(15))) struct DemoTourTests {
  @Test func theTourContinuesWithEachStatement() async throws {
    let prompt = try PromptTerminal(["demo", "--report", "report.json"])
    try await prompt.sees("5 run      source \"publish.retort\"")
    try await prompt.sees("embedded:blog> ")
    #expect(prompt.lines.contains("  1 find     stream posts filter: {state: \"draft\"} | take 5"))
    try await prompt.enters("help save")
    #expect(!prompt.lines.contains("next:"))
    try await prompt.enters("stream posts filter: {state: \"draft\"} | take 5 | map .id")
    #expect(prompt.lines.suffix(3).first == "next:")
    #expect(prompt.lines.suffix(2).first == "  2 look     show posts 12 include: \"author\"")
    try await prompt.enters("show posts 12000")
    #expect(!prompt.lines.contains("next:"))
    try await prompt.enters("show posts 12 include: \"author\"")
    try await prompt.enters("update posts 12 {state: \"published\"}")
    #expect(prompt.lines.suffix(2).first == "  4 save     save \"publish.retort\" last: 3")
    try await prompt.enters("save \"publish.retort\" last: 3")
    #expect(
      prompt.lines.contains {
        $0.hasPrefix("saved 5 statements to publish.retort; 2 of these are earlier statements")
      }
    )
    try await prompt.enters("source \"publish.retort\"")
    #expect(prompt.lines.contains { $0.hasPrefix("the tour is complete") })
    let script = try String(contentsOfFile: prompt.directory + "/publish.retort", encoding: .utf8)
    #expect(
      script == """
        #!/usr/bin/env retort
        connect "embedded:blog"
        let posts = client queue: "posts"
        stream posts filter: {state: "draft"} | take 5 | map .id
        show posts 12 include: "author"
        update posts 12 {state: "published"}

        """)
    let ran = try RunningProgram([prompt.directory + "/publish.retort"])
    #expect(try await ran.ended().status == 0)
    try prompt.types("\u{4}")
    #expect(try await prompt.ended() == 0)
    #expect(!FileManager.default.fileExists(atPath: prompt.directory + "/.local/state/retort/history"))
    let sockets = try? FileManager.default.contentsOfDirectory(
      atPath: prompt.directory + "/.local/state/retort/runs")
    #expect(sockets ?? [] == [])
    let report = try String(contentsOfFile: prompt.directory + "/report.json", encoding: .utf8)
    #expect(report.contains("update posts"), Comment(rawValue: report))
  }

  @Test func itReportsAMissingTerminal() async {
    let ran = await Ran.retort("demo")
    #expect(ran.status == 2 && ran.notes.hasPrefix("error: retort demo needs a terminal\n"))
    #expect(await Ran.retort("demo", "x.retort").status == 2)
  }
}
