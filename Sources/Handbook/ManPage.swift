import Evaluation

/// The pages of the manual in the macros of man(7), from the same declarations as `help`.
public enum ManPage {
  /// The pages by name, each with its section.
  public static let names: [(name: String, section: Int)] = [("retort", 1), ("retort-bulk", 7)]

  /// The page with a name: `retort`, `retort-bulk`, or `bulk` for short; nil if there is none.
  public static func text(_ name: String) -> String? {
    switch name {
    case "retort": program
    case "retort-bulk", "bulk": bulk
    default: nil
    }
  }

  // MARK: retort(1)

  private static var program: String {
    var page = Roff("retort", 1)
    page.section("NAME")
    page.paragraph("retort \u{2D} a prompt and batch runner for JSON:API services over RabbitMQ")
    page.section("SYNOPSIS")
    page.bold(ProgramPage.starts.filter { $0.name != "edit" }.map(\.form))
    page.section("DESCRIPTION")
    page.paragraph(
      "retort speaks to services that speak JSON:API over JSON-RPC 2.0 over RabbitMQ. A person types a line at a time "
        + "to explore, and keeps the lines that worked in a file. The whole file is checked before its first request.")
    page.paragraph("The language on one screen, as help shows it:")
    page.code(Help.overview)
    page.section("COMMANDS")
    for start in ProgramPage.starts { page.entry(start) }
    page.section("OPTIONS")
    for option in ProgramPage.options { page.entry(option) }
    page.section("OPTIONS OF SERVE")
    for option in ProgramPage.serve { page.entry(option) }
    for (title, topic) in [("ADDRESSES", "addresses"), ("EXIT STATUS", "program"), ("LOST CONNECTIONS", "losses")] {
      page.section(title)
      Topic.all.first { $0.name == topic }.map { page.paragraphs($0.text) }
    }
    page.section("ENVIRONMENT")
    for (name, text) in environment { page.tagged(name, [text]) }
    page.section("FILES")
    for (name, text) in files { page.tagged(name, [text]) }
    page.section("SEE ALSO")
    page.paragraph("retort-bulk(7); retort help WORD, retort help cookbook")
    return page.text
  }

  private static let environment = [
    ("RETORT_URL", "The address of connect without one, of serve and of doctor."),
    ("RETORT_HISTORY", "The file of the prompt's history; empty for none."),
    ("RETORT_SCHEMA", "The directory for what is learned of services; empty for none."),
    ("RETORT_PAGER, PAGER", "The pager of tall results at the prompt; empty for none."),
    ("RETORT_COLORS", "light for light terminals; NO_COLOR and TERM=dumb turn colours off."),
    ("VISUAL, EDITOR", "The editor of the word edit and of Ctrl-X Ctrl-E."),
    ("XDG_CONFIG_HOME, XDG_STATE_HOME", "The directories of the files below, if they are set."),
  ]

  private static let files = [
    ("~/.config/retort/rc.retort", "The statements that the prompt runs at its start; a def there is a profile."),
    ("./.retortrc", "The same for a directory, if retort trust was given for its text."),
    ("~/.local/state/retort/history", "The history, which only its owner can read."),
    ("~/.local/state/retort/schema", "What replies have shown of each queue, for completion."),
    ("~/.local/state/retort/runs", "The sockets by which retort ctl reaches runs."),
  ]

  // MARK: retort-bulk(7)

  private static var bulk: String {
    var page = Roff("retort-bulk", 7)
    page.section("NAME")
    page.paragraph("retort-bulk \u{2D} changes of many resources with retort")
    page.section("DESCRIPTION")
    Topic.all.first { $0.name == "bulk" }.map { page.paragraphs(separated($0.text)) }
    page.section("STAGES AND COMMANDS")
    for declaration in Vocabulary.stages.filter(\.givesSummary)
      + Vocabulary.commands.filter({ $0.name == "destroy-all" })
    {
      let isStage = declaration.name != "destroy-all"
      let places = declaration.parameters.map { $0.isOptional ? "[\($0.name)]" : $0.name }.joined(separator: " ")
      page.tagged((isStage ? "| " : "") + declaration.name + " " + places, [declaration.summary])
    }
    page.section("OPTIONS")
    for entry in HelpEntry.all where entry.section == .options && optionNames.contains(entry.word) {
      page.tagged(entry.form, entry.summary.paragraphs)
    }
    page.section("EXAMPLES")
    for entry in HelpEntry.all where entry.section == .topics && entry.word == "bulk" {
      for example in entry.examples { page.code(example.code.split(separator: "\n").map(Self.broken).joined()) }
    }
    page.section("SEE ALSO")
    page.paragraph("retort(1); retort help bulk, retort help journal, retort journal FILE")
    return page.text
  }

  /// A line of a statement, continued before a `|` where it is wide, with its end.
  private static func broken(_ line: Substring) -> String {
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

  /// The options of stages that change data, and of destroy-all.
  private static var optionNames: Set<String> {
    let words = Vocabulary.stages.filter(\.givesSummary) + Vocabulary.commands.filter { $0.name == "destroy-all" }
    return Set(words.flatMap { $0.options.map(\.name) }).subtracting(["include", "meta", "filter", "page"])
  }

  /// The topic's text with a blank line before each part that begins with a word and a colon.
  private static func separated(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.prefix { $0.isLetter }.count > 4 && line.drop { $0.isLetter }.hasPrefix(": ") ? "\n" + line : String(line)
    }.joined(separator: "\n")
  }
}
