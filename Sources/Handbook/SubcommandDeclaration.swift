import Evaluation

/// A form of the program's command line, such as `retort doctor`, with its options and the kind of its arguments.
///
/// The shell completion and the manual use these values.
public struct SubcommandDeclaration: Sendable {
  /// An option on the program's command line, such as `--var NAME=VALUE`: its name, its value's placeholder, and a
  /// summary.
  public struct Option: Sendable {
    /// The option as the user types it: `--var`.
    public var name: String
    /// The placeholder of the option's value in help texts, such as `DURATION`; nil for an option without a value.
    public var value: String?
    /// The summary, in one line.
    public var summary: String
  }

  /// The kind of the arguments after the options, such as script files.
  public enum PositionalArgumentKind: Sendable, Equatable {
    case nothing, scripts, files, address, database, helpWords
    case words([String])
  }

  /// The first word after `retort`; empty for the command line that starts the prompt or a script.
  public var name: String
  /// The summary, in one line.
  public var summary: String
  /// The options that this form of the command line accepts.
  public var options: [Option]
  /// The kind of the arguments.
  public var argument: PositionalArgumentKind

  /// All command lines; the first of them starts the prompt or a script.
  public static let all: [SubcommandDeclaration] =
    [SubcommandDeclaration(name: "", summary: "The prompt, or a script.", options: main, argument: .scripts)]
    + CommandLineOrOptionPage.all.filter { !$0.name.hasPrefix("-") && arguments[$0.word] != nil }.map { page in
      SubcommandDeclaration(
        name: page.word, summary: page.summary, options: options(of: page.word),
        argument: arguments[page.word] ?? .nothing)
    }

  private static let main =
    [Option(name: "-c", value: "STATEMENTS", summary: "Runs these statements.")]
    + CommandLineOrOptionPage.options.map(Option.init)

  /// The kind of the arguments of each command line; the key is the first word after `retort`.
  private static let arguments: [String: PositionalArgumentKind] = [
    "check": .scripts, "fmt": .scripts, "serve": .database, "demo": .nothing, "doctor": .address, "lsp": .nothing,
    "work": .address,
    "journal": .files, "ctl": .words(["status", "pause", "resume", "stop", "rate=off"]), "trust": .files,
    "completions": .words(["bash", "zsh", "fish"]), "man": .words(ManPage.names), "help": .helpWords,
  ]

  private static func options(of word: String) -> [Option] {
    switch word {
    case "serve": CommandLineOrOptionPage.serve.map(Option.init)
    case "check": [Option(name: "--output", value: "FORMAT", summary: "The format of findings: text or json.")]
    case "fmt":
      [Option(name: "--check", value: nil, summary: "Changes no file. Lists the files whose layout would change.")]
    case "doctor":
      [
        Option(name: "--output", value: "FORMAT", summary: "The format: text or json. -o is the short form."),
        Option(name: "--queue", value: "NAME", summary: "One more queue to examine."),
        Option(name: "--timeout", value: "DURATION", summary: "How long to wait for the reply."),
      ]
    case "work":
      [
        Option(name: "--pool", value: "NAME", summary: "The pool that the worker belongs to."),
        Option(name: "--in-flight", value: "N", summary: "The maximum number of changes in flight."),
        Option(
          name: "--allow", value: "QUEUE",
          summary: "Allows only changes that are sent to this queue. The option can be repeated."),
        Option(
          name: "--insecure", value: nil,
          summary: "Allows work without RETORT_POOL_KEY. The messages are then not signed."),
        Option(
          name: "--status", value: nil,
          summary: "Starts no worker. Shows the workers of the pool and the waiting chunks of changes."),
      ]
    case "demo": main.filter { ["--color", "--no-pager", "--trace", "--timeout", "--report"].contains($0.name) }
    default: []
    }
  }
}

extension SubcommandDeclaration.Option {
  /// Creates the option that a page of `help` describes, such as `--var NAME=VALUE` or `--yes[=N]`.
  fileprivate init(_ page: CommandLineOrOptionPage) {
    let rest = page.form.dropFirst(page.name.count + 2)
    let value = rest.hasPrefix(" ") ? String(rest.dropFirst()) : nil
    self.init(name: "--" + page.name, value: value, summary: page.summary)
  }
}

extension CommandLineOrOptionPage {
  /// The first word of the command line: `journal` for `journal file`.
  fileprivate var word: String { String(name.prefix { $0 != " " }) }
}
