import RetortShell
import Synchronization
import Testing

/// Tests of a program that closes retort's standard output early, such as `head`.
///
/// The run ends with an error only if the rest of the script would change or check something.
@Suite struct ClosedOutputTests {
  private static let head = "connect \"embedded:blog\"; let posts = client queue: \"posts\"; "
  private static let many = "1..20000 | each do print \"twenty characters  \" end; "

  private static let cases: [(String, Int32)] = [
    ("1..20000 | map it", 0), (many, 0), ("for i in 1..20000 do print \"twenty characters\" end", 0),
    ("\(many)update posts 1 {text: \"x\"}", 1), ("\(many)assert 1 == 1", 1),
    ("\(many)[1] | write \"/dev/null\" as: \"txt\"", 1),
    ("for i in 1..20000 do print \"twenty characters\"; update posts 1 {text: \"x\"} end", 1),
    ("def f() do assert true end; \(many)f", 1),
    ("1..20 | update posts {views: 1} | map it", 0), ("update posts 1 {text: \"x\"}", 0),
    ("1..20 | update posts {views: 1} | print", 1), ("1..20 | map (update posts it {views: 1}).id", 0),
    ("try do \(many) rescue e print \"rescued\" end; assert 1 == 1", 1),
  ]

  @Test(arguments: cases) func aClosedOutputFailsOnlyIfWorkRemains(_ statements: String, status: Int32) async {
    let notes = Mutex("")
    let console = Console(write: { _ in false }, note: { text in notes.withLock { $0 += text } })
    #expect(await run(arguments: ["-c", Self.head + statements], console: console, environment: [:]) == status)
    let said = notes.withLock { $0 }
    #expect(said.contains("error[closed]: standard output was closed") == (status == 1), Comment(rawValue: said))
  }

  @Test func anEmptyResultIsReportedAtATerminal() async {
    for isTerminal in [true, false] {
      let notes = Mutex("")
      let console = Console(
        write: { _ in true }, note: { text in notes.withLock { $0 += text } }, isTerminal: isTerminal)
      let status = await run(
        arguments: ["-c", Self.head + "stream posts | where .views < 0"], console: console, environment: [:])
      #expect(status == 0)
      #expect(notes.withLock { $0 } == (isTerminal ? "0 rows\n" : ""))
    }
  }
}
