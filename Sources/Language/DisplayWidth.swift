/// Counts the columns that a text occupies on a terminal.
public enum DisplayWidth {
  /// The width of a tab.
  private static let tab = 4

  /// Returns the number of columns of a text that begins at the column `start`.
  ///
  /// The start column determines the width of a tab.
  public static func width(of text: some StringProtocol, from start: Int = 0) -> Int {
    var column = start
    for character in text { column += character == "\t" ? tab - column % tab : width(of: character) }
    return column - start
  }

  /// Returns the number of columns of a character.
  ///
  /// The number is 2 for wide East Asian characters and emoji, and 0 for control and combining characters. For letters
  /// that join, as in Devanagari, the result is the sum of their widths, because a terminal without text shaping shows
  /// each letter separately.
  public static func width(of character: Character) -> Int {
    let scalars = character.unicodeScalars
    guard let first = scalars.first else { return 0 }
    if first.isASCII, scalars.count == 1 { return first.value < 0x20 || first.value == 0x7F ? 0 : 1 }
    if first.properties.isEmojiPresentation || scalars.contains(where: { $0.value == 0xFE0F }) { return 2 }
    return scalars.reduce(0) { $0 + width(of: $1) }
  }

  private static func width(of scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .control: return 0
    case .format where scalar.properties.isDefaultIgnorableCodePoint: return 0
    default: break
    }
    if combining.contains(where: { $0.contains(scalar.value) }) { return 0 }
    if scalar.properties.isEmojiPresentation { return 2 }
    return wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  /// The vowels and final consonants of Hangul, which join the letter before them, and the Hangul filler.
  private static let combining: [ClosedRange<UInt32>] = [0x1160...0x11FF, 0x3164...0x3164, 0xD7B0...0xD7FF]

  /// The wide scalars: those with the East Asian Width W or F (Unicode, UAX 11).
  ///
  /// A range can also contain unassigned scalars. The list has no emoji, because `isEmojiPresentation` finds emoji.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2630...0x2637, 0x268A...0x268F, 0x2E80...0x303E, 0x3041...0x3247,
    0x3250...0x4DFF, 0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF,
    0x1D300...0x1D376, 0x1F200...0x1F2FF, 0x20000...0x3FFFD,
  ]

  /// Returns the text with tabs expanded to spaces.
  public static func expanded(_ text: some StringProtocol) -> String {
    var (result, column) = ("", 0)
    for character in text {
      let width = character == "\t" ? tab - column % tab : width(of: character)
      result += character == "\t" ? String(repeating: " ", count: width) : String(character)
      column += width
    }
    return result
  }
}
