/// Breaks lines at spaces, so that a terminal does not break words.
public enum LineWrapping {
  /// A text with each line of more than `width` columns broken at spaces.
  ///
  /// A continued line keeps the indent of its line. The continuation of a list's entry, such as `  = note` or `  name:
  /// note`, begins where the entry's text begins. A word that is longer than a line is not broken.
  public static func wrapped(_ text: String, to width: Int) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { lines(of: $0, width).joined(separator: "\n") }
      .joined(separator: "\n")
  }

  /// A line in parts that fit in the width.
  static func lines(of line: Substring, _ width: Int) -> [String] {
    guard width > 0, Columns.width(of: line) > width else { return [String(line)] }
    let margin = String(repeating: " ", count: margin(of: line, width))
    var (lines, rest, indent): ([String], Substring, String) = ([], line, "")
    while Columns.width(of: rest) > width - indent.count, let place = breakPlace(in: rest, width - indent.count) {
      lines.append(indent + rest[..<place])
      rest = rest[place...].drop { $0 == " " }
      indent = margin
    }
    return rest.isEmpty ? lines : lines + [indent + rest]
  }

  /// The indent of the continuation of a line.
  private static func margin(of line: Substring, _ width: Int) -> Int {
    let indent = line.prefix { $0 == " " }.count
    let content = line.dropFirst(indent)
    if content.hasPrefix("= ") { return indent + 2 }
    let word = content.prefix { $0 != " " }
    let gap = content[word.endIndex...].prefix { $0 == " " }
    let column = indent + Columns.width(of: word) + gap.count
    return gap.count > 1 && column < width / 2 ? column : min(indent, width / 2)
  }

  /// The last space where a line can be broken, or the first one beyond the width.
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
      column += Columns.width(of: character)
    }
    return place
  }
}
