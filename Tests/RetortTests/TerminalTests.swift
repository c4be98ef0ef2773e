import Foundation
import Glibc
import RetortShell
import Synchronization
import TestBench
import Testing

/// Tests that retort writes control characters in data to a terminal only in escaped form.
///
/// A pipe gets the data unchanged.
@Suite struct TerminalTests {
  /// Pieces of text that a service or a file can contain, many of them with control characters.
  private static let pieces = [
    "\u{1B}]0;x\u{7}", "\u{1B}[2J", "\u{9B}31m", "\u{7F}", "\u{0}", "\r", "\u{202E}", "\u{2066}", "\u{61C}", "\u{200B}",
    "\u{2060}", "\u{FEFF}", "\u{AD}", "\u{200C}", "\u{200D}", "\u{2028}", "\u{85}", "\u{E0041}", "\u{FFF9}", "\n", "\t",
    " ",
    "a", "é", "日", "😀", "e\u{301}", "\"", "\\", ",", "|", "}",
  ]

  /// Statements that show the text `x` in every form of output, such as a table or an error message.
  private static let forms = [
    "print x", "[x] | print", "warn x", "[{n: x}] | table", "[parse-json(k)] | table", "[{n: x, \"b\": 1}] | csv",
    "[parse-json(k)] | csv", "[x] | json", "[{n: x}] | ndjson", "parse-json(k)", "{n: x}", "[x]", "{n: [x, {m: x}]}",
    "print {n: x}", "[parse-json(k)] | select .nope", "fail x", "assert 1 == 2, x", "read x", "parse-json(x)", "int(x)",
    "show posts x", "create posts {\"text\": 1, \"state\": x}", "count posts filter: {state: x, nope: x}",
    "call posts x {}", "let c = client queue: x; count c", "connect \"amqp://\\(x)\"", "time(x)", "x + 1",
    "[1] | sort x",
    "stream posts include: x | take 1", "[{n: x}] | write x + \"/y.csv\"", "x", "vars", "var(x)",
    "split(x, \"a\") | csv",
    "relationship posts 1 x", "parse-json(k).nope", "help",
  ]

  private final class Recorded: Sendable {
    let output = Mutex<[UInt8]>([])
    let notes = Mutex("")
  }

  /// Runs statements, and returns standard output and standard error (`notes`).
  ///
  /// `isTerminal` is true if standard output is a terminal, and `notes` is true if standard error is a terminal.
  private func shown(
    _ statements: String, x: String, output isTerminal: Bool, notes: Bool
  ) async -> (output: String, notes: String) {
    let recorded = Recorded()
    let console = Console(
      write: { bytes in
        recorded.output.withLock { $0 += bytes }
        return true
      }, note: { text in recorded.notes.withLock { $0 += text } }, isTerminal: isTerminal, showsNotes: notes)
    let key = String(decoding: (try? JSONEncoder().encode([x: x])) ?? Data(), as: UTF8.self)
    let head =
      "connect \"embedded:blog\"\nlet posts = client queue: \"posts\"\nlet x = env(\"X\")\nlet k = env(\"K\")\n"
    _ = await run(
      arguments: ["--color", "always", "--trace", "-c", head + statements], console: console,
      environment: ["X": x, "K": key])
    return (recorded.output.withLock { String(decoding: $0, as: UTF8.self) }, recorded.notes.withLock { $0 })
  }

  /// Returns whether a Unicode scalar controls a terminal, according to the list in TheLanguage.md.
  ///
  /// The joiners U+200C and U+200D have separate tests.
  private static func steers(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: false
    case 0..<0x20, 0x7F...0x9F, 0x61C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF, 0xAD: true
    case 0xE0000...0xE007F, 0xFFF9...0xFFFB: true
    default: false
    }
  }

  @Test(arguments: 0..<8) func noFormSendsARawByte(_ seed: UInt64) async {
    var random = SeededNumbers(seed: seed)
    for form in Self.forms {
      let x = (0..<12).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined()
      let (output, notes) = await shown(form, x: x, output: true, notes: true)
      #expect(!output.unicodeScalars.contains(where: Self.steers), "\(form): \(output.debugDescription)")
      let own = notes.replacing(#/\u{1B}\[(?:31;1|33;1|31|0)m/#, with: "")
      #expect(!own.unicodeScalars.contains(where: Self.steers), "\(form): \(notes.debugDescription)")
      #expect(!(output + own).isEmpty, "\(form)")
    }
  }

  @Test func outputAndNotesAreJudgedEachByItself() async {
    let x = "a\u{1B}\u{202E}b"
    for (output, notes) in [(true, false), (false, true), (false, false)] {
      let ran = await shown("print x; warn x; print [x]", x: x, output: output, notes: notes)
      #expect(
        ran.output == (output ? "a\\u{1b}\\u{202e}b\n[\"a\\u001b\\u202eb\"]\n" : "\(x)\n[\"a\\u001b\u{202E}b\"]\n"))
      #expect(ran.notes.hasSuffix(notes ? "a\\u{1b}\\u{202e}b\n" : x + "\n"))
    }
  }

  @Test func aTableStaysATable() async {
    let rows = "[{\"n\u{202E}\": x, b: 1}, {\"n\u{202E}\": \"日本\", b: 22}] | table"
    let ran = await shown(rows, x: "e\u{301}\u{1B}\n\t👨‍👩‍👧", output: true, notes: true)
    #expect(
      ran.output == """
        n\\u{202e}             b
        -------------------  --
        e\u{301}\\u{1b}\\u{a}\\u{9}👨‍👩‍👧   1
        日本                 22

        """)
  }

  @Test func aServicesTextCannotFakeALine() async {
    let ran = await shown("fail \"no\\n2000 ok\"", x: "", output: false, notes: false)
    #expect(ran.notes.contains("error[fail]: no\\u{a}2000 ok\n") || ran.notes.contains("no\\u{a}2000 ok\n"))
    let long = await shown("fail x", x: String(repeating: "y", count: 5_000_000), output: false, notes: true)
    #expect(
      long.notes.utf8.count < 3000
        && long.notes.replacing("\n", with: " ").contains("y... (4998000 characters left out) "))
  }

  /// The program recognises which of its descriptors are terminals; the test runs it as a separate process.
  @Test func theProgramInspectsItsDescriptors() throws {
    var (master, slave): (Int32, Int32) = (0, 0)
    try #require(openpty(&master, &slave, nil, nil, nil) == 0)
    let program = Process()
    let errors = Pipe()
    program.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "retort")
    program.arguments = ["-c", "print \"a\\u001b\"; warn \"a\\u001b\"; [\"a\\u001b\"]"]
    program.standardInput = FileHandle.nullDevice
    program.standardOutput = FileHandle(fileDescriptor: slave)
    program.standardError = errors
    try program.run()
    close(slave)
    let notes = errors.fileHandleForReading.readDataToEndOfFile()
    program.waitUntilExit()
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(master, &bytes, bytes.count)
    close(master)
    #expect(
      String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "a\\u{1b}\r\nvalue\r\n-------\r\na\\u{1b}\r\n")
    #expect(notes == Data("a\u{1B}\n".utf8))
  }
}
