import Evaluation
import Values

/// A word that `help` explains, with its page and its entry in the reference.
struct HelpEntry: Sendable {
  /// The lists of words that `help` shows, such as `help stages`.
  enum HelpSection: String, CaseIterable, Sendable {
    case statements, commands, stages, functions, topics, options, errors, program, serve

    /// Whether `help words` lists the words of the section.
    ///
    /// `help words` does not list options, errors and command lines of the program.
    var isOnOverview: Bool { !isOneLineEach }

    /// Whether the list of the section has one line for each word.
    var isOneLineEach: Bool { [.options, .errors, .program, .serve].contains(self) }
  }

  var section: HelpSection
  var word: String
  /// Other words that show the same page.
  var aliases: [String] = []
  /// The syntax, such as `count CLIENT [filter:]  -> number`.
  var form: String
  /// The description of the word.
  ///
  /// The description has one line. For topics, options, errors and the program, it is the whole text of the page.
  var summary: String
  var options: [CommandDeclaration.Option] = []
  var examples: [CommandDeclaration.Example] = []

  /// All entries, in the order of the sections.
  static let all: [HelpEntry] = statements + commands + stages + functions + topics + options + errors + program + serve

  private static let statements = Vocabulary.statements.map {
    HelpEntry(
      section: .statements, word: $0.name, form: $0.form, summary: $0.summary,
      options: $0.name == "set" ? Vocabulary.settings : [], examples: Examples.of($0.name))
  }

  private static let commands = Vocabulary.commands.map { HelpEntry(.commands, $0) }

  private static let stages = Vocabulary.stages.map { HelpEntry(.stages, $0) }

  private static let functions = Vocabulary.functions.map {
    HelpEntry(
      section: .functions, word: $0.name, form: $0.signature, summary: $0.summary,
      examples: [$0.example] + Examples.of($0.name))
  }

  private static let topics = HelpTopic.all.map {
    HelpEntry(
      section: .topics, word: $0.name, aliases: $0.aliases, form: $0.name, summary: $0.text,
      examples: Examples.of("topic " + $0.name))
  }

  private static let options = LanguageOptionPage.all(of: commands + stages + statements).map {
    HelpEntry(
      section: .options, word: $0.name, form: $0.name + ":", summary: $0.text,
      examples: Examples.of("option " + $0.name))
  }

  private static let errors = ErrorPage.all.map {
    HelpEntry(
      section: .errors, word: $0.kind.word, form: $0.kind.word, summary: $0.text,
      examples: Examples.of("error " + $0.kind.word))
  }

  private static let program = CommandLineOrOptionPage.all.map { HelpEntry(.program, $0) }

  private static let serve = CommandLineOrOptionPage.serve.map { HelpEntry(.serve, $0) }

  /// The first line of the description.
  var brief: Substring { summary.prefix { $0 != "\n" } }

  /// Whether `help WORD` shows this entry.
  func answers(to asked: String) -> Bool { word == asked || aliases.contains(asked) }

  /// Returns the text of the entry's page in `help`.
  ///
  /// In the text, code in prose has no backquotes.
  func text(_ layout: PageLayout) -> String {
    var text = layout.form(form) + "\n" + layout.lines(summary.withoutBackquotes, margin: "  ")
    let width = options.map(\.name.count).max() ?? 0
    for option in options {
      let name = (option.name + ":").filled(to: width + 1)
      text += layout.prose("    \(name)  \(option.note.withoutBackquotes)") + "\n"
    }
    return text + examples.map { "\n" + $0.text.indented(by: "  ") }.joined()
  }

  /// The entry of the word in the reference, in Markdown.
  var markdown: String {
    var text = form == word ? "### \(word)\n\n" : "### \(word)\n\n`\(form)`\n\n"
    text += "\(summary.fenced)\n"
    if !options.isEmpty { text += "\n" + options.map { "- `\($0.name):` \($0.note)\n" }.joined() }
    if !examples.isEmpty { text += "\n```text\n" + examples.map(\.text).joined(separator: "\n") + "```\n" }
    return text
  }
}

extension HelpEntry {
  fileprivate init(_ section: HelpSection, _ page: CommandLineOrOptionPage) {
    self.init(section: section, word: page.name, aliases: page.aliases, form: page.form, summary: page.text)
  }

  fileprivate init(_ section: HelpSection, _ declaration: CommandDeclaration) {
    self.section = section
    let prefix = section == .stages ? "... | " : ""
    word = declaration.name
    form = "\(prefix)\(declaration.signature)  -> \(declaration.result)"
    summary = declaration.summary + (declaration.isPromptOnly ? " The command works only at the prompt." : "")
    options = declaration.options
    examples = declaration.examples + Examples.of(section == .stages ? "stage \(declaration.name)" : declaration.name)
  }
}

extension CommandDeclaration.Option {
  /// The summary of the option, followed by the default value in parentheses, if the option has one.
  var note: String { summary + (fallback.map { " (default: \($0))" } ?? "") }
}

extension CommandDeclaration.Example {
  /// The statement in the form in which a user types it, followed by its output.
  var text: String {
    let lines = code.split(separator: "\n").enumerated().map { ($0 == 0 ? "> " : ". ") + $1 + "\n" }
    return lines.joined() + (output.isEmpty ? "" : output + "\n")
  }
}

extension String {
  /// Returns the lines of the text with a margin before each line; empty lines stay empty.
  ///
  /// Each line ends with a line end.
  fileprivate func indented(by margin: String) -> String {
    let lines = hasSuffix("\n") ? dropLast() : self[...]
    return lines.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "\n" : margin + $0 + "\n" }.joined()
  }

  /// The text without the backquotes that mark code in prose.
  var withoutBackquotes: String { replacing("`", with: "") }

  /// Returns the text with spaces after it, up to a width.
  func filled(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }
}
