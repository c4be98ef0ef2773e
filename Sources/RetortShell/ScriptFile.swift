import Formats
import Handbook
import Language
import Redaction
import Values

/// The file argument of the command line, which names a script.
struct ScriptFile {
  private let path: String
  private let arguments: [String]

  init(_ path: String, _ arguments: [String]) { (self.path, self.arguments) = (path, arguments) }

  /// Returns the text of the file.
  ///
  /// If the file is missing, the error proposes what the user may have meant, such as `retort check` instead of `retort
  /// lint`.
  func text() throws(Fault) -> String {
    do throws(Fault) { return try TextFile.read(path) } catch {
      throw commandLine.map { error.advising("did you mean \($0)?") } ?? error
    }
  }

  /// The command line that the error for a missing file proposes; nil if there is no proposal.
  private var commandLine: String? {
    if ["run", "exec", "execute", "start"].contains(path), let file = arguments.first, Self.exists(file) {
      return (["retort"] + arguments.map(ShellWord.quoted)).joined(separator: " ")
    }
    if let word = Self.words[path] { return "retort \(word)" }
    if Self.exists(path + ".retort") { return "retort \(ShellWord.quoted(path + ".retort"))" }
    return nearest(to: path, among: ProgramCommandLine.all.map(\.name).filter { !$0.isEmpty }).map { "retort \($0)" }
  }

  private static func exists(_ path: String) -> Bool { FileDescriptor.isFile(path) }

  /// Command names that other programs use, each with the command or option of this program for the same purpose.
  private static let words = [
    "version": "--version", "lint": "check", "validate": "check", "verify": "check", "format": "fmt", "server": "serve",
    "status": "ctl", "completion": "completions",
  ]

  /// Returns the option that an error message proposes for an unknown option; nil if no option is similar.
  static func option(meantBy name: String) -> String? {
    options[name] ?? nearest(to: name, among: ProgramOptions.words + ["--version", "--help"])
  }

  /// Options of other programs, each with the option of this program for the same purpose.
  private static let options = [
    "-v": "--version", "-V": "--version", "-o": "--output", "-n": "--dry-run", "-y": "--yes",
    "--force": "--yes", "-q": "--quiet", "-s": "--quiet", "--silent": "--quiet", "-e": "-c", "--eval": "-c",
    "--execute": "-c", "-t": "--timeout", "--verbose": "--trace", "--debug": "--trace", "--format": "--output",
    "--json": "--output json", "--csv": "--output csv", "--no-color": "--color never",
  ]
}
