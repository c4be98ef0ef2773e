/// Recognizes characters, such as curly quotes, that look like characters of the language.
///
/// Such characters come from word processors and web pages.
extension Lexer {
  /// Reports a character that has no meaning in the language.
  ///
  /// For a text in typographic quotes, the lexer reports one error and adds one string token.
  mutating func foreign(_ character: Character, _ start: Int) {
    if Self.quotes.contains(character) { return quoted(start) }
    if let meant = Self.lookalikes[character] {
      return complain("\(shown(character)) has no meaning here", start, nextStep: "write \(meant) instead")
    }
    if character == "^" {
      return complain("^ has no meaning here", start, nextStep: "there is no power operator: write a * a")
    }
    if character == "~" {
      return complain("~ has no meaning here", start, nextStep: "for a pattern, write =~ /PATTERN/")
    }
    if character == "@", tokens.last?.isSymbol("|") ?? false { return formatOfJQ(start) }
    complain(
      "\(shown(character)) has no meaning here", start,
      nextStep: Self.isVisible(character) ? "put text in quotes: \"\(character)...\"" : "remove the character")
  }

  /// Reads the rest of a text in typographic quotes; the opening quote is before the cursor.
  private mutating func quoted(_ start: Int) {
    let line = String(decoding: bytes[offset...].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    let end = line.firstIndex { Self.quotes.contains($0) || $0 == "\"" }
    let text = end.map { String(line[..<$0]) }
    if let end { offset += line[...end].utf8.count }
    let isSecret = text?.contains("@") ?? false
    complain(
      "typographic quotes have no meaning here", start,
      nextStep: "write straight quotes: \(isSecret ? "\"...\"" : "\"\(text ?? "...")\"")")
    add(.string([.literal(text ?? "")]), from: start)
  }

  /// Reports the `@` of a jq format, as in `| @csv`.
  private mutating func formatOfJQ(_ start: Int) {
    complain(
      "@ has no meaning here", start,
      nextStep: "to write a csv file, add | write \"FILE.csv\"; to print all results as csv, run set output: \"csv\"")
  }

  private func shown(_ character: Character) -> String {
    guard !Self.isVisible(character), let scalar = character.unicodeScalars.first else { return "\(character)" }
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private static func isVisible(_ character: Character) -> Bool {
    guard let scalar = character.unicodeScalars.first else { return false }
    switch scalar.properties.generalCategory {
    case .spaceSeparator, .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .surrogate, .privateUse:
      return false
    default: return true
    }
  }

  private static let quotes: Set<Character> = [
    "\u{201C}", "\u{201D}", "\u{201E}", "\u{201F}", "\u{2018}", "\u{2019}", "\u{201A}", "\u{201B}", "\u{AB}", "\u{BB}",
    "\u{2039}", "\u{203A}", "\u{FF02}", "\u{FF07}", "\u{B4}",
  ]

  private static let lookalikes: [Character: String] = [
    "\u{A0}": "a space", "\u{202F}": "a space", "\u{2009}": "a space", "\u{3000}": "a space", "\u{2007}": "a space",
    "\u{2010}": "-", "\u{2011}": "-", "\u{2012}": "-", "\u{2013}": "-", "\u{2014}": "-", "\u{2212}": "-",
    "\u{2264}": "<=", "\u{2265}": ">=", "\u{2260}": "!=", "\u{D7}": "*", "\u{F7}": "/", "\u{2026}": "..",
    "\u{A6}": "|", "\u{FF5C}": "|", "\u{FF08}": "(", "\u{FF09}": ")", "\u{FF0C}": ",", "\u{FF1A}": ":",
    "\u{FF1B}": ";", "\u{FF1D}": "=", "\u{3010}": "[", "\u{3011}": "]", "\u{FF5B}": "{", "\u{FF5D}": "}",
  ]
}
