/// A block of an article's Markdown, such as a heading or a paragraph.
enum MarkdownBlock: Equatable, Sendable {
  case heading(String)
  case paragraph(String)
  /// An item of a list, with its mark, which is `-` or `1.`.
  case item(mark: String, String)
  /// The lines of a fenced block.
  case code([String])
  /// The rows of a table, without the row of column names.
  case table([[String]])

  /// Splits a Markdown text into its blocks.
  static func blocks(of text: String) -> [MarkdownBlock] {
    var blocks: [MarkdownBlock] = []
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    while let line = lines.first {
      if line.isEmpty {
        lines = lines.dropFirst()
      } else if line.hasPrefix("```") {
        let code = lines.dropFirst().prefix { !$0.hasPrefix("```") }
        blocks.append(.code(code.map(String.init)))
        lines = lines.dropFirst(code.count + 2)
      } else if line.hasPrefix("|") {
        let rows = lines.prefix { $0.hasPrefix("|") }
        blocks.append(.table(rows.dropFirst(2).map(cells)))
        lines = lines.dropFirst(rows.count)
      } else if line.hasPrefix("#") {
        blocks.append(.heading(plain(line.drop { $0 == "#" || $0 == " " })))
        lines = lines.dropFirst()
      } else {
        let mark = Self.mark(of: line)
        let more = lines.dropFirst().prefix { !$0.isEmpty && Self.mark(of: $0) == nil && !$0.hasPrefix("```") }
        let words = ([line.dropFirst(mark.map { $0.count + 1 } ?? 0)] + more).map { $0.drop { $0 == " " } }
        let text = plain(words.joined(separator: " ")[...])
        blocks.append(mark.map { MarkdownBlock.item(mark: $0, text) } ?? .paragraph(text))
        lines = lines.dropFirst(more.count + 1)
      }
    }
    return blocks
  }

  /// Returns the mark at the beginning of a line, if the line is an item of a list; otherwise nil.
  private static func mark(of line: Substring) -> String? {
    line.firstMatch(of: #/^(-|\d+\.) /#).map { String($0.output.1) }
  }

  /// Splits a row of a table into its cells; `\|` is a character of a cell and not a separator.
  private static func cells(of row: Substring) -> [String] {
    row.replacing("\\|", with: "\u{0}").split(separator: "|").map { cell in
      plain(cell.replacing("\u{0}", with: "|")[...].drop { $0 == " " }).trimmed
    }
  }

  /// Removes the Markdown marks of code, emphasis and links from a text.
  private static func plain(_ text: Substring) -> String {
    String(text).replacing(#/\[([^\]]+)\]\(([^)]+)\)/#) { "\($0.output.1) (\($0.output.2))" }
      .replacing(#/\*\*([^*`\s][^*]*)\*\*/#) { String($0.output.1) }.withoutBackquotes.replacing("\\|", with: "|")
  }

  /// Returns the text of blocks as `help` shows them.
  ///
  /// An empty line separates two blocks, except two items of a list.
  static func page(_ blocks: [MarkdownBlock], _ layout: PageLayout = PageLayout()) -> String {
    var page = ""
    for (index, block) in blocks.enumerated() {
      if index > 0, !(block.isItem && blocks[index - 1].isItem) { page += "\n" }
      page += block.text(layout)
    }
    return page
  }

  private var isItem: Bool { if case .item = self { true } else { false } }

  /// Returns the text of the block; each line ends with a line end.
  private func text(_ layout: PageLayout) -> String {
    let width = min(layout.columns ?? 80, 80) - 2
    func wrapped(_ text: String, _ first: String, _ rest: String) -> String {
      text.wrapped(to: width, first: first, rest: rest)
    }
    switch self {
    case .heading(let text): return layout.prose(text.uppercased()) + "\n"
    case .paragraph(let text): return wrapped(text, "  ", "  ")
    case .item(let mark, let text):
      return wrapped(text, "  \(mark) ", "  " + String(repeating: " ", count: mark.count + 1))
    case .code(let lines): return layout.lines(lines.map { $0.isEmpty ? "\n" : "  \($0)\n" }.joined(), margin: "    ")
    case .table(let rows):
      return rows.map { row in
        wrapped(row.first ?? "", "  ", "    ")
          + wrapped(row.dropFirst().filter { !$0.isEmpty }.joined(separator: ", "), "      ", "      ")
      }.joined()
    }
  }
}

extension String {
  /// Breaks the text into lines of at most `width` characters.
  ///
  /// The first line begins with `first`, and each other line with `rest`.
  fileprivate func wrapped(to width: Int, first: String, rest: String) -> String {
    guard !isEmpty else { return "" }
    var lines: [String] = []
    var line = first
    var isEmptyLine = true
    for word in split(separator: " ") {
      if !isEmptyLine, line.count + 1 + word.count > width {
        lines.append(line)
        (line, isEmptyLine) = (rest, true)
      }
      line += (isEmptyLine ? "" : " ") + word
      isEmptyLine = false
    }
    return (lines + [line]).map { $0 + "\n" }.joined()
  }

  fileprivate var trimmed: String {
    var text = self[...]
    while text.last == " " { text = text.dropLast() }
    return String(text)
  }
}
