/// A long text of the reference about one subject, such as bulk changes.
///
/// Each article is a page of `help`, a page of the manual, and a file of Handbook.docc. It is written in Markdown with
/// headings, paragraphs, lists, tables and fenced blocks. A block fenced as `retort` is a script, and the block below
/// the script is its output. Tests run the scripts.
public struct Article: Sendable {
  /// The name of the article's file and of its page in the manual: `bulk`.
  public var name: String
  /// The word after `help` that shows the article; nil if this word is the name of the article.
  var helpWord: String?
  /// Other words that show the article.
  var aliases: [String] = []
  /// The title, without a full stop.
  public var title: String
  /// The subject of the article, in one sentence.
  public var summary: String
  /// The Markdown text below the title and the summary.
  var body: String

  /// All articles, in the order of `help guide`.
  public static let all = [language, bulk, connections, serving, running, prompt, editor, workers, news]

  /// The word after `help` that shows the article.
  var word: String { helpWord ?? name }

  /// Whether `help WORD` shows this article.
  func answers(to asked: String) -> Bool { word == asked || aliases.contains(asked) }

  /// The whole article as a file of Handbook.docc.
  public var markdown: String { "# \(title)\n\n\(summary)\n\n\(body)\n" }

  /// The name of the article's file in Handbook.docc.
  public var file: String { name.prefix(1).uppercased() + name.dropFirst() + ".md" }

  /// Returns the page of the article in `help`, for at most 80 columns.
  func text(_ layout: PageLayout) -> String {
    "\(layout.prose(title))\n\n" + MarkdownBlock.page(MarkdownBlock.blocks(of: "\(summary)\n\n\(body)"), layout)
  }

  /// The text of `help guide`, which lists the articles.
  static var list: String {
    let width = all.map(\.word.count).max() ?? 0
    return all.map { "\($0.word.filled(to: width))  \($0.summary)\n" }.joined()
      + "\nhelp bulk-changes shows the article bulk-changes.\n"
  }

  /// Returns the text of a topic of `help` as Markdown, for an article.
  static func topic(_ name: String) -> String { (HelpTopic.all.first { $0.name == name }?.text ?? "").fenced }

  /// Returns a Markdown table of the words in a list of `help`, with their summaries.
  static func table(_ section: HelpEntry.HelpSection) -> String {
    let rows = HelpEntry.all.filter { $0.section == section }.map { entry in
      "| `\(entry.form.replacing("|", with: "\\|"))` | \(entry.brief.replacing("|", with: "\\|")) |"
    }
    return "| Form | Meaning |\n|---|---|\n" + rows.joined(separator: "\n")
  }
}

extension String {
  /// The text with fences around its code.
  ///
  /// Lines that begin with two spaces are code. In each block of code, the lines lose the margin of the first line.
  var fenced: String {
    var lines: [String] = []
    var blanks: [String] = []
    var isCode = false
    var margin = 0
    for line in split(separator: "\n", omittingEmptySubsequences: false) {
      guard !line.isEmpty else {
        blanks.append("")
        continue
      }
      let begins = line.hasPrefix("  ") && !isCode
      let ends = !line.hasPrefix("  ") && isCode
      if begins { margin = line.prefix { $0 == " " }.count }
      lines += (ends ? ["```"] : []) + blanks + (begins ? ["```text"] : [])
      blanks = []
      isCode = line.hasPrefix("  ")
      lines.append(String(isCode ? line.dropFirst(min(margin, line.prefix { $0 == " " }.count)) : line))
    }
    return (lines + (isCode ? ["```"] : [])).joined(separator: "\n")
  }
}
