import Testing
import Values

/// Tests of regular expressions: they match code points, and a search that takes too long ends with an error.
@Suite struct RegexValueTests {
  @Test(arguments: [
    ("a\r\nb", "a.\\nb", "", true), ("e\u{301}", "^..$", "", true), ("é", "^.$", "", true),
    ("é", "\u{65}\u{301}", "", false), ("é", "\\w", "", false), ("٣", "\\d", "", false),
    ("\u{A0}", "\\s", "", false), ("é", "\\p{L}", "", true), ("ÀB", "àb", "i", true), ("ß", "ss", "i", false),
    ("a\nb", "^b", "", false), ("a\nb", "^b", "m", true), ("a\nb", "a.b", "", false), ("a\nb", "a.b", "s", true),
    ("ab", "a b # both", "x", true), ("", "^$", "", true), ("👨‍👩‍👧", "^.{5}$", "", true), ("a/b", "a/b", "", true),
    ("abab", "(?<x>ab)\\1$", "", true), ("x1", "(?<=x)\\d", "", true),
  ])
  func matches(_ text: String, _ pattern: String, _ flags: String, _ expected: Bool) throws {
    #expect(try RegexValue(pattern, flags: flags).matches(text) == expected)
  }

  @Test(arguments: [
    ("(", "missing closing parenthesis"), ("a{2,1}", "numbers out of order in {} quantifier"),
    ("[z-a]", "range out of order in character class"), ("*", "quantifier does not follow a repeatable item"),
    ("é(?<1>a)", "subpattern name must start with a non-digit"), ("\\C", "\\C is disabled"),
  ])
  func reportsTheProblem(_ pattern: String, _ reason: String) {
    do throws(Fault) {
      _ = try RegexValue(pattern)
      Issue.record("\(pattern) is taken")
    } catch {
      #expect(error.kind == .value && error.message.contains(reason), "\(error.message)")
    }
  }

  @Test(
    arguments: [
      ("2026-05", "(\\d+)-(\\d+)", ["2026", "05"]), ("b", "(a)?(b)", [nil, "b"]), ("b", "(b)(a)?", ["b", nil]),
      ("c", "(a)", nil), ("é-e\u{301}", "(\\X)-(\\X)", ["é", "e\u{301}"]), ("", "()", [""]),
    ] as [(String, String, [String?]?)])
  func capturesGroups(_ text: String, _ pattern: String, _ expected: [String?]?) throws {
    #expect(try RegexValue(pattern).groups(in: text) == expected)
  }

  @Test(arguments: [
    ("a1b22", "(\\d+)", "<$1>", "a<1>b<22>"), ("ab", "(a)(b)", "$2$1", "ba"), ("ab", "(x)?b", "[$1]", "a[]"),
    ("5 EUR", "EUR", "$$", "5 $"), ("a", "(a)", "$10", "a0"), ("a", "a", "$$1", "$1"), ("abc", "", "-", "-a-b-c-"),
    ("éa", "x*", "-", "-é-a-"), ("xa", "x*", "-", "--a-"), ("", "a", "b", ""), ("a\r\nb", "\\n", "", "a\rb"),
  ])
  func replaces(_ text: String, _ pattern: String, _ replacement: String, _ expected: String) throws {
    #expect(try Array(RegexValue(pattern).replacing(in: text, with: replacement).utf8) == Array(expected.utf8))
  }

  @Test(arguments: [
    ("$1", "there is no group $1 in /a/, which has no group"), ("$0", "a $ in the replacement needs a digit"),
    ("a$", "a $ in the replacement needs a digit"), ("$x", "a $ in the replacement needs a digit"),
  ])
  func refusesOtherGroups(_ replacement: String, _ reason: String) throws {
    let pattern = try RegexValue("a")
    let error = try #require(throws: Fault.self) { try pattern.replacing(in: "a", with: replacement) }
    #expect(error.message.hasPrefix(reason))
  }

  @Test(arguments: [
    ("a, b;c", "[,;] *", ["a", "b", "c"]), ("abc", "", ["a", "b", "c"]), (",a,", ",", ["", "a", ""]),
    ("", ",", [""]), ("a\r\nb", "\\r\\n", ["a", "b"]), ("ab", "(?=b)", ["a", "b"]),
  ])
  func splits(_ text: String, _ pattern: String, _ parts: [String]) throws {
    #expect(try RegexValue(pattern).split(text) == parts)
  }

  /// A search that would take hours ends with an error that names the pattern.
  @Test(arguments: [
    ("(a+)+$", 40),
    ("a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?[bc]", 39),
    ("a*a*a*a*[bc]", 5000),
    (
      "(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)[bc]",
      40
    ), ("([a-z]+)*=", 4000),
  ])
  func endsASearchThatTakesTooLong(_ pattern: String, _ count: Int) throws {
    let text = String(repeating: "a", count: count) + "!"
    do throws(Fault) {
      #expect(try !RegexValue(pattern).matches(text))
    } catch {
      #expect(error.kind == .limit && error.message.contains("/\(pattern)/"), "\(error.message)")
    }
  }

  /// A search that takes little time for each character also succeeds in a long text.
  @Test(arguments: [
    ("(?:a|b)+!$", true), ("a.*?!", true), ("[ab]+c", false), ("(a)(a)[bc]", false), ("^(?:(a)|b)*!", true),
  ])
  func searchesLongTexts(_ pattern: String, _ expected: Bool) throws {
    let text = String(repeating: "a", count: 300_000) + "!"
    #expect(try RegexValue(pattern).matches(text) == expected)
  }

  @Test func aSearchStopsWhenItIsCancelled() async throws {
    let pattern = try RegexValue("(?:(a)|b)*?[!?]")
    let text = String(repeating: "a", count: 2_000_000)
    let search = Task { () -> Fault.Kind? in
      withUnsafeCurrentTask { $0?.cancel() }
      do throws(Fault) {
        _ = try pattern.matches(text)
        return nil
      } catch { return error.kind }
    }
    #expect(await search.value == .interrupted)
  }
}
