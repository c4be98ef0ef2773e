/// The words of the language, for what explains and completes them.
public enum Vocabulary {
  /// A function: its word, how it is called, and what it does.
  public struct FunctionEntry: Sendable {
    /// Its word.
    public var name: String
    /// How it is called: `replace(text, pattern, by)`.
    public var signature: String
    /// What it does, in one line.
    public var summary: String
    /// A call with its result.
    public var example: Declaration.Example
  }

  /// The words that only the prompt has, each alone on its line.
  public static let promptWords = ["edit", "trust"]

  /// Every command, in the order help shows them.
  public static var commands: [Declaration] { Command.all.map(\.declaration) }

  /// Every stage, in the order help shows them.
  public static var stages: [Declaration] { Stage.all.map(\.declaration) }

  /// Every function, in the order help shows them.
  public static var functions: [FunctionEntry] {
    Function.all.map {
      FunctionEntry(name: $0.name, signature: $0.signature, summary: $0.summary, example: $0.example)
    }
  }
}
