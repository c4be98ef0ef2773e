@testable import TestBench
import Testing

/// Tests of reading and writing the format of transcript files.
@Suite struct TranscriptFormatTests {
  @Test func readsBlocksStatementsAndBothStreams() throws {
    let transcript = try Transcript(
      parsing: """
        > connect "embedded:blog"

        # Counting
        # asks for one row
        > count posts
        . filter: {state: "draft"}
        250

        ! a note
        > print ""
        \\
        \\> quoted
        # Another
        > 1
        1
        2␄
        """)
    #expect(transcript.prologue.map(\.statement) == [#"connect "embedded:blog""#])
    #expect(transcript.blocks.map(\.heading) == [["Counting", "asks for one row"], ["Another"]])
    let counting = transcript.blocks[0].exchanges
    #expect(counting.map(\.line) == [5, 10])
    #expect(counting.map(\.statement) == ["count posts\nfilter: {state: \"draft\"}", "print \"\""])
    #expect(
      counting.map(\.reply) == [
        Transcript.Reply(output: "250\n", errors: "a note\n"), Transcript.Reply(output: "\n> quoted\n"),
      ])
    #expect(transcript.blocks[1].exchanges.map(\.reply) == [Transcript.Reply(output: "1\n2")])
  }

  @Test func readsDirectivesAndTheExitStatus() throws {
    let transcript = try Transcript(
      parsing: """
        # Heading
        @ serve --fault drop=1
        @ retort --yes=2 --output csv
        > exit 5
        = 5
        \\@ shown
        \\= shown
        """)
    let block = transcript.blocks[0]
    #expect(block.service == ["--fault", "drop=1"] && block.program == ["--yes=2", "--output", "csv"])
    #expect(block.exchanges.map(\.reply) == [Transcript.Reply(output: "@ shown\n= shown\n", status: 5)])
    #expect(try Transcript(parsing: transcript.text).blocks[0].exchanges[0].reply == block.exchanges[0].reply)
  }

  @Test(arguments: [
    ("@ retort\n", 1, "a directive stands below a heading, before the first statement"),
    ("# H\n> 1\n@ retort\n", 3, "a directive stands below a heading, before the first statement"),
    ("# H\n@ rabbit\n", 2, "a directive is retort or serve"), ("> 1\n= five\n", 2, "= takes an exit status"),
  ]) func refusesAMisplacedDirective(_ text: String, line: Int, reason: String) {
    #expect(throws: Transcript.Misplaced(line: line, reason: reason)) { try Transcript(parsing: text) }
  }

  @Test(arguments: ["250\n", "! note\n", ". more\n", "\\x\n"]) func refusesMisplacedLines(_ text: String) {
    let misplaced = Transcript.Misplaced(line: 3, reason: "no statement stands above")
    #expect(throws: misplaced) { try Transcript(parsing: "# Heading\n\n" + text) }
  }

  @Test(arguments: [
    "", "\n", "one\n", "no newline", "\n\n", ". x\n.\n..\n.5\n", "# x\n#x\n> x\n>x\n! x\n!\n\\ x\n\\\n", "  x  \n",
    "@ x\n@x\n= 5\n=5\n",
  ])
  func writesTheReadText(_ text: String) throws {
    let reply = Transcript.Reply(output: text, errors: text)
    let exchange = Transcript.Exchange(line: 2, statement: "for x in 1..2 do\n\n  x\nend", reply: reply)
    let block = Transcript.Block(heading: ["Heading", "More"], exchanges: [exchange])
    var transcript = try Transcript(parsing: "> connect\n# \n> 1\n")
    transcript.blocks = [block]
    var again = try Transcript(parsing: transcript.text)
    #expect(again.blocks[0].exchanges.map(\.line) == [5])
    again.blocks[0].exchanges[0].line = 2
    #expect(again == transcript)
    #expect(
      transcript.text.hasPrefix("> connect\n\n# Heading\n# More\n> for x in 1..2 do\n.\n.   x\n. end\n"))
  }
}
