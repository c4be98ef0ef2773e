/// Writes text in the macros of man(7).
struct RoffWriter {
  private(set) var text: String

  /// Begins a page of the manual.
  init(_ name: String, _ section: Int) {
    text = ".TH \(name.uppercased().replacing("-", with: "\\-")) \(section) \"\" \"retort\" \"\"\n.nh\n.ad l\n"
  }

  mutating func section(_ title: String) { text += ".SH \(title)\n" }

  mutating func paragraph(_ words: String) { text += ".PP\n" + Self.escaped(words) + "\n" }

  /// Adds the paragraphs of a text, which blank lines separate, and its lines of code.
  ///
  /// The program roff joins the lines of a paragraph, and breaks them again.
  mutating func paragraphs(_ words: String) {
    for passage in words.passages { if passage.isCode { code(passage.text) } else { paragraph(passage.text) } }
  }

  /// Adds lines in bold; the program roff keeps their line ends.
  mutating func bold(_ lines: [String]) {
    text += ".PP\n.nf\n" + lines.map { "\\fB\(Self.escaped($0))\\fR\n" }.joined() + ".fi\n"
  }

  /// Adds an item with its description.
  ///
  /// The description can have several paragraphs, and lines of code.
  mutating func tagged(_ tag: String, _ words: String) {
    text += ".TP\n\\fB\(Self.escaped(tag))\\fR\n"
    let parts = words.passages.map { part in
      part.isCode ? ".nf\n.in 4\n\(Self.escaped(part.text)).in\n.fi\n" : Self.escaped(part.text) + "\n"
    }
    text += parts.joined(separator: ".IP\n")
  }

  /// Adds a command line or an option, with its summary, note and example.
  mutating func entry(_ page: CommandLineOrOptionPage) {
    tagged(page.form, "\(page.summary) \(page.note)")
    text += ".PP\n.nf\n.in 4\n\(Self.escaped(page.example))\n.in\n.fi\n"
  }

  /// Adds lines of code; the program roff keeps their line ends.
  ///
  /// The lines begin near the left margin, so that 78 characters fit on a line.
  mutating func code(_ lines: String) {
    text +=
      ".PP\n.nf\n.in 2\n"
      + lines.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .map { Self.escaped(String($0)) + "\n" }.joined() + ".in\n.fi\n"
  }

  /// Adds a block of an article.
  mutating func add(_ block: MarkdownBlock) {
    switch block {
    case .heading(let title): section(Self.escaped(title.uppercased()))
    case .paragraph(let words): paragraph(words)
    case .item(let mark, let words):
      text += ".IP \(mark == "-" ? "\\(bu" : mark) 4\n" + Self.escaped(words) + "\n"
    case .code(let lines): code(lines.map(Self.broken).joined())
    case .table(let rows):
      for row in rows { tagged(row.first ?? "", row.dropFirst().filter { !$0.isEmpty }.joined(separator: ", ")) }
    }
  }

  /// Breaks a wide line of a statement before a `|`.
  ///
  /// The result ends with a line end.
  static func broken(_ line: String) -> String {
    var (lines, last) = ("", "")
    for part in line.split(separator: " | ") {
      if !last.isEmpty, last.count + part.count > 72 {
        lines += last + "\n"
        last = "  | " + part
      } else {
        last += (last.isEmpty ? "" : " | ") + part
      }
    }
    return lines + last + "\n"
  }

  /// Escapes the characters of a text that have a meaning in roff.
  ///
  /// A hyphen needs an escape, too. Without the escape, the page would show another character than the ASCII hyphen.
  static func escaped(_ words: String) -> String {
    let plain = words.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("'", with: "\\(aq")
      .replacing("`", with: "\\(ga").replacing("^", with: "\\(ha").replacing("~", with: "\\(ti")
    return plain.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix(".") ? "\\&" + $0 : String($0) }.joined(separator: "\n")
  }
}

extension String {
  /// The paragraphs and the code of the text.
  ///
  /// A paragraph is one line, and blank lines separate paragraphs in the text. Lines that begin with two spaces are
  /// code. Each line of code ends with a line end.
  fileprivate var passages: [(isCode: Bool, text: String)] {
    fenced.split(separator: "```", omittingEmptySubsequences: false).enumerated().flatMap { index, part in
      if index % 2 == 1 { return [(true, String(part.drop { $0 != "\n" }.dropFirst()))] }
      return part.split(separator: #/\n\s*\n/#).map { $0.split(separator: "\n").joined(separator: " ") }
        .filter { !$0.isEmpty }.map { (false, $0) }
    }
  }
}
