/// The scripts and shell commands in a Markdown text, with the output that the text shows for each of them.
///
/// - A fenced block `retort` is a script. A block `text` directly below the script is the script's standard output. A
///   name after `retort` is the file of the script: `retort publish.retort`. Later blocks can use this file. A test
///   runs a script only if the text shows its output.
/// - A fenced block `console` contains shell commands, each with its output. A command begins with `$ `. Further lines
///   of a command begin with `> `. After `console numbers differ`, a test does not compare numbers in the output.
public struct Document: Sendable {
  /// A script, or the commands of one block.
  public enum Step: Sendable, Equatable {
    /// A script with its file and its standard output; `output` is nil if a test only writes the file.
    case script(line: Int, file: String, text: String, output: String?)
    /// The commands of a block; `comparesNumbers` is false if numbers in the output may differ.
    case commands(line: Int, [Command], comparesNumbers: Bool)
  }

  /// A shell command and its output.
  public struct Command: Sendable, Equatable {
    /// The text of the command, which can have several lines.
    public var text: String
    /// The output on standard output and standard error.
    public var output: String
  }

  /// The scripts and commands, in the order of the text.
  public let steps: [Step]

  /// Reads the scripts and commands of a Markdown text.
  public init(parsing text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let starts = lines.indices.filter { lines[$0].hasPrefix("```") && lines[$0] != "```" }
    steps = starts.compactMap { start in
      let words = lines[start].dropFirst(3).split(separator: " ").map(String.init)
      let body = Self.block(at: start, of: lines)
      switch words.first {
      case "retort":
        let next = start + body.count + 2
        let output = next < lines.count && lines[next] == "```text" ? Self.text(Self.block(at: next, of: lines)) : nil
        return .script(
          line: start + 1, file: words.dropFirst().first ?? "script.retort", text: Self.text(body), output: output)
      case "console":
        return .commands(line: start + 1, Self.commands(body), comparesNumbers: words.count == 1)
      default: return nil
      }
    }
  }

  /// Returns the lines of the block whose opening fence is the line `start`.
  private static func block(at start: Int, of lines: [String]) -> [String] {
    Array(lines[(start + 1)...].prefix { $0 != "```" })
  }

  private static func text(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

  private static func commands(_ lines: [String]) -> [Command] {
    var commands: [Command] = []
    for line in lines {
      if line.hasPrefix("$ ") {
        commands.append(Command(text: String(line.dropFirst(2)), output: ""))
      } else if let last = commands.indices.last {
        if line.hasPrefix("> "), commands[last].output.isEmpty {
          commands[last].text += "\n" + line.dropFirst(2)
        } else {
          commands[last].output += line + "\n"
        }
      }
    }
    return commands
  }
}
