extension Parser {
  mutating func expression() throws(StatementParseStop) -> Expr {
    try nested { parser throws(StatementParseStop) in try parser.disjunction() }
  }

  private mutating func disjunction() throws(StatementParseStop) -> Expr {
    try chain({ $0.isKeyword("or") ? .or : nil }) { parser throws(StatementParseStop) in try parser.conjunction() }
  }

  private mutating func conjunction() throws(StatementParseStop) -> Expr {
    try chain({ $0.isKeyword("and") ? .and : nil }) { parser throws(StatementParseStop) in try parser.negation() }
  }

  /// Parses operands and the operators between them, from left to right.
  ///
  /// The operators have the same precedence, as `+` and `-` do. `symbol` returns the operator that a token stands for,
  /// and nil for any other token. `operand` parses one operand.
  private mutating func chain(
    _ symbol: (Token) -> BinaryOperator?, _ operand: (inout Parser) throws(StatementParseStop) -> Expr
  ) throws(StatementParseStop) -> Expr {
    var left = try operand(&self)
    var links = 0
    while let symbol = symbol(token) {
      links += 1
      guard links <= Self.chainLimit else {
        throw fail(
          "the expression has more than \(Self.chainLimit) successive operators",
          nextStep: "assign a part of the expression to a variable with let")
      }
      left = try joined(left, symbol, operand)
    }
    return left
  }

  private mutating func negation() throws(StatementParseStop) -> Expr {
    let start = token.range.lower
    guard take(keyword: "not") else { return try comparison() }
    let operand = try nested { parser throws(StatementParseStop) in try parser.negation() }
    return Expr(.not(operand), range(from: start))
  }

  private static let comparisons = ["==", "!=", "<", "<=", ">", ">=", "=~"]

  private var comparisonOperator: BinaryOperator? {
    if token.isKeyword("in") { return .in }
    guard case .symbol(let symbol) = token.kind, Self.comparisons.contains(symbol) else { return nil }
    return BinaryOperator(rawValue: symbol)
  }

  private mutating func comparison() throws(StatementParseStop) -> Expr {
    let left = try alternative()
    guard let symbol = comparisonOperator else { return left }
    let whole = try joined(left, symbol) { parser throws(StatementParseStop) in try parser.alternative() }
    if comparisonOperator != nil {
      throw fail("comparisons can't be chained", nextStep: "write a < b and b < c")
    }
    return whole
  }

  private mutating func alternative() throws(StatementParseStop) -> Expr {
    let left = try sum()
    guard token.isSymbol("??") else { return left }
    return try joined(left, .otherwise) { parser throws(StatementParseStop) in
      try parser.nested { parser throws(StatementParseStop) in try parser.alternative() }
    }
  }

  private mutating func sum() throws(StatementParseStop) -> Expr {
    try chain({ $0.operator(among: ["+", "-"]) }) { parser throws(StatementParseStop) in try parser.product() }
  }

  private mutating func product() throws(StatementParseStop) -> Expr {
    try chain({ $0.operator(among: ["*", "/", "%"]) }) { parser throws(StatementParseStop) in try parser.single() }
  }

  private mutating func joined(
    _ left: Expr, _ symbol: BinaryOperator, _ right: (inout Parser) throws(StatementParseStop) -> Expr
  ) throws(StatementParseStop) -> Expr {
    let symbolRange = token.range
    advance()
    let right = try right(&self)
    return Expr(.binary(symbol, symbolRange, left, right), left.range.through(right.range))
  }

  /// Parses an operand such as `1`, or a range such as `1..3`.
  mutating func single() throws(StatementParseStop) -> Expr {
    let lower = try unary()
    guard !isInIndex, take("..") else { return lower }
    let upper = try unary()
    return Expr(.range(lower, upper), lower.range.through(upper.range))
  }

  private mutating func unary() throws(StatementParseStop) -> Expr {
    let start = token.range.lower
    guard token.kind == .minus else { return try postfix() }
    try refuseSpacedSign()
    advance()
    let operand = try postfix()
    return Expr(.negate(operand), range(from: start))
  }

  /// Reports a minus between spaces where a value must begin, because such a minus subtracts.
  ///
  /// At the beginning of a statement, the statement was probably meant to continue the line above.
  private mutating func refuseSpacedSign() throws(StatementParseStop) {
    guard nextToken.hasSpaceBefore, Self.beginsArgument(nextToken) else { return }
    let value = source.text(nextToken.range)
    guard index == statementStart, tokens[..<index].contains(where: { $0.kind == .newline }) else {
      throw fail("a minus between spaces subtracts", nextStep: "write the sign without a space after it: -\(value)")
    }
    throw fail(
      "a line can't begin with a minus that subtracts",
      nextStep: "end the line above with -; for a negative value, write -\(value)")
  }

