/// Makes text safe for a terminal by escaping characters that control the terminal, or that hide or reorder text.
///
/// An escape has the form `\u{1b}`. These characters are escaped: the control characters C0, C1 and DEL; line and
/// paragraph separators; direction marks; and characters without a glyph, such as U+200B, U+2060, U+FEFF, U+00AD and
/// tags (U+E0000 to U+E007F). Between two visible characters, the joiners U+200C and U+200D are not escaped, because
/// Persian and emoji need them.
public enum TerminalSafeText {
  /// Escapes a text of several lines; newlines and tabs stay unchanged.
  public static func visible(_ text: String) -> String { shown(text, .lines) }

  /// Escapes a text that must be one line, such as a cell or a name.
  ///
  /// The function also escapes newlines, tabs, and a combining mark at the beginning.
  public static func line(_ text: String) -> String { shown(text, .line) }

  /// Escapes JSON text; the escapes have the form of JSON, such as `\u001b`.
  public static func json(_ text: String) -> String { shown(text, .json) }

  /// Escapes only the line ends and tabs of a text, so that the text is one line of a file.
  public static func unbroken(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: breaks) else { return text }
    return text.unicodeScalars.reduce(into: "") { shown, scalar in
      if breaks(scalar) { shown += escape(scalar) } else { shown.unicodeScalars.append(scalar) }
    }
  }

  /// Converts a message to one line of limited length.
  ///
  /// A message longer than 2,000 code points is cut, and ends with a note such as `... (12 characters left out)`.
  public static func message(_ text: String) -> String { unbroken(shortened(text)) }

  /// Cuts a text after 2,000 code points, and appends a note such as `... (12 characters left out)`.
  ///
  /// A shorter text stays unchanged.
  public static func shortened(_ text: String) -> String {
    let limit = 2000
    let scalars = text.unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
      end < scalars.endIndex
    else { return text }
    return String(scalars[..<end]) + "... (\(scalars[end...].count) characters left out)"
  }

  private enum EscapedTextKind { case lines, line, json }

  private static func shown(_ text: String, _ form: EscapedTextKind) -> String {
    guard mayNeedEscapes(text, form) else { return text }
    let scalars = Array(text.unicodeScalars)
    var shown = String.UnicodeScalarView()
    for (index, scalar) in scalars.enumerated() {
      if form == .line && (breaks(scalar) || index == 0 && isMark(scalar)) || isHidden(scalar, index, scalars, form) {
        shown.append(contentsOf: (form == .json ? jsonEscape(scalar) : escape(scalar)).unicodeScalars)
      } else {
        shown.append(scalar)
      }
    }
    return String(shown)
  }

  /// Whether a text may need escapes, because it contains other characters than visible ASCII.
  ///
  /// A newline or a tab counts only if `form` escapes it.
  private static func mayNeedEscapes(_ text: String, _ form: EscapedTextKind) -> Bool {
    text.utf8.contains { byte in
      byte < 0x20 ? form == .line || byte != 0x09 && byte != 0x0A : byte >= 0x7F
    }
  }

  private static func isHidden(
    _ scalar: Unicode.Scalar, _ index: Int, _ scalars: [Unicode.Scalar], _ form: EscapedTextKind
  ) -> Bool {
    guard isJoiner(scalar) else { return steers(scalar) }
    let before = scalars[..<index].last { !isMark($0) }
    guard let before, let after = scalars.dropFirst(index + 1).first else { return true }
    return !isVisible(before, form) || !(isMark(after) || isVisible(after, form))
  }

  /// Whether a scalar is always escaped, because it controls the terminal or misleads a reader.
  private static func steers(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x20...0x7E: return false
    case 0x00...0x1F, 0x7F...0x9F, 0xFFF9...0xFFFB, 0xE0000...0xE007F: return true
    default: break
    }
    switch scalar.properties.generalCategory {
    case .lineSeparator, .paragraphSeparator: return true
    case .format: return scalar.properties.isDefaultIgnorableCodePoint
    default: return false
    }
  }

  private static func isJoiner(_ scalar: Unicode.Scalar) -> Bool { scalar.value == 0x200C || scalar.value == 0x200D }

  private static func isVisible(_ scalar: Unicode.Scalar, _ form: EscapedTextKind) -> Bool {
    if scalar.properties.isWhitespace || isJoiner(scalar) || steers(scalar) { return false }
    return form != .json || scalar != "\""
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }

  /// Whether a scalar ends a line, or is a tab.
  private static func breaks(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String { "\\u{" + String(scalar.value, radix: 16) + "}" }

  /// Returns the JSON escape of a scalar, such as `\u001b`; two escapes for a scalar above U+FFFF.
  private static func jsonEscape(_ scalar: Unicode.Scalar) -> String {
    String(scalar).utf16.map { unit in
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
  }
}

/// Makes a stream of bytes safe for a terminal.
///
/// If a piece of the stream ends inside a character, the escaper stores the bytes of the character until the next
/// piece.
public struct TerminalByteEscaper: Sendable {
  private var rest: [UInt8] = []

  /// Creates an escaper for a new stream.
  public init() {}

  /// Escapes the next piece of the stream, in the same way as ``TerminalSafeText/visible(_:)``.
  ///
  /// If the piece ends inside a character, the next call returns this character.
  public mutating func visible(_ piece: [UInt8]) -> [UInt8] {
    var bytes = rest + piece
    rest = Array(bytes.suffix(Self.unfinished(bytes)))
    bytes.removeLast(rest.count)
    guard bytes.contains(where: { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A || $0 >= 0x7F }) else { return bytes }
    return Array(TerminalSafeText.visible(String(decoding: bytes, as: UTF8.self)).utf8)
  }

  /// Returns the number of bytes of an incomplete UTF-8 character at the end; 0 if the last character is complete.
  private static func unfinished(_ bytes: [UInt8]) -> Int {
    for (index, byte) in bytes.suffix(3).reversed().enumerated() where byte & 0xC0 != 0x80 {
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > index + 1 ? index + 1 : 0
    }
    return 0
  }
}
