extension Parser {
  /// Parses a construct that has a value: a pipeline, an `if` or a `try`.
  mutating func valued() throws(StatementParseStop) -> ValuedConstruct {
    if token.isKeyword("if") { return .if(try ifNode()) }
    if token.isKeyword("try") { return .try(try tryNode()) }
    return .pipeline(try pipeline())
  }

  mutating func pipeline() throws(StatementParseStop) -> Pipeline {
    let start = token.range.lower
    let outer = pipelineStart
    pipelineStart = start
    defer { pipelineStart = outer }
    let head = try head()
    var stages: [CommandOrStageCall] = []
    while take("|") { stages.append(try stage()) }
    return Pipeline(head: head, stages: stages, range: range(from: start))
  }

  private mutating func head() throws(StatementParseStop) -> PipelineHead {
    guard case .name(let name) = token.kind else { return .expression(try expression()) }
    if Self.beginsCommand(name, before: nextToken) { return .command(try command()) }
    if ["read", "write", "save"].contains(name), case .keyword = nextToken.kind, tokens.count > index + 2,
      case .field = tokens[index + 2].kind, !tokens[index + 2].hasSpaceBefore
    {
      let path = source.text(nextToken.range.through(tokens[index + 2].range))
      let range = nextToken.range
      index += 3
      throw fail("a path must be in quotes", at: range, nextStep: "write \(name) \"\(path)\"")
    }
    guard Self.isEnd(nextToken) else { return .expression(try expression()) }
    defer { advance() }
    return .name(name, token.range)
  }

  /// Whether the token after a name shows that the name is a command at the start of a pipeline.
  static func beginsCommand(_ name: String, before next: Token) -> Bool {
    if wholeWords.contains(name), !touchesOperand(next) { return true }
    return name == "each" || beginsArgument(next)
  }

  /// The words that take one whole expression, such as `where .a > 1 and .b`, in place of separate arguments.
  static let wholeWords: Set<String> = ["where", "map", "assert", "print", "fail", "warn"]

  /// Whether the token after a name shows that the name is an operand, not a command.
  ///
  /// Such a token is the end of the pipeline, `=` after a space, or a field or bracket directly after the name.
  private static func touchesOperand(_ token: Token) -> Bool {
    if isEnd(token) { return true }
    guard !token.hasSpaceBefore else { return token.isSymbol("=") }
    switch token.kind {
    case .field, .symbol("["), .symbol("?["), .symbol("("): return true
    default: return false
    }
  }

  static func isEnd(_ token: Token) -> Bool {
    switch token.kind {
    case .newline, .semicolon, .end, .symbol("|"), .symbol(")"), .symbol("]"), .symbol("}"), .symbol(","): true
    case .keyword(let word): ["do", "end", "else", "rescue"].contains(word)
    default: false
    }
  }

  /// Whether a token follows white space and can begin an argument or an option.
  static func beginsArgument(_ token: Token) -> Bool {
    guard token.hasSpaceBefore else { return false }
    switch token.kind {
    case .name, .key, .field, .number, .duration, .string, .regex, .minus: return true
    case .symbol(let symbol): return ["(", "[", "{"].contains(symbol)
    case .keyword(let word): return ["true", "false", "null", "it"].contains(word)
    default: return false
    }
  }

  private mutating func stage() throws(StatementParseStop) -> CommandOrStageCall {
    guard case .name = token.kind else {
      if case .keyword(let word) = token.kind {
        throw fail(
          "the word `\(word)` is not a stage", nextStep: stageFormNextStep ?? "to list the stages: help stages")
      }
      throw wanted("a stage after |", nextStep: stageFormNextStep ?? "to list the stages: help stages")
    }
    return try command(isStage: true)
  }

  private mutating func command(isStage: Bool = false) throws(StatementParseStop) -> CommandOrStageCall {
    let start = token.range.lower
    guard case .name(let name) = token.kind else { throw wanted("a command") }
    let nameRange = token.range
    advance()
    var arguments: [Argument] = []
    var body: Block?
    if name == "each", token.isSymbol("{") {
      throw wanted("the word `do` after `each`", nextStep: blockNextStep("each"))
    }
    if name == "as", isStage {
      arguments = [.positional(try binding())]
    } else if name == "print", isStage, Self.isEnd(token) {
      // The stage `print` without an expression prints each element unchanged.
    } else if Self.wholeWords.contains(name) {
      arguments = [.positional(try expression())]
      if name == "assert", take(",") { arguments.append(.positional(try expression())) }
    } else {
      arguments = try self.arguments(of: Callee(name: name, range: nameRange, isStage: isStage))
    }
    if name == "each" { body = try block(("each", nameRange)) }
    return CommandOrStageCall(
      name: name, nameRange: nameRange, arguments: arguments, body: body, range: range(from: start))
  }

  /// Parses the name after the stage `as`.
  private mutating func binding() throws(StatementParseStop) -> Expr {
    let (name, range) = try name("a name after the word `as`")
    return Expr(.name(name), range)
  }

  /// The command or stage that the current arguments belong to, for error messages.
  struct Callee {
    var name: String
    var range: SourceRange
    var isStage: Bool
  }

  /// Parses arguments and options.
  ///
  /// `word` is the command or stage before the arguments.
  mutating func arguments(of word: Callee? = nil) throws(StatementParseStop) -> [Argument] {
    var result: [Argument] = []
    var seen: Set<String> = []
    while true {
      if case .key(let key) = token.kind {
        let keyRange = token.range
        if !seen.insert(key).inserted {
          throw fail("the option \(key): occurs twice", nextStep: "keep one of them")
        }
        advance()
        result.append(.option(key, keyRange, try optionValue(key)))
      } else if Self.beginsArgument(token), !isForeignRescue {
        result.append(.positional(try single()))
      } else {
        try refuseGlued(word, result)
        return result
      }
    }
  }

  private mutating func optionValue(_ key: String) throws(StatementParseStop) -> Expr {
    if Self.isEnd(token) { throw wanted("a value after \(key):") }
    return try single()
  }
}
