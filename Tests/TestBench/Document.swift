/// The scripts and commands of a Markdown text, with the output that it shows below each.
///
/// - A block fenced as `retort` is a script, and a block `text` below it the script's standard output. A name after
///   `retort` is a file that later blocks use: `retort publish.retort`. Only a script with output runs.
/// - A block fenced as `console` has commands of a shell after `$ `, which go on after `> `, each with its output. With
///   `numbers differ` after `console`, numbers are not compared.
public struct Document: Sendable {
  /// A part that runs.
  public enum Step: Sendable, Equatable {
    /// A script, its file, and its standard output; nil if it is only written.
    case script(line: Int, file: String, text: String, output: String?)
    /// Commands, each with the output of both streams.
    case commands(line: Int, [Command], comparesNumbers: Bool)
  }

  /// A command of a shell and its output.
  public struct Command: Sendable, Equatable {
    /// The command, which can have several lines.
    public var text: String
    /// The output.
    public var output: String
  }

  /// The parts, in the order of the text.
  public let steps: [Step]

  /// Reads a text.
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

  /// The lines between two fences.
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
