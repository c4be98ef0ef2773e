/// A parsed text.
public struct Program: Sendable, Equatable {
  /// Its statements in order.
  public var statements: [Statement]
}

/// A statement, with the words it was written in.
public struct Statement: Sendable, Equatable {
  /// What it is.
  public var kind: Kind
  /// Its words.
  public var range: SourceRange

  /// The forms of a statement.
  public indirect enum Kind: Sendable, Equatable {
    case `let`(String, SourceRange, Valued)
    case `for`(For)
    case `while`(Expr, Block)
    case watch(Expr, Block)
    case `if`(If)
    case `try`(Try)
    case def(Def)
    case `return`(Valued?)
    case `break`
    case `continue`
    case source(String, SourceRange)
    case set([Argument])
    case help([String], SourceRange)
    case pipeline(Pipeline)
  }
}

/// Statements between `do` and `end`.
public struct Block: Sendable, Equatable {
  /// The statements.
  public var statements: [Statement]
  /// From `do` to `end`.
  public var range: SourceRange
}

/// A name that a statement makes, with its words.
public struct Named: Sendable, Equatable {
  /// The name.
  public var name: String
  /// Its words.
  public var range: SourceRange
}

/// `for NAME [, NAME] in PIPELINE do ... end`.
public struct For: Sendable, Equatable {
  /// The element's name.
  public var element: Named
  /// The name of the element's number, which counts from 1.
  public var number: Named?
  /// What gives the elements.
  public var pipeline: Pipeline
  /// What runs for each.
  public var body: Block
}

/// `if CONDITION do ... else ... end`.
public struct If: Sendable, Equatable {
  /// What is asked.
  public var condition: Expr
  /// What runs if it is so.
  public var then: Block
  /// What runs if not.
  public var otherwise: Else?

  /// What stands after `else`.
  public indirect enum Else: Sendable, Equatable {
    case block(Block)
    case `if`(If)
  }
}

/// `try do ... rescue NAME ... end`.
public struct Try: Sendable, Equatable {
  /// What may fail.
  public var body: Block
  /// The error's name.
  public var name: String
  /// The name's words.
  public var nameRange: SourceRange
  /// What runs when it failed.
  public var rescue: Block
}

/// `def NAME(PARAMETERS) do ... end`.
public struct Def: Sendable, Equatable {
  /// The name.
  public var name: String
  /// The name's words.
  public var nameRange: SourceRange
  /// The parameters in order.
  public var parameters: [Parameter]
  /// What it does.
  public var body: Block

  /// A parameter, optional where it has a default.
  public struct Parameter: Sendable, Equatable {
    /// The name.
    public var name: String
    /// The name's words.
    public var range: SourceRange
    /// The default.
    public var fallback: Expr?
  }
}

/// What can be assigned, returned or put in parentheses.
public indirect enum Valued: Sendable, Equatable {
  case pipeline(Pipeline)
  case `if`(If)
  case `try`(Try)
}

/// A head and the stages its elements flow through.
public struct Pipeline: Sendable, Equatable {
  /// What gives the elements.
  public var head: Head
  /// The stages in order.
  public var stages: [Command]
  /// Its words.
  public var range: SourceRange
}

/// What begins a pipeline.
public enum Head: Sendable, Equatable {
  case command(Command)
  case expression(Expr)
  /// A name alone: the variable in scope, or the command of that name.
  case name(String, SourceRange)
}

/// A word with its arguments: a command or a stage.
public struct Command: Sendable, Equatable {
  /// The word.
  public var name: String
  /// Its place.
  public var nameRange: SourceRange
  /// The arguments as they were written.
  public var arguments: [Argument]
  /// The block of `each`.
  public var body: Block?
  /// From the word to the last argument.
  public var range: SourceRange

  /// Creates a command.
  public init(name: String, nameRange: SourceRange, arguments: [Argument], body: Block?, range: SourceRange) {
    self.name = name
    self.nameRange = nameRange
    self.arguments = arguments
    self.body = body
    self.range = range
  }
}

/// An argument: in a place, or with a name.
public enum Argument: Sendable, Equatable {
  case positional(Expr)
  case option(String, SourceRange, Expr)
}
