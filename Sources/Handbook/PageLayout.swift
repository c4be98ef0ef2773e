import Language

/// The layout of a page of `help` for a terminal, or for output without a width.
struct PageLayout: Sendable {
  /// The number of columns of the terminal; nil if the output is no terminal.
  var columns: Int?

  /// Returns lines with a margin, each with a line end; breaks a line of prose that is too long.
  ///
  /// A line that begins with two spaces is code, except for a list entry such as `  name  note`. Code is not broken, so
  /// that a user can copy it.
  func lines(_ text: String, margin: String) -> String {
    let lines = text.hasSuffix("\n") ? text.dropLast() : text[...]
    return lines.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.isEmpty ? "\n" : (Self.isCode(line) ? margin + line : prose(margin + line)) + "\n"
    }.joined()
  }

  /// Wraps each line of the text that is longer than the page is wide.
  func prose(_ text: String) -> String { columns.map { LineWrapping.wrapped(text, to: $0) } ?? text }

  /// Returns the syntax of a word, with a margin of four spaces on continuation lines.
  func form(_ text: String) -> String {
    columns.map { LineWrapping.wrapped(line: text, to: $0, margin: 4) } ?? text
  }

  private static func isCode(_ line: Substring) -> Bool {
    guard line.hasPrefix("  ") else { return false }
    // Two spaces inside a line separate the columns of a list entry. But in code, two spaces can precede a comment,
    // which begins with #.
    return line.drop { $0 == " " }.firstMatch(of: #/ {2,}[^ #]/#) == nil
  }
}