  private mutating func postfix() throws(StatementParseStop) -> Expr {
    var base = try nested { parser throws(StatementParseStop) in try parser.atom() }
    switch base.kind {
    case .number, .duration, .regex: return base
    default: break
    }
    var links = 0
    while !token.hasSpaceBefore {
      links += 1
      if links > Self.depthLimit { throw fail("the expression is nested too deeply") }
      switch token.kind {
      case .field(let name, let isOptional):
        let nameRange = token.range
        advance()
        base = Expr(.field(base, name, nameRange, isOptional: isOptional), base.range.through(nameRange))
      case .symbol("["), .symbol("?["):
        let isOptional = token.isSymbol("?[")
        base = try index(of: base, isOptional: isOptional)
      default: return base
      }
    }
    return base
  }

  /// Parses `[INDEX]` or `[FIRST..LAST]` after the operand `base`.
  private mutating func index(of base: Expr, isOptional: Bool) throws(StatementParseStop) -> Expr {
    advance()
    let outer = isInIndex
    isInIndex = true
    defer { isInIndex = outer }
    if let part = openPartNextStep { throw fail("a part [a..b] needs both ends", nextStep: part) }
    let index = try expression()
    var kind = Expr.Kind.index(base, index, isOptional: isOptional)
    if token.isSymbol("..") {
      if isOptional {
        throw fail(
          "a part [a..b] needs no ?, because its end can be beyond the last element", nextStep: "write [a..b]"
        )
      }
      if nextToken.isSymbol("]") {
        throw fail("a part [a..b] needs both ends", nextStep: "[\(source.text(index.range))..-1]")
      }
      advance()
      kind = .cut(base, index, try expression())
    }
    guard take("]") else {
      throw wanted("] after the index", nextStep: partNextStep)
    }
    return Expr(kind, range(from: base.range.lower))
  }

  private mutating func atom() throws(StatementParseStop) -> Expr {
    let outer = isInIndex
    isInIndex = false
    defer { isInIndex = outer }
    let start = token
    switch start.kind {
    case .number(let text): return literal(.number(text))
    case .duration(let value, let unit): return literal(.duration(value, unit: unit))
    case .regex(let pattern, let flags): return literal(.regex(pattern, flags: flags))
    case .string(let pieces):
      let parts = try self.parts(pieces)
      return literal(.string(parts))
    case .keyword("true"): return literal(.bool(true))
    case .keyword("false"): return literal(.bool(false))
    case .keyword("null"): return literal(.null)
    case .keyword("it"): return literal(.it)
    case .field(let name, let isOptional):
      return literal(.elementField(name, start.range, isOptional: isOptional))
    case .name(let name): return try nameOrCall(name)
    case .symbol("("): return try group()
    case .symbol("["): return try list()
    case .symbol("{"): return try record()
    case .keyword(let word) where ["if", "try"].contains(word):
      throw fail(
        "inside an expression, the statement `\(word)` must be in parentheses",
        nextStep: word == "if" ? "(if ... do ... else ... end)" : "(try do ... rescue error ... end)")
    default: throw wanted("a value", nextStep: valueNextStep)
    }
  }

  private mutating func literal(_ kind: Expr.Kind) -> Expr {
    defer { advance() }
    return Expr(kind, token.range)
  }

  private mutating func nameOrCall(_ name: String) throws(StatementParseStop) -> Expr {
    let nameRange = token.range
    advance()
    guard token.isSymbol("("), !token.hasSpaceBefore else { return Expr(.name(name), nameRange) }
    advance()
    let arguments = try elements(until: ")", trailingComma: false) { parser throws(StatementParseStop) in
      try parser.item()
    }
    return Expr(.call(name, nameRange, arguments), range(from: nameRange.lower))
  }

  /// Parses an argument in the parentheses of a call: a value, or an option such as `limit: 3`.
  private mutating func item() throws(StatementParseStop) -> Argument {
    guard case .key(let key) = token.kind else { return .positional(try expression()) }
    let keyRange = token.range
    advance()
    return .option(key, keyRange, try expression())
  }

  private mutating func group() throws(StatementParseStop) -> Expr {
    let start = token.range
    advance()
    let valued = try nested { parser throws(StatementParseStop) in try parser.valued() }
    guard take(")") else { throw unclosed(start, ")") }
    return Expr(.group(valued), range(from: start.lower))
  }

  private mutating func list() throws(StatementParseStop) -> Expr {
    let start = token.range
    advance()
    let elements = try elements(until: "]", trailingComma: true) { parser throws(StatementParseStop) in
      try parser.expression()
    }
    return Expr(.list(elements), range(from: start.lower))
  }

  private mutating func elements<Element>(
    until close: String, trailingComma: Bool, _ element: (inout Parser) throws(StatementParseStop) -> Element
  ) throws(StatementParseStop) -> [Element] {
    let start = tokens[index - 1].range
    var result: [Element] = []
    while !take(close) {
      if !result.isEmpty {
        guard take(",") else { throw unclosed(start, close) }
        if trailingComma, take(close) { break }
      }
      result.append(try element(&self))
    }
    return result
  }

