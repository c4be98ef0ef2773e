/// A word that `help` explains: what the page about it, and its place in the reference, are made of.
struct HelpEntry: Sendable {
  /// The lists that the words stand in.
  enum Section: String, CaseIterable, Sendable {
    case statements, commands, stages, functions, topics
  }

  var section: Section
  var word: String
  /// How it is written: `count CLIENT [filter:]  -> number`.
  var form: String
  /// What it does, in a line; of a topic all there is to say.
  var summary: String
  var options: [Declaration.Option] = []
  var examples: [Declaration.Example] = []

  /// All words, by section.
  static let all: [HelpEntry] =
    Help.statements.map {
      HelpEntry(
        section: .statements, word: $0.name, form: $0.form, summary: $0.summary, examples: Examples.of($0.name))
    } + Command.all.map { HelpEntry(.commands, $0.declaration) } + Stage.all.map { HelpEntry(.stages, $0.declaration) }
    + Function.all.map {
      HelpEntry(
        section: .functions, word: $0.name, form: $0.signature, summary: $0.summary,
        examples: [$0.example] + Examples.of($0.name))
    }
    + Topic.all.map {
      HelpEntry(
        section: .topics, word: $0.name, form: $0.name, summary: $0.text, examples: Examples.of("topic " + $0.name))
    }

  /// The page about it.
  var text: String {
    var text =
      form + "\n" + summary.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)\n" }.joined()
    let width = options.map(\.name.count).max() ?? 0
    for option in options {
      let name = option.name + ":" + String(repeating: " ", count: width - option.name.count)
      text += "    \(name)  \(option.note)\n"
    }
    return text + examples.map { "\n" + $0.text.indented(by: "  ") }.joined()
  }

  /// Its place in the reference, in Markdown.
  var markdown: String {
    var text = section == .topics ? "### \(word)\n\n\(summary)\n" : "### \(word)\n\n`\(form)`\n\n\(summary)\n"
    if !options.isEmpty { text += "\n" + options.map { "- `\($0.name):` \($0.note)\n" }.joined() }
    if !examples.isEmpty { text += "\n```text\n" + examples.map(\.text).joined(separator: "\n") + "```\n" }
    return text
  }
}

extension HelpEntry {
  fileprivate init(_ section: Section, _ declaration: Declaration) {
    self.section = section
    let prefix = section == .stages ? "... | " : ""
    word = declaration.name
    form = "\(prefix)\(declaration.signature)  -> \(declaration.result)"
    summary = declaration.summary
    options = declaration.options
    examples = declaration.examples + Examples.of(section == .stages ? "stage \(declaration.name)" : declaration.name)
  }
}

extension Declaration.Option {
  /// What it is for, and what holds without it.
  fileprivate var note: String { summary + (fallback.map { " (default \($0))" } ?? "") }
}

extension Declaration.Example {
  /// The statement as it is typed, and what it prints.
  fileprivate var text: String {
    let lines = code.split(separator: "\n").enumerated().map { ($0 == 0 ? "> " : ". ") + $1 + "\n" }
    return lines.joined() + (output.isEmpty ? "" : output + "\n")
  }
}

extension String {
  fileprivate func indented(by margin: String) -> String {
    split(separator: "\n").map { margin + $0 + "\n" }.joined()
  }
}
