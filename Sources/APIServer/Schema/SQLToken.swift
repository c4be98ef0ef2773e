/// A token of a CREATE TABLE statement, such as a keyword or a name (https://www.sqlite.org/lang_keywords.html).
struct SQLToken {
  enum Kind {
    /// A keyword, a name without quotes, or a number.
    case word
    /// A name in double quotes, backticks or brackets.
    case quoted
    /// A text in single quotes.
    case string
    case symbol
  }

  let kind: Kind
  /// The text of the token without its quotes.
  let text: String
  /// The range of the token in the UTF-8 bytes of the SQL, including its quotes.
  let range: Range<Int>

  func isWord(_ word: String) -> Bool { kind == .word && text.lowercased() == word }

  func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }

  /// Returns the tokens of a text, without comments and white space.
  static func all(in sql: String) -> [SQLToken] {
    let bytes = Array(sql.utf8)
    var tokens: [SQLToken] = []
    var index = 0
    while index < bytes.count {
      if let end = endOfGap(bytes, index) {
        index = end
        continue
      }
      let token = token(bytes, index)
      tokens.append(token)
      index = token.range.upperBound
    }
    return tokens
  }

  /// Returns the tokens between the opening parenthesis at the start of `tokens` and its closing parenthesis.
  static func parenthesized(in tokens: ArraySlice<SQLToken>) -> ArraySlice<SQLToken> {
    var depth = 0
    for (index, token) in zip(tokens.indices, tokens) {
      if token.isSymbol("(") { depth += 1 }
      if token.isSymbol(")") { depth -= 1 }
      if depth == 0 { return tokens[(tokens.startIndex + 1)..<max(index, tokens.startIndex + 1)] }
    }
    return tokens.dropFirst()
  }

  /// Returns the end of the white space or the comment at an index; nil for other text.
  private static func endOfGap(_ bytes: [UInt8], _ start: Int) -> Int? {
    if bytes[start] <= 0x20 { return start + 1 }
    let rest = bytes[start...]
    if rest.starts(with: "--".utf8) { return rest.firstIndex(of: 0x0A) ?? bytes.count }
    guard rest.starts(with: "/*".utf8) else { return nil }
    var index = start + 2
    while index < bytes.count, !bytes[index...].starts(with: "*/".utf8) { index += 1 }
    return min(index + 2, bytes.count)
  }

  private static func token(_ bytes: [UInt8], _ start: Int) -> SQLToken {
    switch bytes[start] {
    case UInt8(ascii: "'"): return enclosed(bytes, start, by: UInt8(ascii: "'"), .string)
    case UInt8(ascii: "\""), UInt8(ascii: "`"): return enclosed(bytes, start, by: bytes[start], .quoted)
    case UInt8(ascii: "["): return enclosed(bytes, start, by: UInt8(ascii: "]"), .quoted)
    default: break
    }
    let end = bytes[start...].firstIndex { !isWordByte($0) } ?? bytes.count
    let range = start..<max(end, start + 1)
    return SQLToken(
      kind: end > start ? .word : .symbol, text: String(decoding: bytes[range], as: UTF8.self), range: range)
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF, UInt8(ascii: "_"), UInt8(ascii: "$"): true
    default: false
    }
  }

  /// Returns the quoted token that begins at an index.
  ///
  /// Two quotes in a row stand for one quote in the text.
  private static func enclosed(_ bytes: [UInt8], _ start: Int, by quote: UInt8, _ kind: Kind) -> SQLToken {
    var text: [UInt8] = []
    var index = start + 1
    while index < bytes.count {
      if bytes[index] == quote {
        guard quote != UInt8(ascii: "]"), index + 1 < bytes.count, bytes[index + 1] == quote else { break }
        index += 1
      }
      text.append(bytes[index])
      index += 1
    }
    return SQLToken(
      kind: kind, text: String(decoding: text, as: UTF8.self), range: start..<min(index + 1, bytes.count))
  }
}
