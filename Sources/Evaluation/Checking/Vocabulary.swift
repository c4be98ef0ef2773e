import Language

/// The words of the language, for help and completion.
public enum Vocabulary {
  /// A function: its name, signature and summary.
  public struct FunctionEntry: Sendable {
    /// The name of the function.
    public var name: String
    /// The signature of the function: `replace(text, pattern, by)`.
    public var signature: String
    /// The summary, in one line.
    public var summary: String
    /// A call with its result.
    public var example: Declaration.Example
  }

  /// The commands of the prompt, each of which is typed alone on a line.
  public static let promptWords = ["edit", "trust"]

  /// The names that the next steps of the parser use.
  static let hinted = Parser.KnownWords(
    commands: Set(Command.all.map(\.declaration.name)), functions: Set(Function.all.map(\.name)),
    stages: Set(Stage.all.map(\.declaration.name)),
    bareStages: Set(Stage.all.map(\.declaration).filter(\.parameters.isEmpty).map(\.name)))

  /// Every command, in the order of help.
  public static var commands: [Declaration] { Command.all.map(\.declaration) }

  /// Every stage, in the order of help.
  public static var stages: [Declaration] { Stage.all.map(\.declaration) }

  /// Every function, in the order of help.
  public static var functions: [FunctionEntry] {
    Function.all.map {
      FunctionEntry(name: $0.name, signature: $0.signature, summary: $0.summary, example: $0.example)
    }
  }
}
