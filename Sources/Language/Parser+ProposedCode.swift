/// Checks and completes the code that next steps contain.
extension Parser {
  /// Returns code for a next step; nil if it has a syntax error.
  ///
  /// `...` stands for a value.
  func valid(_ code: String) -> String? {
    guard !isTrial else { return nil }
    let text = SourceText(
      name: source.name, text: (code.hasPrefix("|") ? "x " : "") + code.replacing("...", with: " x "))
    var lexer = Lexer(text, isTyped: false)
    lexer.run()
    var parser = Parser(tokens: lexer.tokens, of: text)
    parser.isTrial = true
    _ = parser.program()
    return lexer.diagnostics.isEmpty && parser.diagnostics.isEmpty ? code : nil
  }

  /// Returns the call of a function with the arguments at the cursor, which stand without parentheses and commas:
  /// `contains(.text, "a")` for `contains .text "a"`; nil if the arguments are long or may contain a password.
  func call(_ function: String) -> String? {
    var (arguments, open, place, start) = ([SourceRange](), 0, index, index)
    while place < tokens.count {
      let token = tokens[place]
      if open == 0 {
        if Self.isEnd(token) || token.isSymbol("=") || token.isComparison || token.isOperatorWord { break }
        if place > start, Self.beginsArgument(token) {
          arguments.append(tokens[start].range.through(tokens[place - 1].range))
          start = place
        }
      }
      open += token.nesting
      place += 1
    }
    guard place > start else { return nil }
    arguments.append(tokens[start].range.through(tokens[place - 1].range))
    let texts = arguments.compactMap(shown)
    return texts.count == arguments.count ? valid("\(function)(\(texts.joined(separator: ", ")))") : nil
  }

  /// The modules of other languages whose functions this language has without a module.
  static let modules: Set<String> = [
    "re", "regex", "regexp", "str", "string", "math", "os", "sys", "time", "datetime", "date", "json", "console",
    "random", "list", "array",
  ]

  /// The methods that cut a part of a text or list.
  static let cutting: Set<String> = ["substring", "substr", "slice", "mid"]

  /// The commands whose first argument is a client.
  static let clientCommands: Set<String> = [
    "show", "create", "update", "upsert", "destroy", "destroy-all", "index", "stream", "related", "relationship",
    "link", "relink", "unlink", "call", "transition", "describe", "stop",
  ]

  /// Whether the text assigns a variable of this name.
  func definesVariable(_ name: String) -> Bool {
    tokens.indices.dropLast().contains {
      (tokens[$0].isKeyword("let") || tokens[$0].isKeyword("for")) && tokens[$0 + 1].isName(name)
    }
  }

  /// The index of the token at which the arithmetic expression before the cursor begins: the index of `it` in `it % 2 =
  /// 0`, if the cursor is at `=`.
  var sumStart: Int {
    var start = operandStart(before: index)
    while start > 1, tokens[start - 1].isArithmetic, tokens[start - 1].hasSpaceBefore {
      start = operandStart(before: start - 1)
    }
    return start
  }

  /// Returns the index of the token after the arithmetic expression that begins at a token.
  func sumEnd(from start: Int) -> Int {
    var (place, open) = (start, 0)
    while place < tokens.count {
      let token = tokens[place]
      if open == 0, place > start {
        if Self.isEnd(token) || token.isSymbol("=") || token.isComparison || token.isOperatorWord || token.isKey {
          return place
        }
        if Self.beginsArgument(token), !tokens[place - 1].isArithmetic { return place }
      }
      open += token.nesting
      place += 1
    }
    return max(start, place - 1)
  }

  /// Returns the index of the token at which the operand before a token begins.
  func operandStart(before end: Int) -> Int {
    var (start, open) = (end - 1, 0)
    while start > 0 {
      open -= tokens[start].nesting
      if open < 0 { return min(start + 1, end - 1) }
      if open == 0, tokens[start].hasSpaceBefore { break }
      start -= 1
    }
    return start
  }
}

extension Token {
  /// 1 for an opening bracket, -1 for a closing bracket, else 0.
  var nesting: Int {
    guard case .symbol(let symbol) = kind else { return 0 }
    return ["(", "[", "{", "?["].contains(symbol) ? 1 : [")", "]", "}"].contains(symbol) ? -1 : 0
  }

  /// Whether the token is a number or a duration; an adjacent minus would become part of it.
  var isNumber: Bool {
    switch kind {
    case .number, .duration: true
    default: false
    }
  }

  /// Whether the token is `+`, `-`, `*`, `/` or `%`.
  var isArithmetic: Bool {
    guard case .symbol(let symbol) = kind else { return false }
    return ["+", "-", "*", "/", "%"].contains(symbol)
  }

  /// Whether the token compares two values with a sign.
  var isComparison: Bool {
    guard case .symbol(let symbol) = kind else { return false }
    return ["==", "!=", "<", "<=", ">", ">=", "=~"].contains(symbol)
  }

  /// Whether the token is an operator that is written as a word, in small or capital letters.
  var isOperatorWord: Bool {
    switch kind {
    case .keyword(let word), .name(let word): ["and", "or", "in", "not"].contains(word.lowercased())
    default: false
    }
  }
}
