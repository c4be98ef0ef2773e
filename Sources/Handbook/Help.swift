public import Evaluation

/// The texts of `help`, which the program makes from the declarations of the language.
public enum Help {
  /// All words that `help` explains.
  public static var topics: [String] {
    HelpEntry.all.flatMap { [$0.word] + $0.aliases } + HelpEntry.HelpSection.allCases.map(\.rawValue)
      + Article.all.flatMap { [$0.word] + $0.aliases } + ["bulk", "words", "cookbook", "guide"]
  }

  /// The words that can begin a statement.
  public static var commandNames: [String] {
    (Vocabulary.statements.map(\.name) + Vocabulary.commands.map(\.name)).sorted()
  }

  /// The words that can follow a `|`.
  public static var stageNames: [String] { Vocabulary.stages.map(\.name).sorted() }

  /// Returns the text of `help WORDS`; nil if no page has this name.
  ///
  /// The name of an option may end with a colon. `columns` is the width of the terminal, and nil for other output. For
  /// other output, the function breaks only the lines of articles, at 80 columns.
  public static func text(_ words: [String], columns: Int? = nil) -> String? {
    let layout = PageLayout(columns: columns)
    guard let word = words.first else { return layout.lines(overview, margin: "") }
    if word == "cookbook" { return Cookbook.text(Array(words.dropFirst()), layout) }
    guard words.count == 1 else { return nil }
    if word == "words" { return layout.prose(self.words) }
    if word == "guide" { return layout.prose(Article.list) }
    if word == "bulk" { return layout.lines(bulk, margin: "") }
    let asked = word.hasSuffix(":") ? String(word.dropLast()) : word
    let entries = HelpEntry.all.filter { $0.answers(to: asked) }
    let lists = HelpEntry.HelpSection.allCases.filter { section in
      section.rawValue == asked || entries.contains { $0.word == section.rawValue }
    }
    // A page with this name comes before a page for which the word is only an alias.
    let named = entries.filter { $0.word == asked } + entries.filter { $0.word != asked }
    let pages =
      named.map { $0.text(layout) } + lists.map { list($0, layout) }
      + Article.all.filter { $0.answers(to: asked) }.map { $0.text(layout) }
    return pages.isEmpty ? nil : pages.joined(separator: "\n")
  }

  /// Returns the list of all ways to start the program and of all its options, each on its own line.
  public static func usage(columns: Int? = nil) -> String { list(.program, PageLayout(columns: columns)) }

  /// The language reference in Markdown, which contains each word with its form, options and examples.
  public static var reference: String {
    let sections = HelpEntry.HelpSection.allCases.map { section in
      "## \(section.rawValue.prefix(1).uppercased() + section.rawValue.dropFirst())\n\n"
        + HelpEntry.all.filter { $0.section == section }.map(\.markdown).joined(separator: "\n")
    }
    let note = """
      # Reference of the language

      The text of `help WORD`, generated from the same declarations. A test runs each example on a new `embedded:blog`, with
      `posts` and `authors` as its clients.

      """
    return ([note] + sections).joined(separator: "\n")
  }

  /// All statements that serve as examples, with their output.
  public static var examples: [CommandDeclaration.Example] { HelpEntry.all.flatMap(\.examples) }

  /// The words that `help words` lists, each with the number of its examples.
  ///
  /// A word that is in several lists occurs several times.
  public static var wordsWithExamples: [(word: String, examples: Int)] {
    HelpEntry.all.filter(\.section.isOnOverview).map { ($0.word, $0.examples.count) }
  }

  /// The width of the widest form that stands on one line with its description.
  ///
  /// The description of a wider form begins on the next line, in the column of the other descriptions.
  private static let widestForm = 26

  /// The minimum width of the column of descriptions; on a narrower terminal, each description is below its form.
  private static let narrowestNote = 30

  private static func list(_ section: HelpEntry.HelpSection, _ layout: PageLayout) -> String {
    let entries = HelpEntry.all.filter { $0.section == section }
    let width = entries.map(\.form.count).filter { $0 <= Self.widestForm }.max() ?? 0
    let isTable = section.isOneLineEach && layout.columns ?? .max >= width + narrowestNote
    return entries.map { entry in
      let note = (section.isOneLineEach ? String(entry.brief) : entry.summary).withoutBackquotes
      guard isTable else {
        return layout.form(entry.form) + "\n" + (section == .topics ? "" : layout.prose("    \(note)") + "\n")
      }
      let form = entry.form.count > width ? entry.form + "\n" + "".filled(to: width) : entry.form.filled(to: width)
      return layout.prose("\(form)  \(note)\n")
    }.joined()
  }

  /// The text of `help` without a word, which fits on a screen of 24 lines and 80 columns.
  static let overview = """
    retort speaks to services that speak JSON:API over JSON-RPC over RabbitMQ.

      connect "amqp://guest:guest@localhost/"; let posts = client queue: "posts"
      look        show posts 12 include: "author"
      find        stream posts filter: {state: "spam"} | where .views < 9 | take 5
      count       count posts filter: {state: "draft"}
      report      stream posts | group .state | select .key .count
      duplicates  stream authors | group .name | where .count > 1
      create      create posts {text: "Hello", author: {type: "authors", id: "1"}}
      change      stream posts | collect | update posts {state: "published"}
      delete      destroy-all posts filter: {state: "spam"}
      load        read "people.csv" | upsert authors key: .email
      save        stream posts | write "posts.ndjson"

    1. Each line is a statement. "Text" has quotes; a name has none.
    2. Any JSON text is a value. Nothing is converted implicitly: write int("5").
    3. After |, the word it is the current element, and .views is a field of it.
    4. To change the resources that you stream, put | collect before the change.
    5. retort asks before a bulk destroy. Scripts need confirm: true or --yes.

    help WORD explains a word, an option (help include) or a kind of error.
    Lists: help words (all words), help cookbook (recipes), help guide (articles).

    """

  /// The text of `help words`: the lists of all words, in 80 columns.
  static var words: String {
    HelpEntry.HelpSection.allCases.filter(\.isOnOverview).map(words).joined(separator: "\n") + """

      help stages lists all stages with their arguments. Other lists are
      help options, help errors, help program and help serve.

      """
  }

  /// Returns the words of a section as lines; the first line begins with the name of the section.
  private static func words(_ section: HelpEntry.HelpSection) -> String {
    let lines = HelpEntry.all.filter { $0.section == section }.map(\.word).lines(of: 67)
    return section.rawValue.filled(to: 12) + lines.joined(separator: "\n            ")
  }
}
