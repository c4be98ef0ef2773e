/// A longer text of the reference, which is a page of `help`, a manual page and a file of Handbook.docc.
///
/// Its Markdown uses headings, paragraphs, lists, tables and fenced blocks. A block fenced as `retort` is a script, and
/// the block below it is its output; tests run the scripts.
public struct Article: Sendable {
  /// The name of the article's file and manual page: `bulk`.
  public var name: String
  /// The word after `help` that shows the article; nil if the name is this word.
  var helpWord: String?
  /// Other words for the article.
  var aliases: [String] = []
  /// The title, without a full stop.
  public var title: String
  /// The subject, in one sentence.
  public var summary: String
  /// The Markdown below title and summary.
  var body: String

  /// Every article, in the order of `help guide`.
  public static let all = [language, bulk, connections, serving, running, prompt, editor, workers, news]

  /// The word after `help` that shows the article.
  var word: String { helpWord ?? name }

  /// Whether a word names the article.
  func answers(to asked: String) -> Bool { word == asked || aliases.contains(asked) }

  /// The whole text as a file of Handbook.docc.
  public var markdown: String { "# \(title)\n\n\(summary)\n\n\(body)\n" }

  /// The name of the article's file in Handbook.docc.
  public var file: String { name.prefix(1).uppercased() + name.dropFirst() + ".md" }

  /// The page of `help`, for 80 columns.
  var text: String { "\(title)\n\n" + MarkdownBlock.page(MarkdownBlock.blocks(of: "\(summary)\n\n\(body)")) }

  /// The list of `help guide`.
  static var list: String {
    let width = all.map(\.word.count).max() ?? 0
    return all.map { "\($0.word.filled(to: width))  \($0.summary)\n" }.joined()
      + "\nhelp bulk-changes shows the article bulk-changes.\n"
  }

  /// Returns the text of a topic of `help`, as a part of an article.
  static func topic(_ name: String) -> String { (HelpTopic.all.first { $0.name == name }?.text ?? "").fenced }

  /// Returns a table of the words in a list of `help`, with their summaries.
  static func table(_ section: HelpEntry.HelpSection) -> String {
    let rows = HelpEntry.all.filter { $0.section == section }.map { entry in
      "| `\(entry.form.replacing("|", with: "\\|"))` | \(entry.brief.replacing("|", with: "\\|")) |"
    }
    return "| Form | Meaning |\n|---|---|\n" + rows.joined(separator: "\n")
  }
}

extension String {
  /// The text with fences around its code, that is, around lines that begin with two spaces.
  var fenced: String {
    var lines: [String] = []
    var blanks: [String] = []
    var isCode = false
    for line in split(separator: "\n", omittingEmptySubsequences: false) {
      guard !line.isEmpty else {
        blanks.append("")
        continue
      }
      let begins = line.hasPrefix("  ") && !isCode
      let ends = !line.hasPrefix("  ") && isCode
      lines += (ends ? ["```"] : []) + blanks + (begins ? ["```text"] : [])
      blanks = []
      isCode = line.hasPrefix("  ")
      lines.append(String(isCode ? line.dropFirst(2) : line))
    }
    return (lines + (isCode ? ["```"] : [])).joined(separator: "\n")
  }
}
