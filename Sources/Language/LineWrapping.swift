/// Breaks lines at spaces, so that a terminal does not split a word.
public enum LineWrapping {
  /// Returns a text with additional line breaks at spaces, so that no line is wider than `width` columns.
  ///
  /// A continuation line has the indent of the line that it continues. In a list entry such as `= note` or
  /// `name:  note`, a continuation line begins below `note`. A word that is longer than `width` stays whole.
  public static func wrapped(_ text: String, to width: Int) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { lines(of: $0, width).joined(separator: "\n") }
      .joined(separator: "\n")
  }

  /// Splits a line at spaces into parts of at most `width` columns.
  ///
  /// A word that is longer than `width` stays whole.
  static func lines(of line: Substring, _ width: Int) -> [String] {
    guard width > 0, DisplayWidth.width(of: line) > width else { return [String(line)] }
    let margin = String(repeating: " ", count: margin(of: line, width))
    var (lines, rest, indent): ([String], Substring, String) = ([], line, "")
    while DisplayWidth.width(of: rest) > width - indent.count, let place = breakPlace(in: rest, width - indent.count) {
      lines.append(indent + rest[..<place])
      rest = rest[place...].drop { $0 == " " }
      indent = margin
    }
    return rest.isEmpty ? lines : lines + [indent + rest]
  }

  /// Returns the number of spaces at the beginning of each continuation line.
  private static func margin(of line: Substring, _ width: Int) -> Int {
    let indent = line.prefix { $0 == " " }.count
    let content = line.dropFirst(indent)
    if content.hasPrefix("= ") { return indent + 2 }
    guard let gap = content.firstMatch(of: #/  +/#)?.range else { return min(indent, width / 2) }
    let column = indent + DisplayWidth.width(of: content[..<gap.upperBound])
    return column < width / 2 ? column : min(indent, width / 2)
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
