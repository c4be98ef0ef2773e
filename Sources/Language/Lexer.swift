/// Splits a text into tokens and reports characters that do not form a token.
struct Lexer {
  let bytes: [UInt8]
  let isTyped: Bool
  var offset = 0
  var tokens: [Token] = []
  var diagnostics: [Diagnostic] = []
  /// The tokens `(`, `[`, `{` and `do` that have no closing token yet, in the order of the text.
  var open: [(symbol: String, range: SourceRange)] = []
  /// The source ranges of comments, including the `#`.
  var comments: [SourceRange] = []
  /// The strings that are still open where the text ends; the innermost string is first.
  ///
  /// `start` is the offset of the opening quote. `isInInterpolation` is true if the text ends in an interpolation of
  /// the string, after `\(`.
  var openStrings: [(start: Int, isInInterpolation: Bool)] = []
  /// Whether the text ends in a backslash, which continues the statement on the next line.
  var endsInBackslash = false
  var hasSpace = true
  /// The number of interpolations `\(...)` that enclose the cursor.
  private var interpolations = 0
  /// Whether the current line nests interpolations `\(...)` too deeply.
  ///
  /// The lexer reports the deep nesting once, and skips the rest of the line. It therefore reports no unclosed string
  /// and no unclosed interpolation on this line.
  var isTooDeep = false
  /// The number of tokens in `open` at the beginning of the current `help` statement; nil outside a `help` statement.
  ///
  /// A user can leave a bracket in the arguments of `help` open, as in `help (`. The lexer forgets such brackets at the
  /// end of the statement.
  private var openBeforeHelp: Int?

  init(_ source: SourceText, isTyped: Bool) {
    bytes = source.bytes
    self.isTyped = isTyped
  }

  /// Returns the byte that is `distance` bytes after the cursor, or 0 beyond the end of the text.
  func byte(_ distance: Int = 0) -> UInt8 {
    let index = offset + distance
    return index < bytes.count ? bytes[index] : 0
  }

  /// Splits the whole text into tokens; the last token is `.end`.
  mutating func run() {
    refuseLoneCarriageReturn()
    if byte() == UInt8(ascii: "#"), byte(1) == UInt8(ascii: "!") { skipLine() }
    while offset < bytes.count { step() }
    add(.end, from: offset)
  }

