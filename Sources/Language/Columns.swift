/// How many columns text takes on a terminal.
public enum Columns {
  /// The width of a tab.
  private static let tab = 4

  /// The columns of a text that begins at a column.
  public static func width(of text: some StringProtocol, from start: Int = 0) -> Int {
    var column = start
    for character in text { column += character == "\t" ? tab - column % tab : width(of: character) }
    return column - start
  }

  /// The columns of one character: 2 for East Asian wide ones and emoji, 0 for controls and what combines.
  public static func width(of character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    if first.isASCII { return first.value < 0x20 || first.value == 0x7F ? 0 : 1 }
    if character.unicodeScalars.contains(where: { $0.value == 0xFE0F }) { return 2 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    if first.properties.isEmojiPresentation { return 2 }
    return wide.contains { $0.contains(first.value) } ? 2 : 1
  }

  /// East Asian Width W and F (Unicode, UAX 11), in whole blocks.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
    0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
    0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
  ]

  /// The text with tabs widened to spaces.
  static func expanded(_ text: String) -> String {
    var (result, column) = ("", 0)
    for character in text {
      let width = character == "\t" ? tab - column % tab : width(of: character)
      result += character == "\t" ? String(repeating: " ", count: width) : String(character)
      column += width
    }
    return result
  }
}
