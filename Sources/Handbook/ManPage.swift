import Evaluation

/// The pages of the manual, in the macros of man(7).
///
/// The program makes the pages from the same declarations and articles as the texts of `help`.
public enum ManPage {
  /// The names of all pages: `retort` and the names of the articles.
  ///
  /// `retort` is the page retort(1). An article such as `bulk` is the page retort-bulk(7).
  public static let names = ["retort"] + Article.all.map(\.name)

  /// Returns the text of a page; nil if there is no page with this name.
  ///
  /// The name may begin with `retort-`. It can also be a word after `help` that shows the article, such as `bulk-changes`.
  public static func text(_ name: String) -> String? {
    let short = name.hasPrefix("retort-") ? String(name.dropFirst(7)) : name
    return short == "retort" ? program : Article.all.first { $0.name == short || $0.answers(to: short) }.map(page)
  }

  // MARK: retort(1)

  private static var program: String {
    var page = RoffWriter("retort", 1)
    page.section("NAME")
    page.paragraph("retort \u{2D} a prompt and batch runner for JSON:API services over RabbitMQ")
    page.section("SYNOPSIS")
    page.bold(CommandLineOrOptionPage.starts.filter { $0.name != "edit" }.map(\.form))
    page.section("DESCRIPTION")
    page.paragraph(
      "retort speaks to services that speak JSON:API over JSON-RPC 2.0 over RabbitMQ. A person types a line at a time "
        + "to explore, and keeps the lines that worked in a file. The whole file is checked before its first request.")
    page.paragraph("The language on one screen, as help shows it:")
    page.code(Help.overview)
    page.section("COMMANDS")
    for start in CommandLineOrOptionPage.starts { page.entry(start) }
    page.section("OPTIONS")
    for option in CommandLineOrOptionPage.options { page.entry(option) }
    page.section("OPTIONS OF SERVE")
    for option in CommandLineOrOptionPage.serve { page.entry(option) }
    for (title, topic) in [("ADDRESSES", "addresses"), ("EXIT STATUS", "program"), ("LOST CONNECTIONS", "losses")] {
      page.section(title)
      HelpTopic.all.first { $0.name == topic }.map { page.paragraphs($0.text) }
    }
    page.section("ENVIRONMENT")
    for (name, text) in environment { page.tagged(name, text) }
    page.section("FILES")
    for (name, text) in files { page.tagged(name, text) }
    page.section("SEE ALSO")
    page.paragraph(
      Article.all.map { "retort-\($0.name)(7)" }.joined(separator: ", ") + "; retort help WORD, retort help cookbook")
    return page.text
  }

  /// The variables of the environment that the program reads, with their meanings.
  static let environment = [
    (
      "RETORT_URL",
      "The URI of the broker for the command connect without a URI, and for retort serve, work and doctor."
    ),
    ("RETORT_HISTORY", "The file for the history of the prompt. If the value is empty, no history is stored."),
    (
      "RETORT_SCHEMA", "The directory for the fields learned from replies. If the value is empty, nothing is stored."
    ),
    ("RETORT_PAGER, PAGER", "The pager for tall results at the prompt. If the value is empty, there is no pager."),
    ("RETORT_COLORS", "If the value is light, the colours suit a light terminal."),
    ("NO_COLOR", "Any value that is not empty turns colours off."),
    ("TERM", "The type of the terminal. If it is dumb, unknown or not set, there are no colours and no pager."),
    ("VISUAL, EDITOR", "The editor for the prompt's command edit and for Ctrl-X Ctrl-E."),
    (
      "RETORT_POOL_KEY",
      "The secret that the workers of a pool share with the programs that use the pool, at least 16 bytes."
    ),
    ("RETORT_POOL_META", "The secret members of meta that a worker adds to its changes, as a JSON object."),
    ("TMPDIR", "The directory for temporary files. retort uses them for large results (default: /tmp)."),
    ("XDG_CONFIG_HOME, XDG_STATE_HOME", "The directories that retort uses in place of ~/.config and ~/.local/state."),
  ]

  private static let files = [
    (
      "~/.config/retort/rc.retort",
      "The statements that the prompt runs at its start. A def that opens a connection is a profile."
    ),
    ("./.retortrc", "The same for the working directory, if retort trust has accepted the text of the file."),
    ("~/.local/state/retort/history", "The history, which only its owner can read."),
    ("~/.local/state/retort/schema", "The fields of each queue's types, learned from replies, for completion."),
    ("~/.local/state/retort/runs", "The sockets by which retort ctl controls other running retort programs."),
  ]

  // MARK: retort-bulk(7) and the other articles

  private static func page(of article: Article) -> String {
    var page = RoffWriter("retort-" + article.name, 7)
    page.section("NAME")
    page.paragraph("retort-\(article.name) \u{2D} \(article.title.prefix(1).lowercased() + article.title.dropFirst())")
    page.section("DESCRIPTION")
    page.paragraph(article.summary)
    for block in MarkdownBlock.blocks(of: article.body) { page.add(block) }
    if article.name == "bulk" { addOptions(to: &page) }
    page.section("SEE ALSO")
    let others = Article.all.filter { $0.name != article.name }.map { "retort-\($0.name)(7)" }
    page.paragraph((["retort(1)"] + others).joined(separator: ", "))
    return page.text
  }

  /// Adds to a page the words that change many resources, and their options.
  private static func addOptions(to page: inout RoffWriter) {
    page.section("STAGES AND COMMANDS")
    for declaration in Vocabulary.stages.filter(\.givesSummary)
      + Vocabulary.commands.filter({ $0.name == "destroy-all" })
    {
      let isStage = declaration.name != "destroy-all"
      let places = declaration.parameters.map { $0.isOptional ? "[\($0.name)]" : $0.name }.joined(separator: " ")
      page.tagged((isStage ? "| " : "") + declaration.name + " " + places, declaration.summary)
    }
    page.section("OPTIONS")
    for entry in HelpEntry.all where entry.section == .options && optionNames.contains(entry.word) {
      page.tagged(entry.form, entry.summary)
    }
  }

  /// The names of the options of `destroy-all` and of all stages that change data.
  private static var optionNames: Set<String> {
    let words = Vocabulary.stages.filter(\.givesSummary) + Vocabulary.commands.filter { $0.name == "destroy-all" }
    return Set(words.flatMap { $0.options.map(\.name) }).subtracting(["include", "meta", "filter", "page"])
  }
}
