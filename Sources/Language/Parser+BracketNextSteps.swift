/// Guesses what a user meant by tokens that can't stand inside brackets, for the next step of an error.
extension Parser {
  /// The next step for a command that is an element of a list or the value of a record's field, without parentheses:
  /// `[count posts]`; nil for other tokens.
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
    return "put a command inside an expression in parentheses: (\(name) \(text ?? "..."))"
  }

  /// The next step for a condition in the syntax of shells, `[ 1 -eq 1 ]`, and for an option with `=`; nil for other
  /// tokens.
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

  private static let tests = ["eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="]

  /// The source text between the parenthesis at the cursor and the one that closes it; nil if it is long or can contain
  /// a password.
  var enclosed: String? {
    var parser = self
    parser.advance()
    return parser.rest(from: token.range.upper, to: ")")
  }

  /// Returns the source text from an offset to the closing bracket that ends the elements at the cursor; nil if it is
  /// long or can contain a password.
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
