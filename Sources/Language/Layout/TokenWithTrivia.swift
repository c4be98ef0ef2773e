/// A token with its source text, and the comments and line ends before it.
struct TokenWithTrivia {
  /// The separator between two statements.
  enum StatementSeparator {
    case none, newline, semicolon
  }

  /// A comment with its `#`.
  struct Comment {
    var text: String
    /// Whether only white space precedes the comment on its line.
    var isOwnLine: Bool
    var hasBlankBefore: Bool
  }

  var token: Token
  var text: String
  var separator: StatementSeparator
  var comments: [Comment] = []
  /// Whether a line end precedes the token.
  var breaksBefore: Bool
  /// Whether an empty line precedes the token.
  var hasBlankBefore: Bool

  /// Returns the tokens of a text; the last token marks the end of the text.
  static func tokens(of source: SourceText) -> [TokenWithTrivia] {
    var lexer = Lexer(source, isTyped: false)
    lexer.run()
    var tokens: [TokenWithTrivia] = []
    var separator = StatementSeparator.none
    var end = 0
    var index = 0
    while index < lexer.tokens.count {
      let token = lexer.tokens[index]
      index += 1
      if token.kind == .newline || token.kind == .semicolon {
        if separator == .none { separator = token.kind == .newline ? .newline : .semicolon }
        continue
      }
      var range = token.range
      if token.isKeyword("help"), Lexer.beginsStatement(after: lexer.tokens[..<(index - 1)]) {
        while index < lexer.tokens.count, !lexer.tokens[index].endsStatement {
          range = range.through(lexer.tokens[index].range)
          index += 1
        }
      }
      let gap = TokenGap(source.bytes[end..<max(end, range.lower)], isFirst: tokens.isEmpty)
      tokens.append(
        TokenWithTrivia(
          token: token, text: source.text(range), separator: separator, comments: gap.comments,
          breaksBefore: gap.hasNewline, hasBlankBefore: gap.newlines > 1))
      separator = .none
      end = range.upper
    }
    return settled(tokens)
  }

  /// Moves comments: a comment before a comma goes after the comma, and a comment after a `|` goes before the `|`.
  private static func settled(_ tokens: [TokenWithTrivia]) -> [TokenWithTrivia] {
    var tokens = tokens
    for index in tokens.indices.dropLast() {
      if tokens[index].token.isSymbol(",") { move(from: index, to: index + 1, isBefore: true, &tokens) }
      if tokens[index].token.isSymbol("|") { move(from: index + 1, to: index, isBefore: false, &tokens) }
    }
    return tokens
  }

  private static func move(from: Int, to: Int, isBefore: Bool, _ tokens: inout [TokenWithTrivia]) {
    guard tokens[from].breaksBefore else { return }
    var comments =
      isBefore ? tokens[from].comments + tokens[to].comments : tokens[to].comments + tokens[from].comments
    for index in comments.indices.dropFirst() { comments[index].isOwnLine = true }
    tokens[to].comments = comments
    tokens[to].breaksBefore = true
    tokens[from].comments = []
    tokens[from].breaksBefore = false
  }
}

extension Token {
  fileprivate var endsStatement: Bool { kind == .newline || kind == .semicolon || kind == .end }

  var isOpening: Bool { ["(", "[", "?[", "{"].contains { isSymbol($0) } }
  var isClosing: Bool { [")", "]", "}"].contains { isSymbol($0) } }
}

/// The line ends and comments between two tokens.
private struct TokenGap {
  var comments: [TokenWithTrivia.Comment] = []
  /// The number of line ends since the last comment or token.
  var newlines = 0
  var hasNewline = false

  init(_ bytes: ArraySlice<UInt8>, isFirst: Bool) {
    var index = bytes.startIndex
    var isOwnLine = isFirst
    while index < bytes.endIndex {
      if bytes[index] == UInt8(ascii: "\n") {
        newlines += 1
        (hasNewline, isOwnLine) = (true, true)
      } else if bytes[index] == UInt8(ascii: "#") {
        let end = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
        let text = String(decoding: bytes[index..<end], as: UTF8.self)
        comments.append(
          TokenWithTrivia.Comment(text: text.trimmedEnd, isOwnLine: isOwnLine, hasBlankBefore: newlines > 1))
        newlines = 0
        index = end
        continue
      }
      index += 1
    }
  }
}

extension String {
  /// The text without white space at its end.
  var trimmedEnd: String {
    var end = endIndex
    while end > startIndex, self[index(before: end)].isWhitespace { end = index(before: end) }
    return String(self[..<end])
  }
}