  private mutating func record() throws(StatementParseStop) -> Expr {
    let start = token.range
    advance()
    var entries: [RecordEntry] = []
    while !take("}") {
      if !entries.isEmpty {
        if token.kind == .semicolon, nextToken.isKey {
          diagnostics.append(
            Diagnostic(
              range: token.range, message: "a semicolon can't separate the fields of a record",
              nextStep: "write a comma instead"))
          advance()
        } else {
          guard take(",") else { throw unclosed(start, "}") }
        }
        if take("}") { break }
      }
      entries.append(try entry())
    }
    return Expr(.record(entries), range(from: start.lower))
  }

  private mutating func entry() throws(StatementParseStop) -> RecordEntry {
    let keyRange = token.range
    switch token.kind {
    case .key(let key):
      advance()
      return RecordEntry(key: .name(key), keyRange: keyRange, value: try expression())
    case .name(let key): return try entry(key, keyRange)
    case .string(let pieces):
      guard pieces.count == 1, case .literal(let key) = pieces[0] else {
        throw fail(
          "a record's key must be plain text, without \\(...)", nextStep: "put a computed key in brackets: {[x]: value}"
        )
      }
      return try entry(key, keyRange)
    case .symbol("["):
      advance()
      let key = try expression()
      guard take("]") else { throw wanted("] after the key") }
      let whole = range(from: keyRange.lower)
      guard take(":") else { throw wanted("a colon after the key", nextStep: "{[EXPRESSION]: value}") }
      return RecordEntry(key: .computed(key), keyRange: whole, value: try expression())
    case .number where nextToken.isSymbol(".."):
      throw fail(
        "a record's key must be a name or a string",
        nextStep: rest(from: token.range.lower, to: "}").map { "a range has no braces: \($0)" })
    case .number(let text):
      throw fail("a record's key must be a name or a string", nextStep: "put the key in quotes: \"\(text)\": ...")
    default: throw wanted("a key", nextStep: keyNextStep ?? "a record is {name: value, \"a key\": value}")
    }
  }

  private mutating func entry(_ key: String, _ keyRange: SourceRange) throws(StatementParseStop) -> RecordEntry {
    advance()
    guard take(":") else {
      throw wanted("a colon after the key \(key)", nextStep: shorthandNextStep(key) ?? "{\(key): ...}")
    }
    return RecordEntry(key: .name(key), keyRange: keyRange, value: try expression())
  }

  /// Returns advice for a user who wrote a list in parentheses, as in `(1, 2)`; nil if no comma is at the cursor.
  ///
  /// For this example, the advice is to write `[1, 2]`.
  private func listNextStep(_ start: SourceRange, _ close: String) -> String? {
    guard close == ")", token.isSymbol(",") else { return nil }
    let elements = rest(from: start.upper, to: ")").map { "[\($0)]" }
    return "write a list in brackets: \(elements ?? "[1, 2]")"
  }

  private mutating func unclosed(_ start: SourceRange, _ close: String) -> StatementParseStop {
    if token.kind == .end {
      return fail(
        "the bracket is not closed", nextStep: "close the bracket with \(close)",
        marks: [MarkedSourceRange(start, "opened here")])
    }
    return fail(
      "expected \(close), not \(token.description)", nextStep: bracketNextStep(start, close),
      marks: [MarkedSourceRange(start, "opened here")])
  }

  /// Returns advice for a user who wrote another token in place of a comma or a closing bracket.
  private func bracketNextStep(_ start: SourceRange, _ close: String) -> String {
    if token.isSymbol("|") { return "put the pipeline in parentheses: (... | ...)" }
    if token.isNumber, source.text(token.range).hasPrefix("-"), !["]", "}"].contains(close) {
      return "minus needs spaces: a - b"
    }
    if let step = arrowNextStep ?? callNextStep(start) ?? commaNextStep(before: close) ?? listNextStep(start, close) {
      return step
    }
    if let step = testNextStep ?? commandNextStep { return step }
    if close == ")" || token.isKeyword("for"), let step = misplacedNextStep { return step }
    return "close the bracket with \(close)"
  }

  /// Parses the parts of a string.
  ///
  /// The text between `\(` and `)` is a separate pipeline, and a separate parser parses this pipeline.
  private mutating func parts(_ pieces: [Token.StringPiece]) throws(StatementParseStop) -> [StringPart] {
    var parts: [StringPart] = []
    for piece in pieces {
      switch piece {
      case .literal(let text): parts.append(.literal(text))
      case .tokens(let tokens):
        var inner = Parser(tokens: tokens, of: source)
        inner.depth = depth + 1
        inner.words = words
        defer { diagnostics += inner.diagnostics }
        guard inner.depth < Self.depthLimit else {
          throw fail("the expression is nested too deeply")
        }
        let pipeline = try inner.pipeline()
        guard inner.token.kind == .end else {
          throw inner.fail("expected ) after the value, not \(inner.token.description)")
        }
        parts.append(.interpolation(pipeline))
      }
    }
    return parts
  }
}

extension Token {
  /// Returns the operator of the token; nil if the token is not among `symbols`.
  fileprivate func `operator`(among symbols: [String]) -> BinaryOperator? {
    guard case .symbol(let symbol) = kind, symbols.contains(symbol) else { return nil }
    return BinaryOperator(rawValue: symbol)
  }
}
