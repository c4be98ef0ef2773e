/// The statements of a parsed text.
public struct Program: Sendable, Equatable {
  /// The statements of the text, in order.
  public var statements: [Statement]
}

/// A statement of the language, such as `let x = 1`, and its source range.
public struct Statement: Sendable, Equatable {
  /// The form of the statement, with its content.
  public var kind: Kind
  /// The source range of the statement.
  public var range: SourceRange

  /// The forms of a statement, such as `let` or `for`.
  public indirect enum Kind: Sendable, Equatable {
    case `let`(String, SourceRange, ValuedConstruct)
    case `for`(For)
    case `while`(Expr, Block)
    case watch(Expr, Block)
    case `if`(If)
    case `try`(Try)
    case def(Def)
    case `return`(ValuedConstruct?)
    case `break`
    case `continue`
    case source(String, SourceRange)
    case set([Argument])
    case help([String], SourceRange)
    case pipeline(Pipeline)
  }
}

/// A block: the statements between `do` and `end`.
public struct Block: Sendable, Equatable {
  /// The statements of the block, in order.
  public var statements: [Statement]
  /// The source range of the block.
  public var range: SourceRange
}

/// A name that a statement declares, and its source range.
public struct DeclaredName: Sendable, Equatable {
  /// The declared name.
  public var name: String
  /// The source range of the name.
  public var range: SourceRange
}

/// The statement `for NAME [, NAME] in PIPELINE do ... end`.
public struct For: Sendable, Equatable {
  /// The element's name.
  public var element: DeclaredName
  /// The variable for the number of the element, counted from 1; nil if the statement declares no such variable.
  public var number: DeclaredName?
  /// The pipeline that produces the elements.
  public var pipeline: Pipeline
  /// The statements to run for each element.
  public var body: Block
}

/// The statement `if CONDITION do ... else ... end`.
public struct If: Sendable, Equatable {
  /// The condition, which must be a boolean.
  public var condition: Expr
  /// The statements to run if the condition is true.
  public var then: Block
  /// The branch to run if the condition is false; nil if `else` is missing.
  public var otherwise: Else?

  /// The branch after `else`: a block, or another `if`.
  public indirect enum Else: Sendable, Equatable {
    case block(Block)
    case `if`(If)
  }
}

/// The statement `try do ... rescue NAME ... end`.
public struct Try: Sendable, Equatable {
  /// The statements that can fail.
  public var body: Block
  /// The name of the variable that holds the error.
  public var name: String
  /// The source range of the name.
  public var nameRange: SourceRange
  /// The statements to run after a failure.
  public var rescue: Block
}

/// The statement `def NAME(PARAMETERS) do ... end`.
public struct Def: Sendable, Equatable {
  /// The name of the def.
  public var name: String
  /// The source range of the name.
  public var nameRange: SourceRange
  /// The parameters in order.
  public var parameters: [Parameter]
  /// The statements of the body.
  public var body: Block

  /// A parameter of a `def`, which is optional if it has a default value.
  public struct Parameter: Sendable, Equatable {
    /// The name of the parameter.
    public var name: String
    /// The source range of the name.
    public var range: SourceRange
    /// The default value; nil for a required parameter.
    public var fallback: Expr?
  }
}

/// A construct that can stand after `let x =` or `return`, or in parentheses.
public indirect enum ValuedConstruct: Sendable, Equatable {
  case pipeline(Pipeline)
  case `if`(If)
  case `try`(Try)
}

/// A pipeline: a head, which produces elements, and the stages that process them.
public struct Pipeline: Sendable, Equatable {
  /// The head, which produces the elements.
  public var head: PipelineHead
  /// The stages in order.
  public var stages: [CommandOrStageCall]
  /// The source range of the pipeline.
  public var range: SourceRange
}

/// The beginning of a pipeline: a command such as `stream posts`, or an expression.
public enum PipelineHead: Sendable, Equatable {
  case command(CommandOrStageCall)
  case expression(Expr)
  /// A bare name: a variable in scope, or a command.
  case name(String, SourceRange)
}

/// A command or a stage with its arguments, such as `take 5`.
public struct CommandOrStageCall: Sendable, Equatable {
  /// The name of the command or stage.
  public var name: String
  /// The source range of the word.
  public var nameRange: SourceRange
  /// The arguments in the order of the source.
  public var arguments: [Argument]
  /// The block of `each`; nil for other words.
  public var body: Block?
  /// The source range from the word to the last argument, or to the end of the block.
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

/// An argument of a command, a stage or a call: a positional value, or an option such as `limit: 3`.
public enum Argument: Sendable, Equatable {
  case positional(Expr)
  case option(String, SourceRange, Expr)
}
