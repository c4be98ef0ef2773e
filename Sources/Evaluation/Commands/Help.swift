/// The words of `help`, made from the declarations.
public enum Help {
  /// Every word that `help` explains.
  public static var topics: [String] {
    Command.all.map(\.declaration.name) + Stage.all.map(\.declaration.name) + Function.all.map(\.name)
      + statements.map(\.name) + ["commands", "stages", "functions", "statements"]
  }

  /// What can begin a statement.
  public static var commandNames: [String] { (statements.map(\.name) + Command.all.map(\.declaration.name)).sorted() }

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
    switch word {
    case "commands": return list(Command.all.map { ($0.declaration.signature, $0.declaration.summary) })
    case "stages": return list(Stage.all.map { ("| " + $0.declaration.signature, $0.declaration.summary) })
    case "functions": return list(Function.all.map { ($0.signature, $0.summary) })
    case "statements": return list(statements.map { ($0.form, $0.summary) })
    default: break
    }
    var parts: [String] = []
    if let command = Command.named(word) { parts.append(text(command.declaration, prefix: "")) }
    if let stage = Stage.named(word) { parts.append(text(stage.declaration, prefix: "... | ")) }
    if let function = Function.named(word) {
      parts.append("\(function.signature)\n  \(function.summary)\n\n" + example(function.example))
    }
    if let statement = statements.first(where: { $0.name == word }) {
      parts.append("\(statement.form)\n  \(statement.summary)\n")
    }
    return parts.isEmpty ? nil : parts.joined(separator: "\n")
  }

  private static func list(_ rows: [(String, String)]) -> String {
    rows.map { "\($0.0)\n    \($0.1)\n" }.joined()
  }

  private static func text(_ declaration: Declaration, prefix: String) -> String {
    var text = "\(prefix)\(declaration.signature)  -> \(declaration.result)\n  \(declaration.summary)\n"
    let width = declaration.options.map(\.name.count).max() ?? 0
    for option in declaration.options {
      let name = option.name + ":" + String(repeating: " ", count: width - option.name.count)
      text += "    \(name)  \(option.summary)" + (option.fallback.map { " (default \($0))" } ?? "") + "\n"
    }
    for item in declaration.examples { text += "\n" + example(item) }
    return text
  }

  private static func example(_ example: Declaration.Example) -> String {
    let code = example.code.split(separator: "\n").map { "  > \($0)\n" }.joined()
    return code + example.output.split(separator: "\n").map { "  \($0)\n" }.joined()
  }

  /// One screen.
  static var overview: String {
    let statementWords = statements.map(\.name).joined(separator: " ")
    let commands = Command.all.map(\.declaration.name).joined(separator: " ")
    let stages = Stage.all.map(\.declaration.name).joined(separator: " ")
    let functions = Function.all.map(\.name).joined(separator: " ")
    return """
      retort speaks to services that speak JSON:API over JSON-RPC over RabbitMQ.

        connect "amqp://guest:guest@localhost/"        or connect "embedded:blog", a sample without a broker
        let posts = client queue: "posts"
        count posts filter: {state: "draft"}
        show posts 12 include: "author"
        stream posts | where .views < 1000 | sort -.views | take 5 | table .id .text
        create posts {text: "Hello", author: {type: "authors", id: "1"}}
        for post in stream posts filter: {state: "draft"} | collect do update posts post.id {state: "published"} end
        destroy-all posts filter: {state: "spam"} confirm: true

      A line is a statement; text is "quoted", a bare name is a variable; any JSON is a value; | sends elements to a
      stage, where .field and it mean the element; # begins a comment.

      statements  \(wrapped(statementWords))
      commands    \(wrapped(commands))
      stages      \(wrapped(stages))
      functions   \(wrapped(functions))

      help WORD explains a word; help commands, stages, functions or statements lists them with their forms.

      """
  }

  private static func wrapped(_ words: String) -> String {
    var lines = [""]
    for word in words.split(separator: " ") {
      if lines[lines.count - 1].count + word.count > 84 { lines.append("") }
      lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
    }
    return lines.joined(separator: "\n            ")
  }
}
