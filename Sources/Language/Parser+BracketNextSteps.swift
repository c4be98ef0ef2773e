/// Guesses what a user meant by tokens that can't stand inside brackets.
///
/// An error message shows the guess as its next step.
extension Parser {
  /// Advice for a user who wrote a command inside brackets without parentheses, as in `[count posts]`; nil at other
  /// tokens.
  ///
  /// For this example, the advice is to write `(count posts)`.
  var commandNextStep: String? {
    guard index > 0, case .name(let name) = tokens[index - 1].kind, words.commands.contains(name),
      !words.functions.contains(name), Self.beginsArgument(token)
    else { return nil }
    if index > 2, tokens[index - 2].isSymbol("("), case .name(let stage) = tokens[index - 3].kind,
      words.stages.contains(stage), !words.functions.contains(stage)
    {
      return nil
    }
    var (last, open) = (index, 0)
    for next in index..<tokens.count {
      let token = tokens[next]
      if open == 0, Self.isEnd(token) || next > index && !Self.beginsArgument(token) && token.hasSpaceBefore { break }
      if case .symbol(let symbol) = token.kind {
        open += ["(", "[", "{", "?["].contains(symbol) ? 1 : [")", "]", "}"].contains(symbol) ? -1 : 0
      }
      last = next
    }
    let ends = !tokens[min(last + 1, tokens.count - 1)].isSymbol("|")
    let text = ends ? shown(token.range.through(tokens[last].range)) : nil
    return "inside an expression, put a command in parentheses: (\(name) \(text ?? "..."))"
  }

  /// Advice for a user who wrote a shell condition such as `[ 1 -eq 1 ]`, or an option with `=`; nil at other tokens.
  var testNextStep: String? {
    if token.isSymbol("="), index > 1, !Self.isEnd(nextToken) {
      let (left, right) = (source.text(tokens[index - 1].range), source.text(nextToken.range))
      if tokens[index - 2].isSymbol("["), index > 2,
        tokens[index - 3].isKeyword("if") || tokens[index - 3].isKeyword("while")
      {
        return "write a condition without brackets: \(left) == \(right)"
      }
      if tokens[index - 2].isSymbol(",") { return "write an option with a colon: \(left): \(right)" }
    }
    guard index > 1, token.kind == .minus || token.isSymbol("-") else { return nil }
    guard case .name(let word) = nextToken.kind, let sign = Self.tests[word] else { return nil }
    let right = tokens[min(index + 2, tokens.count - 1)]
    guard !Self.isEnd(right) else { return "write \(sign), without brackets" }
    return
      "write a condition without brackets: \(source.text(tokens[index - 1].range)) \(sign) \(source.text(right.range))"
  }

  /// Advice for a user who left out the first index of a slice, as in `[..1]` and `[:2]`; nil at other tokens.
  ///
  /// For both examples, the advice is to write `[0..1]`.
  var openPartNextStep: String? {
    guard token.isSymbol("..") || token.isSymbol(":") else { return nil }
    guard case .number(let end) = nextToken.kind, let last = Int(end) else { return "write both ends: [0..-1]" }
    let isExclusive = token.isSymbol(":") && last > 0
    return "[a..b] includes both ends: [0..\(isExclusive ? last - 1 : last)]"
  }

  /// Advice for a user who wrote a slice as in Python or Ruby, such as `[1:]`; nil at other tokens.
  ///
  /// For this example, the advice is to write `[1..-1]`. The cursor is after the first index.
  var partNextStep: String? {
    guard token.isSymbol(":") || token.isSymbol(",") else { return nil }
    let first = tokens[index - 1]
    if token.isSymbol(":"), nextToken.isSymbol("]") { return "write both ends: [\(source.text(first.range))..-1]" }
    guard token.isSymbol(":"), case .number(let start) = first.kind, case .number(let end) = nextToken.kind,
      let lower = Int(start), let upper = Int(end), upper > 0, upper > lower
    else { return "write both ends: [0..1]" }
    return "[a..b] includes both ends: [\(lower)..\(upper - 1)]"
  }

  /// Returns advice for a user who separated the arguments of a call wrongly; nil if there is no guess.
  ///
  /// Examples are a missing comma, and `=` in place of a colon. `bracket` is the range of the opening parenthesis.
  func callNextStep(_ bracket: SourceRange) -> String? {
    guard let open = tokens[..<index].lastIndex(where: { $0.range == bracket && $0.isSymbol("(") }), open > 0,
      !tokens[open].hasSpaceBefore, case .name(let name) = tokens[open - 1].kind
    else { return nil }
    let isKnown = words.functions.contains(name) || definesWord(name)
    switch token.kind {
    case .semicolon where !isKnown:
      return ForeignWords.stage(name).map { "did you mean | \($0)?" } ?? "help functions lists the functions"
    case .symbol("=") where tokens[index - 1].isAName && !Self.isEnd(nextToken):
      guard isKnown || !words.stages.contains(name) else { return nil }
      let value = (tokens[index - 1].description, source.text(nextToken.range))
      return definesWord(name)
        ? "write an option with a colon: \(value.0): \(value.1)" : "a record has braces: {\(value.0): \(value.1)}"
    case .number, .field, .name:
      if case .name(let word) = token.kind {
        guard ForeignWords.operation(word) == nil, ForeignWords.unit(word) == nil else { return nil }
      }
      guard isKnown, Self.beginsArgument(token), !commandPrecedes, !tokens[index - 1].isName("fn") else { return nil }
      return "put a comma before \(source.text(token.range))"
    default: return nil
    }
  }

  /// Whether the token before the cursor is the name of a command, a function or a stage.
  private var commandPrecedes: Bool {
    guard case .name(let name) = tokens[index - 1].kind else { return false }
    return words.commands.contains(name) || words.functions.contains(name) || words.stages.contains(name)
  }

  private static let tests = ["eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="]

  /// The source text between the parenthesis at the cursor and its closing parenthesis.
  ///
  /// The value is nil if the text is longer than 60 bytes or can contain a password.
  var enclosed: String? {
    var parser = self
    parser.advance()
    return parser.rest(from: token.range.upper, to: ")")
  }

  /// Returns the source text from the offset `start` to the closing bracket `close`.
  ///
  /// The search for `close` begins at the parser's current token, and skips nested pairs of brackets. Returns nil if
  /// there is no such bracket, or if the text is longer than 60 bytes or can contain a password.
  func rest(from start: Int, to close: String) -> String? {
    var open = 0
    for next in index..<tokens.count {
      guard case .symbol(let symbol) = tokens[next].kind else { continue }
      if open == 0, symbol == close { return shown(SourceRange(start, tokens[next].range.lower)) }
      open += ["(", "[", "{", "?["].contains(symbol) ? 1 : [")", "]", "}"].contains(symbol) ? -1 : 0
    }
    return nil
  }
}
