/// Breaks lines at spaces, so that a terminal does not split a word.
public enum LineWrapping {
  /// Returns a text with additional line breaks at spaces, so that no line is wider than `width` columns.
  ///
  /// A continuation line has the indent of the line that it continues. In a list entry such as `= note` or
  /// `name:  note`, a continuation line begins below `note`. If `note` would begin in the right half of the width, it
  /// begins on the next line instead. A word that is longer than `width` stays whole.
  public static func wrapped(_ text: String, to width: Int) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { lines(of: $0, width).joined(separator: "\n") }
      .joined(separator: "\n")
  }

  /// Returns a line with line breaks at spaces; each continuation line begins with `margin` spaces.
  public static func wrapped(line: String, to width: Int, margin: Int) -> String {
    lines(of: line[...], width, margin: margin).joined(separator: "\n")
  }

  /// Splits a line at spaces into parts of at most `width` columns.
  ///
  /// A word that is longer than `width` stays whole.
  static func lines(of line: Substring, _ width: Int) -> [String] {
    guard width > 0, DisplayWidth.width(of: line) > width else { return [String(line)] }
    let indent = line.prefix { $0 == " " }.count
    let content = line.dropFirst(indent)
    let usual = min(indent, width / 2)
    if content.hasPrefix("= ") { return lines(of: line, width, margin: indent + 2) }
    guard let gap = content.firstMatch(of: #/  +/#)?.range else { return lines(of: line, width, margin: usual) }
    let column = indent + DisplayWidth.width(of: content[..<gap.upperBound])
    guard column >= width / 2 else { return lines(of: line, width, margin: column) }
    let note = String(repeating: " ", count: usual + 4) + content[gap.upperBound...]
    return lines(of: line[..<gap.lowerBound], width, margin: usual) + lines(of: note[...], width, margin: usual + 4)
  }

  private static func lines(of line: Substring, _ width: Int, margin: Int) -> [String] {
    let margin = String(repeating: " ", count: margin)
    var (lines, rest, indent): ([String], Substring, String) = ([], line, "")
    while DisplayWidth.width(of: rest) > width - indent.count, let place = breakPlace(in: rest, width - indent.count) {
      lines.append(indent + rest[..<place].reversed().drop { $0 == " " }.reversed())
      rest = rest[place...].drop { $0 == " " }
      indent = margin
    }
    return rest.isEmpty ? lines : lines + [indent + rest]
  }

  /// Returns the place to break a line: the last space between words within `width` columns.
  ///
  /// Without such a space, returns the first space between words beyond `width`. Without any space between words,
  /// returns nil.
  private static func breakPlace(in line: Substring, _ width: Int) -> Substring.Index? {
    var (column, place): (Int, Substring.Index?) = (0, nil)
    var isText = false
    for index in line.indices {
      let character = line[index]
      if character == " ", isText {
        if column > width, place != nil { return place }
        if line[line.index(after: index)...].contains(where: { $0 != " " }) { place = index }
        if column > width { return place }
      }
      isText = isText || character != " "
      column += DisplayWidth.width(of: character)
    }
    return place
  }
}
