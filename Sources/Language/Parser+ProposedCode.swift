/// Checks and completes the code that error messages propose.
extension Parser {
  /// Returns `code` unchanged if it has no syntax error, and otherwise nil.
  ///
  /// The code is a proposal for the user. In the code, `...` stands for any value.
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

  /// Returns a call of a function with the arguments at the cursor, for a user who wrote no parentheses and commas.
  ///
  /// For `contains .text "a"`, the call is `contains(.text, "a")`. The result is nil if an argument is longer than 60
  /// bytes or can contain a password.
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

  /// The names of modules in other languages, such as `str` in `str.upper(x)`.
  ///
  /// This language has no modules: the same call is `upper(x)`.
  static let modules: Set<String> = [
    "re", "regex", "regexp", "str", "string", "math", "os", "sys", "time", "datetime", "date", "json", "console",
    "random", "list", "array",
  ]

  /// The methods of other languages that return a part of a text or a list.
  static let cutting: Set<String> = ["substring", "substr", "slice", "mid"]

  /// The commands whose first argument is a client.
  static let clientCommands: Set<String> = [
    "show", "create", "update", "upsert", "destroy", "destroy-all", "index", "stream", "related", "relationship",
    "link", "relink", "unlink", "call", "transition", "describe", "stop",
  ]

  /// Whether a `let` or a `for` in the text declares a variable with this name.
  func definesVariable(_ name: String) -> Bool {
    tokens.indices.dropLast().contains {
      (tokens[$0].isKeyword("let") || tokens[$0].isKeyword("for")) && tokens[$0 + 1].isName(name)
    }
  }

  /// The index of the first token of the arithmetic expression before the cursor.
  ///
  /// If the cursor is at the `=` of `it % 2 = 0`, the value is the index of `it`.
  var sumStart: Int {
    var start = operandStart(before: index)
    while start > 1, tokens[start - 1].isArithmetic, tokens[start - 1].hasSpaceBefore {
      start = operandStart(before: start - 1)
    }
    return start
  }

  /// Returns the index of the token after an arithmetic expression.
  ///
  /// `start` is the index of the first token of the expression.
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

  /// Returns the index of the first token of an operand.
  ///
  /// `end` is the index of the token after the operand.
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
  /// The change of the bracket depth: 1 for an opening bracket, -1 for a closing bracket, 0 for another token.
  var nesting: Int {
    guard case .symbol(let symbol) = kind else { return 0 }
    return ["(", "[", "{", "?["].contains(symbol) ? 1 : [")", "]", "}"].contains(symbol) ? -1 : 0
  }

  /// Whether the token is a number or a duration.
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

  /// Whether the token is a comparison operator, such as `==` or `<`.
  var isComparison: Bool {
    guard case .symbol(let symbol) = kind else { return false }
    return ["==", "!=", "<", "<=", ">", ">=", "=~"].contains(symbol)
  }

  /// Whether the token is `and`, `or`, `in` or `not`, in small or capital letters.
  var isOperatorWord: Bool {
    switch kind {
    case .keyword(let word), .name(let word): ["and", "or", "in", "not"].contains(word.lowercased())
    default: false
    }
  }
}
