/// A token: a name, a literal, a symbol, a keyword or a line end.
struct Token {
  enum Kind: Equatable {
    case name(String)
    case keyword(String)
    /// A name directly before a colon, such as `limit:`.
    case key(String)
    /// A name directly after `.` or `?.`, such as `.title`.
    case field(String, isOptional: Bool)
    case number(String)
    case duration(String, unit: String)
    case string([StringPiece])
    case regex(String, flags: String)
    /// A `|`, a bracket, an operator, `,`, `:` or `=`.
    case symbol(String)
    /// A `-` that is a sign, as in `-x`. In `-1`, the sign is a part of the number.
    case minus
    case newline, semicolon, end
  }

  /// A piece of a string: text, or the tokens between `\(` and `)`.
  enum StringPiece: Equatable {
    case literal(String)
    case tokens([Token])
  }

  var kind: Kind
  var range: SourceRange
  /// Whether white space or the beginning of a line precedes the token.
  var hasSpaceBefore: Bool
}

extension Token: Equatable {
  func isSymbol(_ symbol: String) -> Bool { kind == .symbol(symbol) }
  func isName(_ word: String) -> Bool { kind == .name(word) }
  func isKeyword(_ word: String) -> Bool { kind == .keyword(word) }

  /// Whether a statement continues on the next line after this token.
  var continues: Bool {
    switch kind {
    case .symbol(let symbol): !["]", ")", "}"].contains(symbol)
    case .keyword(let word): ["and", "or", "not", "in"].contains(word)
    case .key, .minus: true
    default: false
    }
  }

  /// Whether an operand can follow this token directly.
  var opensOperand: Bool {
    switch kind {
    case .symbol(let symbol): !["]", ")", "}"].contains(symbol)
    case .keyword(let word): !["true", "false", "null", "it", "end"].contains(word)
    case .key, .minus, .newline, .semicolon: true
    default: false
    }
  }

  /// Whether a statement, a stage or a block can begin after the token.
  var startsAfter: Bool {
    switch kind {
    case .newline, .semicolon, .symbol("|"), .symbol("="), .keyword: true
    default: false
    }
  }

  /// Whether the token is a name or a keyword.
  ///
  /// For a keyword in place of a name, the parser has a separate error message.
  var isAName: Bool {
    switch kind {
    case .name, .keyword: true
    default: false
    }
  }

  /// Whether the token is the name of an option with its colon, such as `limit:`.
  var isKey: Bool { if case .key = kind { true } else { false } }

  static let keywords: Set<String> = [
    "let", "for", "in", "do", "end", "while", "if", "else", "def", "return", "try", "rescue", "break", "continue",
    "source", "set", "help", "and", "or", "not", "true", "false", "null", "it",
  ]

  /// The token's name in messages.
  var description: String {
    switch kind {
    case .name(let text), .keyword(let text): text
    case .key(let text): text + ":"
    case .field(let text, let isOptional): (isOptional ? "?." : ".") + text
    case .number(let text): text
    case .duration(let text, let unit): text + unit
    case .string: "a string"
    case .regex: "a pattern"
    case .symbol(let symbol): symbol
    case .minus: "-"
    case .newline, .semicolon: "the end of the statement"
    case .end: "the end of the text"
    }
  }
}
