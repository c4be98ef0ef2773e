extension Parser {
  mutating func program() -> [Statement] {
    var all = statements()
    while token.kind != .end, diagnostics.count <= Self.errorLimit {
      if let word = strayWord {
        if followsError {
          advance()
          skip(open: 0)
          continue
        }
        diagnostics.append(stray(word))
      }
      advance()
      all += statements()
    }
    return all
  }

  private var strayWord: String? {
    guard case .keyword(let word) = token.kind, ["end", "else", "rescue"].contains(word) else { return nil }
    return word
  }

  /// Whether the parser has already reported an error before the cursor in the same statement.
  ///
  /// A stray `end`, `else` or `rescue` at the cursor is then perhaps only a consequence of that error.
  private var followsError: Bool {
    guard let last = diagnostics.last, last.range.lower < token.range.lower else { return false }
    return !tokens[..<index].contains {
      ($0.kind == .newline || $0.kind == .semicolon) && $0.range.lower > last.range.lower
    }
  }

  private func stray(_ word: String) -> Diagnostic {
    Diagnostic(
      range: token.range, message: "there is no open block for the word `\(word)`",
      nextStep: word == "end"
        ? "remove the word `\(word)`, or look for a missing `do` above"
        : word == "rescue" ? "try do ... rescue error ... end" : "the word `\(word)` belongs between `do` and `end`")
  }

  /// Parses statements up to `end`, `else`, `rescue` or the end of the text.
  mutating func statements() -> [Statement] {
    var result: [Statement] = []
    while true {
      while token.kind == .newline || token.kind == .semicolon { advance() }
      replaceForeignRescue()
      if token.kind == .end || strayWord != nil { return result }
      if diagnostics.count > Self.errorLimit {
        index = tokens.count - 1
        return result
      }
      let start = index
      do throws(StatementParseStop) {
        result.append(try statement())
        try endOfStatement()
      } catch {
        if index == start { advance() }
        recover(from: start)
      }
    }
  }

  private mutating func endOfStatement() throws(StatementParseStop) {
    replaceForeignRescue()
    if token.kind == .newline || token.kind == .semicolon || token.kind == .end || strayWord != nil { return }
    if let form = sqlForm { throw fail("this is a statement of SQL", at: form.range, nextStep: form.nextStep) }
    if let step = arrowNextStep {
      throw fail(step == Self.arrowStep ? "there are no arrow functions" : "=> is not an operator", nextStep: step)
    }
    if token.isSymbol("=") {
      throw fail("an assignment needs the word `let`", nextStep: assignmentNextStep)
    }
    if token.isKeyword("do") {
      throw fail(
        "unexpected word `do`",
        nextStep: (statementForm ?? blockStage ?? watchForm).map { "did you mean \($0)?" }
          ?? "a block begins with for x in ... do, while ... do or if ... do")
    }
    throw fail(
      "expected the end of the statement, not \(token.description)",
      nextStep: tokenNextStep ?? commaNextStep ?? followingNextStep ?? misplacedNextStep)
  }

  /// An example of a correct `watch`, if the current statement begins with `watch`; otherwise nil.
  private var watchForm: String? {
    let start = tokens[..<index].lastIndex { $0.kind == .newline || $0.kind == .semicolon }.map { $0 + 1 } ?? 0
    return tokens[start].isName("watch") ? "watch 2s do ... end" : nil
  }

  /// Skips the rest of a faulty statement, and the blocks that the statement opened.
  ///
  /// If only the `do` of a block is missing, the parser skips the block up to its `end`. If the block has no `end`
  /// either, the parser skips only the statement.
  private mutating func recover(from start: Int) {
    let place = index
    if lacksDo.take() != nil {
      if skip(open: 1) { return }
      index = place
    }
    skip(open: tokens[start..<index].reduce(0) { $0 + ($1.isKeyword("do") ? 1 : $1.isKeyword("end") ? -1 : 0) })
  }

  /// Skips the rest of the statement, and the rest of `count` open blocks.
  ///
  /// Returns whether every block has its `end`.
  @discardableResult private mutating func skip(open count: Int) -> Bool {
    var open = count
    while token.kind != .end {
      if open <= 0, token.kind == .newline || token.kind == .semicolon || strayWord != nil { return true }
      if token.isKeyword("do") { open += 1 }
      if token.isKeyword("end") { open -= 1 }
      advance()
    }
    return open <= 0
  }

  mutating func statement() throws(StatementParseStop) -> Statement {
    let start = token.range.lower
    let kind = try nested { parser throws(StatementParseStop) in try parser.statementKind() }
    return Statement(kind: kind, range: range(from: start))
  }

  private mutating func statementKind() throws(StatementParseStop) -> Statement.Kind {
    guard case .keyword(let word) = token.kind else {
      if token.isSymbol("|") {
        if index > 0, tokens[index - 1].isKeyword("do") {
          throw fail(
            "a block has no parameters",
            nextStep: "`it` is the element; to give the element a name: | as x | each do ... end")
        }
        throw fail("a line can't begin with |", nextStep: "end the line above with |, or write `_ | ...`")
      }
      if case .name(let name) = token.kind, nextToken.isSymbol("=") {
        throw fail("an assignment needs the word `let`", at: nextToken.range, nextStep: "let \(name) = ...")
      }
      return token.isName("watch") && Self.beginsArgument(nextToken) ? try watchStatement() : .pipeline(try pipeline())
    }
    switch word {
    case "let": return try letStatement()
    case "for": return try forStatement()
    case "while":
      let opening = open("while")
      let condition = try expression()
      return .while(condition, try block(opening))
    case "if": return .if(try ifNode())
    case "try": return .try(try tryNode())
    case "def": return .def(try def())
    case "return":
      advance()
      let ends = token.kind == .newline || token.kind == .semicolon || token.kind == .end || token.isKeyword("end")
      return .return(ends ? nil : try valued())
    case "break", "continue":
      advance()
      return word == "break" ? .break : .continue
    case "source": return try sourceStatement()
    case "set":
      advance()
      return .set(try arguments())
    case "help": return help()
    default: return .pipeline(try pipeline())
    }
  }

  /// Skips a word that opens a block, and returns the word and its source range.
  ///
  /// An error about a missing `end` shows this word and range.
  mutating func open(_ word: String) -> (word: String, range: SourceRange) {
    defer { advance() }
    return (word, token.range)
  }

  mutating func name(_ what: String) throws(StatementParseStop) -> (String, SourceRange) {
    let range = token.range
    switch token.kind {
    case .name("_"):
      throw fail("_ is the last value, and can't be assigned", nextStep: "choose a name that begins with a letter")
    case .name(let name):
      advance()
      return (name, range)
    case .keyword(let word):
      if nextToken.isSymbol("=") { advance() }
      throw fail(
        "the word `\(word)` belongs to the language and can't be a name", at: range,
        nextStep: "choose another name: \(word)-1, my-\(word)")
    default: throw wanted(what)
    }
  }

  private mutating func letStatement() throws(StatementParseStop) -> Statement.Kind {
    advance()
    if !token.isAName { throw wanted("a name after the word `let`", nextStep: "let NAME = ...") }
    let (name, range) = try name("a name after the word `let`")
    guard take("=") else { throw wanted("= after `let \(name)`", nextStep: "let \(name) = ...") }
    return .let(name, range, try valued())
  }

  private mutating func forStatement() throws(StatementParseStop) -> Statement.Kind {
    let opening = open("for")
    if !token.isAName { throw wanted("a name after the word `for`", nextStep: "for x in 1..3 do ... end") }
    let (name, range) = try name("a name after the word `for`")
    var number: DeclaredName?
    if take(",") {
      let (name, range) = try self.name("a name for the number after the comma")
      number = DeclaredName(name: name, range: range)
    }
    guard take(keyword: "in") else {
      throw wanted("the word `in` after `for \(name)`", nextStep: "for \(name) in ... do")
    }
    let pipeline = try pipeline()
    return .for(
      For(element: DeclaredName(name: name, range: range), number: number, pipeline: pipeline, body: try block(opening))
    )
  }

  private mutating func watchStatement() throws(StatementParseStop) -> Statement.Kind {
    let opening = open("watch")
    let pause = try single()
    return .watch(pause, try block(opening))
  }

  private mutating func sourceStatement() throws(StatementParseStop) -> Statement.Kind {
    advance()
    guard case .string(let pieces) = token.kind, pieces.count == 1, case .literal(let path) = pieces[0] else {
      throw wanted("a path in quotes after the word `source`", nextStep: "source \"common.retort\"")
    }
    defer { advance() }
    return .source(path, token.range)
  }

  private mutating func help() -> Statement.Kind {
    let start = token.range.lower
    advance()
    var words: [String] = []
    while token.kind != .newline, token.kind != .semicolon, token.kind != .end {
      if words.isEmpty, token.isSymbol("("), nextToken.isSymbol(")") {
        advance()
        advance()
        continue
      }
      let last = token.hasSpaceBefore ? nil : words.popLast()
      words.append((last ?? "") + token.description)
      advance()
    }
    return .help(words, range(from: start))
  }

  /// Parses `do ... end`.
  ///
  /// `opening` is the word before the block, such as `for`; an error about a missing `end` names this word.
  mutating func block(_ opening: (word: String, range: SourceRange)) throws(StatementParseStop) -> Block {
    let body = try openBlock(opening)
    try close(opening)
    return Block(statements: body.statements, range: range(from: body.range.lower))
  }

  /// Parses `do` and the statements after it, and stops before `end`, `else` or `rescue`.
  mutating func openBlock(_ opening: (word: String, range: SourceRange)) throws(StatementParseStop) -> Block {
    let start = token.range.lower
    skipSemicolonBeforeDo()
    guard take(keyword: "do") else {
      let line = tokens[index...].prefix { $0.kind != .newline && $0.kind != .semicolon }
      if !line.contains(where: { $0.isKeyword("do") }) { lacksDo = index }
      throw wanted(
        "the word `do` after `\(opening.word) ...`",
        nextStep: blockNextStep(opening.word) ?? misplacedNextStep
          ?? "write a block between `do` and `end`: \(opening.word) ... do ... end")
    }
    blocks.append(opening)
    defer { blocks.removeLast() }
    let statements = statements()
    return Block(statements: statements, range: range(from: start))
  }

  mutating func close(_ opening: (word: String, range: SourceRange)) throws(StatementParseStop) {
    if take(keyword: "end") { return }
    if token.kind == .end {
      diagnostics.append(
        Diagnostic(
          range: opening.range, message: "the block of this `\(opening.word)` has no `end`",
          nextStep: "close the block with the word `end`", isIncomplete: true))
      throw StatementParseStop()
    }
    throw wanted("the word `end` after the block of `\(opening.word)`", nextStep: "close the block with the word `end`")
  }

  mutating func ifNode() throws(StatementParseStop) -> If {
    let opening = open("if")
    let condition = try expression()
    let then = try openBlock(opening)
    guard take(keyword: "else") else {
      try close(opening)
      return If(condition: condition, then: then, otherwise: nil)
    }
    if token.isKeyword("if") {
      let other = try nested { parser throws(StatementParseStop) in try parser.ifNode() }
      return If(condition: condition, then: then, otherwise: .if(other))
    }
    skipDo(after: "else")
    let start = token.range.lower
    blocks.append(opening)
    let body = statements()
    blocks.removeLast()
    let otherwise = Block(statements: body, range: range(from: start))
    try close(opening)
    return If(condition: condition, then: then, otherwise: .block(otherwise))
  }

  mutating func tryNode() throws(StatementParseStop) -> Try {
    let opening = open("try")
    let body = try openBlock(opening)
    guard take(keyword: "rescue") else {
      if token.kind == .end { try close(opening) }
      throw wanted("the word `rescue` and a name before the end of `try`", nextStep: "try do ... rescue error ... end")
    }
    completeRescue()
    let (name, nameRange) = try name("a name after the word `rescue`")
    skipDo(after: "rescue \(name)")
    let start = token.range.lower
    blocks.append(("rescue", opening.range))
    let statements = statements()
    blocks.removeLast()
    let rescue = Block(statements: statements, range: range(from: start))
    try close(opening)
    return Try(body: body, name: name, nameRange: nameRange, rescue: rescue)
  }

  private mutating func def() throws(StatementParseStop) -> Def {
    let isInside = !blocks.isEmpty
    let opening = open("def")
    if isInside {
      throw fail("a def is allowed at the top level only", at: opening.range, nextStep: "move the def out of the block")
    }
    let (name, nameRange) = try name("a name after the word `def`")
    guard token.isSymbol("("), !token.hasSpaceBefore else {
      throw wanted(
        "( directly after the name", nextStep: "def \(name)(\(token.isKeyword("do") ? "" : "a, b")) do ... end")
    }
    advance()
    let parameters = try parameters()
    return Def(name: name, nameRange: nameRange, parameters: parameters, body: try block(opening))
  }

  private mutating func parameters() throws(StatementParseStop) -> [Def.Parameter] {
    var result: [Def.Parameter] = []
    while !take(")") {
      if !result.isEmpty, !take(",") {
        let isDefault = token.isSymbol("=")
        throw wanted(
          "a comma or ) after a parameter",
          nextStep: isDefault ? "a default follows a colon: def f(a: 1)" : "put a comma between parameters: def f(a, b)"
        )
      }
      if case .key(let name) = token.kind {
        let range = token.range
        advance()
        result.append(Def.Parameter(name: name, range: range, fallback: try expression()))
      } else {
        let (name, range) = try name("a parameter")
        result.append(Def.Parameter(name: name, range: range, fallback: nil))
      }
    }
    return result
  }
}
