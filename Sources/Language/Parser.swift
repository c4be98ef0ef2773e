/// Parses a text into statements, by recursive descent; Grammar.md defines the language.
///
/// ```swift
/// let parsed = Parser.parse(SourceText(name: "-c", text: "count posts"))
/// ```
public struct Parser {
  /// The result of parsing a text.
  public struct ParseResult: Sendable {
    /// The statements without a syntax error.
    public var program: Program
    /// Every error, in the order of the text.
    public var diagnostics: [Diagnostic]
    /// The source ranges of comments, including the `#`.
    public var comments: [SourceRange]
    /// The block, bracket or statement that the text leaves open; nil if the text is complete.
    ///
    /// The prompt shows this part when it asks for the next line.
    public var open: UnclosedPart?

    /// Whether more input would correct all errors.
    public var isIncomplete: Bool { !diagnostics.isEmpty && diagnostics.allSatisfy(\.isIncomplete) }
  }

  /// The error that ends the parsing of a faulty statement.
  ///
  /// Before the parser throws this error, it records a diagnostic.
  struct StatementParseStop: Error {}

  var tokens: [Token]
  /// The text that contains the tokens.
  let source: SourceText
  var index = 0
  var diagnostics: [Diagnostic] = []
  /// The blocks around the cursor, each with its first word, such as `for`.
  var blocks: [(word: String, range: SourceRange)] = []
  var depth = 0
  /// The index of the token that stands where the parser expected `do`.
  ///
  /// The value is nil again after the parser has skipped the faulty statement.
  var lacksDo: Int?
  /// Whether the cursor is between the `[` and `]` of an index.
  ///
  /// In an index, `..` has the lowest precedence: the bounds of `x[a + 1..b]` are `a + 1` and `b`.
  var isInIndex = false
  /// The offset of the beginning of the pipeline that contains the cursor.
  var pipelineStart = 0
  /// The names of the language's commands, functions and stages, for the advice in errors.
  var words = WordsForErrorAdvice()
  /// Whether the parser only tests code that an error message is going to propose.
  var isTrial = false
  /// The maximum nesting of expressions and blocks.
  static let depthLimit = 100
  /// The maximum number of successive operators with the same precedence.
  static let chainLimit = 200

  /// The names of the commands, functions and stages of the language.
  ///
  /// The parser reads these names only to give better advice in errors.
  public struct WordsForErrorAdvice: Sendable {
    var commands: Set<String> = []
    var functions: Set<String> = []
    var stages: Set<String> = []
    /// The stages that have no parameters.
    var bareStages: Set<String> = []

    /// Creates the list of names.
    public init(
      commands: Set<String> = [], functions: Set<String> = [], stages: Set<String> = [], bareStages: Set<String> = []
    ) {
      self.commands = commands
      self.functions = functions
      self.stages = stages
      self.bareStages = bareStages
    }
  }

  init(tokens: [Token], of source: SourceText) {
    self.tokens = tokens
    self.source = source
  }

