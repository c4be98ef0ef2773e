import Language
import Redaction
import Testing

/// Tests of the escapes that replace control sequences in data before retort writes the data to a terminal.
@Suite struct TerminalTextTests {
  @Test(arguments: [
    ("a\u{1B}]0;x\u{7}b", #"a\u{1b}]0;x\u{7}b"#), ("\u{9B}2J\u{7F}\u{0}", #"\u{9b}2J\u{7f}\u{0}"#),
    ("a\tb\nc", "a\tb\nc"), ("a\r\nb", "a\\u{d}\nb"),
    ("x\u{202E}y\u{2069}\u{61C}\u{200E}", #"x\u{202e}y\u{2069}\u{61c}\u{200e}"#),
    ("a\u{200B}b\u{2060}\u{FEFF}\u{AD}", #"a\u{200b}b\u{2060}\u{feff}\u{ad}"#),
    ("\u{2028}\u{2029}\u{85}", #"\u{2028}\u{2029}\u{85}"#), ("\u{E0041}\u{FFF9}", #"\u{e0041}\u{fff9}"#),
    ("👨‍👩‍👧 🏳️‍🌈 می‌خواهم क्‍ष", "👨‍👩‍👧 🏳️‍🌈 می‌خواهم क्‍ष"),
    ("\u{200D}a\u{200C} b\u{200D}", #"\u{200d}a\u{200c} b\u{200d}"#), ("a\u{200D}\u{200D}b", #"a\u{200d}\u{200d}b"#),
    ("a\u{200D}\u{1B}", #"a\u{200d}\u{1b}"#), ("naïve ①🎉 e\u{301}", "naïve ①🎉 e\u{301}"),
  ]) func controlCharactersAreEscaped(text: String, shown: String) {
    #expect(TerminalSafeText.visible(text) == shown)
    #expect(TerminalSafeText.visible(shown) == shown)
  }

  @Test(arguments: [
    ("abc", 3), ("日本", 4), ("e\u{301}", 1), ("👨‍👩‍👧", 2), ("🏳️‍🌈", 2), ("🇩🇪", 2), ("1️⃣", 2), ("❤️", 2), ("क्‍ष", 2), ("नि", 2),
    ("กำ", 2), ("\u{1112}\u{1161}\u{11AB}", 2), ("🌡", 1), ("🚀", 2), ("Ａ", 2), ("\u{17000}", 2), ("می‌خواهم", 7),
  ]) func textTakesColumns(text: String, columns: Int) { #expect(DisplayWidth.width(of: text) == columns) }

  @Test func aLineHasNoBreak() {
    #expect(TerminalSafeText.line("a\tb\nc\u{B}") == #"a\u{9}b\u{a}c\u{b}"#)
    #expect(TerminalSafeText.unbroken("a\tb\r\nc\u{2028}\u{1B}") == "a\\u{9}b\\u{d}\\u{a}c\\u{2028}\u{1B}")
  }

  @Test func jsonStaysJSON() {
    #expect(
      TerminalSafeText.json("[\"\u{7F}\u{202E}\u{E0001}a\u{200D}\"]\n") == #"["\u007f\u202e\udb40\udc01a\u200d"]"#
        + "\n")
  }

  @Test func aLongMessageIsCutWithACount() {
    let text = String(repeating: "é", count: 2000)
    #expect(TerminalSafeText.message(text) == text)
    #expect(TerminalSafeText.message(text + "a\u{301}\n") == text + "... (3 characters left out)")
    #expect(TerminalSafeText.message("a\nb") == #"a\u{a}b"#)
  }

  @Test func aCharacterInTwoPiecesPassesWhole() {
    var passage = TerminalByteEscaper()
    var shown: [UInt8] = []
    for byte in "aé日😀\u{9B}\u{202E}\n".utf8 { shown += passage.visible([byte]) }
    #expect(String(decoding: shown, as: UTF8.self) == "aé日😀\\u{9b}\\u{202e}\n")
    #expect(passage.visible([0x9B, 0x41, 0xC3, 0x28]) == Array("\u{FFFD}A\u{FFFD}(".utf8))
  }

  @Test func anErrorForATerminalDoesNotSteerIt() {
    let source = SourceText(name: "a\u{1B}", text: "\"\u{202E}\" x")
    let report = DiagnosticRenderer.DiagnosticContent(
      title: "error", message: "a\u{1B}[2J\u{7}\nerror: b", source: source,
      marks: [MarkedSourceRange(SourceRange(6, 7), "b\u{202E}\nc")], notes: ["c\u{9B}d\té\ne"])
    #expect(
      DiagnosticRenderer(isForTerminal: true).render(report) == #"""
        error: a\u{1b}[2J\u{7}\u{a}error: b
          --> a\u{1b}:1:5
        1 | "\u{202e}" x
          |            ^ b\u{202e}\u{a}c
          = c\u{9b}d\u{9}é\u{a}e

        """#)
    #expect(
      DiagnosticRenderer().render(report)
        == "error: a\u{1B}[2J\u{7}\\u{a}error: b\n  --> a\u{1B}:1:5\n1 | \"\u{202E}\" x\n  |    ^ b\u{202E}\\u{a}c\n"
        + "  = c\u{9B}d\\u{9}é\\u{a}e\n")
  }
}