  /// Reports the first CR that is not before a LF; at the end of the text, a CR is white space.
  ///
  /// A text whose lines end in CR would be one line. If it began with a comment, nothing of it would run.
  private mutating func refuseLoneCarriageReturn() {
    let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
    let place = bytes.dropLast().indices.first { bytes[$0] == cr && bytes[$0 + 1] != lf }
    guard let place else { return }
    complain(
      "a line can't end in CR alone; it must end in LF or CRLF", place, place + 1,
      nextStep: #"convert the file: tr '\r' '\n' < OLD > NEW; in a string, write \r"#)
  }

  /// Reads the tokens of an interpolation `\(...)` up to its `)`; the `\(` is before the cursor.
  ///
  /// `isClosed` is false if the line ends before the `)`.
  mutating func interpolation() -> (tokens: [Token], isClosed: Bool) {
    guard interpolations < Parser.depthLimit / 4 else {
      if !isTooDeep {
        complain(
          "strings are nested too deeply", offset - 2,
          nextStep: "assign a part of the expression to a variable with let")
      }
      isTooDeep = true
      while offset < bytes.count, byte() != UInt8(ascii: "\n") { offset += 1 }
      let rest = SourceRange(offset, offset)
      return ([.number("0"), .end].map { Token(kind: $0, range: rest, hasSpaceBefore: true) }, true)
    }
    interpolations += 1
    defer { interpolations -= 1 }
    let outer = (tokens, open, hasSpace)
    (tokens, open, hasSpace) = ([], [("(", SourceRange(offset - 2, offset))], true)
    while offset < bytes.count, byte() != UInt8(ascii: "\n"), !open.isEmpty { step() }
    let isClosed = open.isEmpty
    if isClosed { tokens.removeLast() }
    add(.end, from: isClosed ? offset - 1 : offset)
    let inner = tokens
    (tokens, open, hasSpace) = outer
    return (inner, isClosed)
  }

  mutating func add(_ kind: Token.Kind, from start: Int) {
    tokens.append(Token(kind: kind, range: SourceRange(start, offset), hasSpaceBefore: hasSpace))
    hasSpace = false
  }

  mutating func complain(
    _ message: String, _ start: Int, _ end: Int? = nil, nextStep: String? = nil, isIncomplete: Bool = false
  ) {
    diagnostics.append(
      Diagnostic(
        range: SourceRange(start, end ?? max(offset, start + 1)), message: message, nextStep: nextStep,
        isIncomplete: isIncomplete))
  }

  private mutating func step() {
    switch byte() {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
      offset += 1
      hasSpace = true
    case UInt8(ascii: "\n"): newline()
    case UInt8(ascii: "#"):
      let start = offset
      skipLine()
      comments.append(SourceRange(start, offset))
    case UInt8(ascii: "\\"): backslash()
    case UInt8(ascii: "\""): string()
    case UInt8(ascii: "0")...UInt8(ascii: "9"): number()
    case UInt8(ascii: "."), UInt8(ascii: "?"): fieldOrSymbol()
    case UInt8(ascii: "-"): minus()
    case UInt8(ascii: "/"): slash()
    case let byte where Self.isNameStart(byte) || isLetter(at: offset): word()
    default: symbol()
    }
  }

  mutating func skipLine() {
    while offset < bytes.count, byte() != UInt8(ascii: "\n") { offset += 1 }
  }

  /// Reads a line end, and adds a `.newline` token if the line end separates two statements.
  ///
  /// After a line end inside brackets or after an operator such as `+`, the statement continues. In a script file, the
  /// statement also continues if the next line begins with `|`.
  private mutating func newline() {
    let start = offset
    offset += 1
    hasSpace = true
    isTooDeep = false
    if endHelp() {
      return tokens.append(Token(kind: .newline, range: SourceRange(start, offset), hasSpaceBefore: true))
    }
    if let last = open.last, last.symbol != "do" { return }
    guard let last = tokens.last, last.kind != .newline, !last.continues else { return }
    if !isTyped, nextLineBeginsWithPipe() { return }
    tokens.append(Token(kind: .newline, range: SourceRange(start, offset), hasSpaceBefore: true))
  }

  /// Ends a `help` statement, and forgets the brackets that are still open in its arguments.
  ///
  /// Returns false outside a `help` statement.
  private mutating func endHelp() -> Bool {
    guard let count = openBeforeHelp else { return false }
    open.removeLast(max(0, open.count - count))
    openBeforeHelp = nil
    return true
  }

  /// Whether a statement can begin after the given tokens.
  static func beginsStatement(after tokens: some BidirectionalCollection<Token>) -> Bool {
    guard let last = tokens.last else { return true }
    if last.kind == .newline || last.kind == .semicolon || last.isKeyword("do") || last.isKeyword("else") {
      return true
    }
    return tokens.dropLast().last?.isKeyword("rescue") ?? false
  }

  private func nextLineBeginsWithPipe() -> Bool {
    var index = offset
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): index += 1
      case UInt8(ascii: "#"): while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
      case UInt8(ascii: "|"): return true
      default: return false
      }
    }
    return false
  }

  private mutating func backslash() {
    let start = offset
    offset += 1
    while byte() == UInt8(ascii: " ") || byte() == UInt8(ascii: "\t") || byte() == UInt8(ascii: "\r") { offset += 1 }
    if byte() == UInt8(ascii: "#") { skipLine() }
    hasSpace = true
    if offset >= bytes.count {
      endsInBackslash = true
    } else if byte() == UInt8(ascii: "\n") {
      offset += 1
    } else {
      complain("a backslash continues a line, and must be the line's last character", start, start + 1)
    }
  }

  static func isNameStart(_ byte: UInt8) -> Bool {
    byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
  }

  static func isNameByte(_ byte: UInt8) -> Bool { isNameStart(byte) || byte >= 0x30 && byte <= 0x39 }

  /// Moves the cursor past a name.
  ///
  /// A name has ASCII letters, digits and `_`. Between two letters or digits, a name can have a `-`, as in `sort-by`.
  mutating func skipName() {
    while Self.isNameByte(byte()) || byte() == UInt8(ascii: "-") && isHyphen { offset += 1 }
  }

  /// Whether a letter outside ASCII begins at a byte offset.
  private func isLetter(at index: Int) -> Bool {
    guard index < bytes.count, bytes[index] >= 0x80 else { return false }
    let text = String(decoding: bytes[index..<min(index + 4, bytes.count)], as: UTF8.self)
    return text.unicodeScalars.first?.properties.isAlphabetic ?? false
  }

  /// Skips the rest of a name if a letter outside ASCII is at the cursor, and reports the name.
  ///
  /// The lexer reports the whole name once, not each letter. It reports no name in a `help` statement.
  private mutating func skipForeignLetters(from start: Int, isField: Bool) {
    guard isLetter(at: offset) else { return }
    while offset < bytes.count, Self.isNameByte(byte()) || isHyphen && byte() == UInt8(ascii: "-") || byte() >= 0x80 {
      guard byte() < 0x80 || isLetter(at: offset) else { break }
      offset +=
        byte() < 0x80
        ? 1
        : String(decoding: bytes[offset...].prefix(4), as: UTF8.self).unicodeScalars.first.map {
          UTF8.width($0)
        } ?? 1
    }
    guard openBeforeHelp == nil else { return }
    let name = text(from: start)
    complain(
      "the letters of a name must be a to z or A to Z: \(name)", start, offset,
      nextStep: isField
        ? "write x[\"\(name)\"], or it[\"\(name)\"] for a field of the element"
        : "choose another name or, for text, write \"\(name)\"")
  }

  private var isHyphen: Bool {
    offset > 0 && bytes[offset - 1] != UInt8(ascii: "_") && Self.isNameByte(bytes[offset - 1])
      && Self.isNameByte(byte(1)) && byte(1) != UInt8(ascii: "_")
  }

  func text(from start: Int) -> String { String(decoding: bytes[start..<offset], as: UTF8.self) }

  private mutating func word() {
    let start = offset
    skipName()
    skipForeignLetters(from: start, isField: false)
    let text = text(from: start)
    if byte() == UInt8(ascii: ":"), byte(1) != UInt8(ascii: ":") {
      offset += 1
      return add(.key(text), from: start)
    }
    guard Token.keywords.contains(text) else { return add(.name(text), from: start) }
    if text == "if", tokens.last?.isKeyword("else") ?? false, open.last?.symbol == "do" { open.removeLast() }
    if text == "help", openBeforeHelp == nil, Self.beginsStatement(after: tokens) { openBeforeHelp = open.count }
    add(.keyword(text), from: start)
    if text == "do" { open.append(("do", SourceRange(start, offset))) }
    if text == "end", open.last?.symbol == "do" { open.removeLast() }
  }

  private mutating func fieldOrSymbol() {
    let start = offset
    let isOptional = byte() == UInt8(ascii: "?")
    let name = isOptional ? 2 : 1
    let beginsName = Self.isNameStart(byte(name)) || isLetter(at: offset + name)
    if !isOptional || byte(1) == UInt8(ascii: "."), beginsName {
      offset += name
      let nameStart = offset
      skipName()
      skipForeignLetters(from: nameStart, isField: true)
      return add(.field(text(from: nameStart), isOptional: isOptional), from: start)
    }
    if openBeforeHelp != nil, byte(name - 1) == UInt8(ascii: ".") {
      offset += name
      return add(.symbol(text(from: start)), from: start)
    }
    symbol()
  }

  private mutating func symbol() {
    let start = offset
    if Self.standsAlone(byte()) {
      offset += 1
      let one = text(from: start)
      add(.symbol(one), from: start)
      return bracket(one, start)
    }
    let two = String(decoding: bytes[offset..<min(offset + 2, bytes.count)], as: UTF8.self)
    if ["==", "!=", "<=", ">=", "=~", "??", "..", "?["].contains(two) {
      offset += 2
      add(.symbol(two), from: start)
      if two == "?[" { open.append(("[", SourceRange(start, offset))) }
      return
    }
    let one = String(two.unicodeScalars.prefix(1))
    guard two != "&&", two != "||",
      ["|", ",", ":", "=", "<", ">", "+", "*", "%", "(", ")", "[", "]", "{", "}", ";"].contains(one)
    else { return unknown() }
    offset += 1
    if one == ";" {
      _ = endHelp()
      return add(.semicolon, from: start)
    }
    add(.symbol(one), from: start)
    bracket(one, start)
  }

  /// Whether a byte is a complete symbol, such as `(`; false for a byte that can begin a longer symbol, such as `<`.
  private static func standsAlone(_ byte: UInt8) -> Bool { ",:+*%()[]{}".utf8.contains(byte) }

  private mutating func bracket(_ symbol: String, _ start: Int) {
    if ["(", "[", "{"].contains(symbol) { open.append((symbol, SourceRange(start, offset))) }
    let pairs = [")": "(", "]": "[", "}": "{"]
    if let opening = pairs[symbol], open.last?.symbol == opening { open.removeLast() }
  }
}
