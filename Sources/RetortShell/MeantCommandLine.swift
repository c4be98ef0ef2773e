import Formats
import Handbook
import Language
import Redaction

/// The correction of a command line whose FILE does not exist, or whose option does not exist.
///
/// For example, the user types `retort lint FILE` instead of `retort check FILE`. Or the user puts an option before a
/// command, as in `retort --quiet check FILE`.
struct MeantCommandLine {
  /// The options before FILE, as the user typed them.
  let options: ArraySlice<String>
  /// FILE, and the arguments after it.
  let words: ArraySlice<String>

  /// The error message of the command line, with the proposed command line as its next step.
  ///
  /// Nil if FILE exists, if the options `-c` contain the script, or if there is no proposal.
  var error: String? {
    guard let word = words.first, !options.contains("-c"), !Self.exists(word) else { return nil }
    if Self.commands.contains(word), let option = options.first {
      return
        "a command comes before its options, but \(option) stands before the command \(word)\n  = \(line(as: word))"
    }
    return proposal(word).map { "there is no file \(ShellWordQuoter.quoted(word))\n  = did you mean \($0)?" }
  }

  private func proposal(_ word: String) -> String? {
    let others = words.dropFirst()
    if Self.running.contains(word) {
      return Self.line(options + (others.isEmpty && !options.contains("-c") ? ["FILE"] : others))
    }
    if word == "version" { return "retort --version" }
    if let command = Self.synonyms[word] { return line(as: command) }
    if Self.exists(word + ".retort") { return Self.line(options + [word + ".retort"] + others) }
    return nearest(to: word, among: Self.commands).map { line(as: $0) }
  }

  /// Returns the command line that starts with a command; omits the options that the command does not accept.
  private func line(as command: String) -> String {
    let accepted = SubcommandDeclaration.all.first { $0.name == command }?.options ?? []
    var (kept, rest): ([String], ArraySlice<String>) = ([], options)
    while let option = rest.popFirst() {
      let name = String(option.prefix { $0 != "=" })
      let value = ProgramOptions.valued.contains(name) && option == name ? rest.popFirst() : nil
      if accepted.contains(where: { $0.name == name }) { kept += [option] + (value.map { [$0] } ?? []) }
    }
    return Self.line([command] + kept + words.dropFirst())
  }

  private static func line(_ words: some Sequence<String>) -> String {
    (["retort"] + words.map(ShellWordQuoter.quoted)).joined(separator: " ")
  }

  private static func exists(_ path: String) -> Bool { FileDescriptor.isFile(path) }

  /// The commands of the program, such as `check`.
  private static let commands = SubcommandDeclaration.all.map(\.name).filter { !$0.isEmpty }

  /// Commands of other programs that run a script.
  private static let running = ["run", "exec", "execute", "start"]

  /// Command names that other programs use, each with the command of this program for the same purpose.
  private static let synonyms = [
    "lint": "check", "validate": "check", "verify": "check", "format": "fmt", "server": "serve", "status": "ctl",
    "completion": "completions",
  ]

  /// Returns the option that an error message proposes for an unknown option; nil if no option is similar.
  static func option(meantBy name: String) -> String? {
    synonymousOptions[name] ?? nearest(to: name, among: ProgramOptions.words + ["--version", "--help"])
  }

  /// Options of other programs, each with the option of this program for the same purpose.
  private static let synonymousOptions = [
    "-v": "--version", "-V": "--version", "-o": "--output", "-n": "--dry-run", "-y": "--yes",
    "--force": "--yes", "-q": "--quiet", "-s": "--quiet", "--silent": "--quiet", "-e": "-c", "--eval": "-c",
    "--execute": "-c", "-t": "--timeout", "--verbose": "--trace", "--debug": "--trace", "--format": "--output",
    "--json": "--output json", "--csv": "--output csv", "--no-color": "--color never",
  ]
}
