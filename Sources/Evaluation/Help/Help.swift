/// The words of `help`, made from the declarations.
public enum Help {
  /// Every word that `help` explains.
  public static var topics: [String] {
    HelpEntry.all.map(\.word) + HelpEntry.Section.allCases.map(\.rawValue)
  }

  /// What can begin a statement.
  public static var commandNames: [String] { (statements.map(\.name) + Command.all.map(\.declaration.name)).sorted() }

  /// The names of the options that a command or stage takes.
  public static func options(of word: String, isStage: Bool) -> [String] {
    let section: HelpEntry.Section = isStage ? .stages : .commands
    return HelpEntry.all.first { $0.word == word && $0.section == section }?.options.map(\.name) ?? []
  }

  /// What can stand after `|`.
  public static var stageNames: [String] { Stage.all.map(\.declaration.name).sorted() }

  /// The statements, which have a form of their own.
  static let statements: [(name: String, form: String, summary: String)] = [
    ("let", "let NAME = PIPELINE", "Assigns the nearest visible name, or defines one."),
    ("for", "for NAME in PIPELINE do ... end", "Runs a block for each element."),
    ("while", "while CONDITION do ... end", "Runs a block as long as a condition is true."),
    ("if", "if CONDITION do ... else ... end", "Runs a block where a condition is true, or another."),
    ("try", "try do ... rescue NAME ... end", "Runs a block; where it fails, another with the error as NAME."),
    ("def", "def NAME(a, b: 1) do ... end", "Defines a command of your own."),
    ("return", "return [PIPELINE]", "Leaves a def with a value."),
    ("break", "break", "Leaves a loop."),
    ("continue", "continue", "Goes on with the next element of a loop."),
    ("source", "source \"FILE.retort\"", "Runs another file here."),
    ("set", "set timeout: 10s output: \"json\" in-flight: 16 timing: true", "Changes a setting of the session."),
    ("help", "help [WORD]", "Explains a word, or lists them all."),
  ]

  /// The text for some words, or nil where there is none.
  public static func text(_ words: [String]) -> String? {
    guard let word = words.first, words.count == 1 else { return words.isEmpty ? overview : nil }
    if let section = HelpEntry.Section(rawValue: word) { return list(section) }
    let entries = HelpEntry.all.filter { $0.word == word }
    return entries.isEmpty ? nil : entries.map(\.text).joined(separator: "\n")
  }

  /// The language reference: every word with its form, options and examples, in Markdown.
  public static var reference: String {
    let sections = HelpEntry.Section.allCases.map { section in
      "## \(section.rawValue.prefix(1).uppercased() + section.rawValue.dropFirst())\n\n"
        + HelpEntry.all.filter { $0.section == section }.map(\.markdown).joined(separator: "\n")
    }
    let note = """
      # The language, word by word

      What `help WORD` says, made from the same declarations. Each example is run by a test: on a fresh `embedded:blog`,
      with `posts` and `authors` as clients of it.

      """
    return ([note] + sections).joined(separator: "\n")
  }

  /// All statements that stand as examples, with what they print.
  public static var examples: [Declaration.Example] { HelpEntry.all.flatMap(\.examples) }

  /// Each word, once for each list it stands in, with the number of its examples.
  public static var wordsWithExamples: [(word: String, examples: Int)] {
    HelpEntry.all.map { ($0.word, $0.examples.count) }
  }

  private static func list(_ section: HelpEntry.Section) -> String {
    HelpEntry.all.filter { $0.section == section }.map { entry in
      section == .topics ? "\(entry.form)\n" : "\(entry.form)\n    \(entry.summary)\n"
    }.joined()
  }

  /// One screen of 80 columns.
  static var overview: String {
    """
    retort speaks to services that speak JSON:API over JSON-RPC over RabbitMQ.

      connect "amqp://guest:guest@localhost/"     # or connect "embedded:blog"
      let posts = client queue: "posts"
      count posts filter: {state: "draft"}
      show posts 12 include: "author"
      stream posts | where .views < 1000 | sort -.views | take 5
      create posts {text: "Hello", author: {type: "authors", id: "1"}}
      for post in stream posts filter: {state: "draft"} | collect do
        update posts post.id {state: "published"}
      end
      destroy-all posts filter: {state: "spam"} confirm: true

    A line is a statement; text is "quoted", a bare name is a variable; any JSON is
    a value; | sends elements to a stage, where .field and it mean the element.

    \(HelpEntry.Section.allCases.map(words).joined(separator: "\n"))

    help WORD explains a word; help stages (or any list) shows the forms.

    """
  }

  /// The words of a section, wrapped beside its name.
  private static func words(_ section: HelpEntry.Section) -> String {
    var lines = [""]
    for entry in HelpEntry.all where entry.section == section {
      if lines[lines.count - 1].count + entry.word.count > 66 { lines.append("") }
      lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + entry.word
    }
    let name = section.rawValue + String(repeating: " ", count: 12 - section.rawValue.count)
    return name + lines.joined(separator: "\n            ")
  }
}
