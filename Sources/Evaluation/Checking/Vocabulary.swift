import Language

/// The words of the language, for help and completion.
public enum Vocabulary {
  /// A function of the language, with its signature and its description.
  public struct FunctionEntry: Sendable {
    /// The name of the function.
    public var name: String
    /// The signature of the function: `replace(text, pattern, by)`.
    public var signature: String
    /// The description of the function, in one line.
    public var summary: String
    /// An example: a call with its result.
    public var example: CommandDeclaration.Example
  }

  /// The commands that exist only at the prompt; the user types each of them alone on a line.
  public static let promptWords = ["edit", "trust"]

  /// The names that the parser uses for suggestions in its errors.
  static let hinted = Parser.WordsForErrorAdvice(
    commands: Set(BuiltInCommand.all.map(\.declaration.name)), functions: Set(BuiltInFunction.all.map(\.name)),
    stages: Set(BuiltInStage.all.map(\.declaration.name)),
    bareStages: Set(BuiltInStage.all.map(\.declaration).filter(\.parameters.isEmpty).map(\.name)))

  /// All commands, in the order in which `help` lists them.
  public static var commands: [CommandDeclaration] { BuiltInCommand.all.map(\.declaration) }

  /// All stages, in the order in which `help` lists them.
  public static var stages: [CommandDeclaration] { BuiltInStage.all.map(\.declaration) }

  /// All functions, in the order in which `help` lists them.
  public static var functions: [FunctionEntry] {
    BuiltInFunction.all.map {
      FunctionEntry(name: $0.name, signature: $0.signature, summary: $0.summary, example: $0.example)
    }
  }
}