  /// Parses a text.
  ///
  /// If `isTyped` is true, a complete statement ends with its line, even if the next line begins with `|`. `words`
  /// changes only the advice (`nextStep`) in errors.
  public static func parse(
    _ source: SourceText, isTyped: Bool = false, words: WordsForErrorAdvice = WordsForErrorAdvice()
  ) -> ParseResult {
    var lexer = Lexer(source, isTyped: isTyped)
    lexer.run()
    var parser = Parser(tokens: lexer.tokens, of: source)
    parser.words = words
    let isUnfinished = lexer.endsInBackslash || (lexer.tokens.dropLast().last?.continues ?? false)
    let statements = parser.program()
    var diagnostics = lexer.diagnostics + parser.diagnostics.filter { !follows($0, lexer) }
    if lexer.endsInBackslash, diagnostics.isEmpty {
      let end = source.bytes.count
      diagnostics = [
        Diagnostic(range: SourceRange(end, end), message: "the text ends in a backslash", isIncomplete: true)
      ]
    }
    if isUnfinished, lexer.diagnostics.isEmpty {
      diagnostics = diagnostics.map { diagnostic in
        var copy = diagnostic
        if diagnostic.range.lower >= parser.endRange.lower { copy.isIncomplete = true }
        return copy
      }
    }
    diagnostics.sort { $0.range.lower < $1.range.lower }
    if diagnostics.count > errorLimit {
      let next = diagnostics[errorLimit].range
      diagnostics = diagnostics.prefix(errorLimit).map { diagnostic in
        var copy = diagnostic
        copy.isIncomplete = false
        return copy
      }
      diagnostics.append(endOfCheck(at: next))
    }
    return ParseResult(
      program: Program(statements: statements), diagnostics: diagnostics, comments: lexer.comments,
      open: lexer.openPart)
  }

  /// The number of errors after which a check ends.
  package static let errorLimit = 100

  /// Returns the error that ends a check with too many errors.
  package static func endOfCheck(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      range: range, message: "the check ends here, because the text has \(errorLimit) errors before this place",
      nextStep: "correct these errors, and run the check again")
  }

  /// Whether an error of the parser follows a lexer error in the same statement.
  ///
  /// The parser's error is then probably a consequence of the lexer's error.
  private static func follows(_ diagnostic: Diagnostic, _ lexer: Lexer) -> Bool {
    guard let cause = lexer.diagnostics.last(where: { $0.range.lower <= diagnostic.range.lower }) else { return false }
    return !lexer.tokens.contains { token in
      (token.kind == .newline || token.kind == .semicolon) && token.range.lower >= cause.range.lower
        && token.range.lower < diagnostic.range.lower
    }
  }

  var token: Token { tokens[min(index, tokens.count - 1)] }
  var nextToken: Token { tokens[min(index + 1, tokens.count - 1)] }
  var endRange: SourceRange { tokens[tokens.count - 1].range }
  /// The offset of the end of the previous token; 0 before the first token.
  var lastUpper: Int { index > 0 ? tokens[index - 1].range.upper : 0 }

  mutating func advance() { if index < tokens.count - 1 { index += 1 } }

  func range(from lower: Int) -> SourceRange { SourceRange(lower, max(lower, lastUpper)) }

  /// Skips the current token if it is the given symbol; otherwise returns false.
  mutating func take(_ symbol: String) -> Bool {
    guard token.isSymbol(symbol) else { return false }
    advance()
    return true
  }

  /// Skips the current token if it is the given keyword; otherwise returns false.
  mutating func take(keyword word: String) -> Bool {
    guard token.isKeyword(word) else { return false }
    advance()
    return true
  }

  /// Records an error and returns the ``StatementParseStop`` to throw.
  mutating func fail(
    _ message: String, at range: SourceRange? = nil, nextStep: String? = nil, label: String? = nil,
    marks: [MarkedSourceRange] = []
  ) -> StatementParseStop {
    let place = range ?? token.range
    diagnostics.append(
      Diagnostic(
        range: place, message: message, label: label, nextStep: nextStep,
        isIncomplete: token.kind == .end && range == nil, marks: marks))
    return StatementParseStop()
  }

  /// Records the error "expected `what`, not ..." at the cursor, and returns the ``StatementParseStop`` to throw.
  mutating func wanted(_ what: String, nextStep: String? = nil) -> StatementParseStop {
    fail("expected \(what), not \(token.description)", nextStep: nextStep)
  }

  mutating func nested<Result>(_ body: (inout Parser) throws(StatementParseStop) -> Result) throws(StatementParseStop)
    -> Result
  {
    guard depth < Self.depthLimit else {
      throw fail(
        "the text is nested too deeply", at: token.range,
        nextStep: "assign a part of the expression to a variable with let")
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }
}
