extension Lexer {
  private var isSpace: Bool { [0x20, 0x09, 0x0D, 0x0A, 0].contains(byte()) }

  /// Whether an operand can begin at the cursor.
  private var mayOpenOperand: Bool { tokens.last.map(\.opensOperand) ?? true }

  /// Reads a number such as `4.5`, or a duration such as `4.5s`.
  ///
  /// `sign` is the offset of a minus before the number; nil if there is no minus.
  mutating func number(from sign: Int? = nil) {
    let start = sign ?? offset
    let first = offset
    if sign == nil, skipDate() {
      let text = text(from: start)
      complain("a date is written as text", start, nextStep: "time(\"\(text)\")")
      return add(.string([.literal(text)]), from: start)
    }
    skipDigits()
    let hasLeadingZero = bytes[first] == UInt8(ascii: "0") && offset - first > 1
    if byte() == UInt8(ascii: "."), isDigit(byte(1)) {
      offset += 1
      skipDigits()
    }
    let hasSign = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-")
    if byte() | 0x20 == UInt8(ascii: "e"), isDigit(byte(1)) || hasSign && isDigit(byte(2)) {
      offset += hasSign ? 2 : 1
      skipDigits()
    }
    let text = text(from: start)
    let unitStart = offset
    if Self.isNameStart(byte()) { skipName() }
    let unit = self.text(from: unitStart)
    if unit.isEmpty, !hasLeadingZero { return add(.number(text), from: start) }
    if ["ms", "s", "m", "h", "d"].contains(unit), !hasLeadingZero {
      return add(.duration(text, unit: unit), from: start)
    }
    add(.number("0"), from: start)
    if unit.isEmpty {
      complain(
        "a number can't begin with 0", start,
        nextStep: thousands(text, start).map { "write the number without commas: \($0)" }
          ?? "for text, write \"\(text)\"")
    } else {
      let whole = (text + unit).replacing("_", with: "")
      let isHexadecimal = text == "0" && unit.first == "x"
      let meant = isHexadecimal ? Int(unit.dropFirst(), radix: 16).map(String.init) : Int(whole).map(String.init)
      let weeks = unit == "w" ? Int(text).map { "\($0 * 7)d" } : nil
      let time = ForeignWords.unit(unit).map { text + $0 } ?? durations(text + unit)
      complain(
        "\(unit) follows a number without a space", start,
        nextStep: (meant ?? weeks ?? time).map { "write \($0)" }
          ?? "the units are ms s m h d; for text, write \"\(text)\(unit)\"")
    }
  }

  /// Skips a date, with or without a time, such as `2026-01-31` and `2026-01-31T10:00:00Z`.
  ///
  /// Returns false, and skips nothing, if no date is at the cursor.
  private mutating func skipDate() -> Bool {
    let ahead = bytes[offset...].prefix(10)
    let isDate = zip(ahead, "0000-00-00".utf8).allSatisfy { isDigit($0) && $1 == 0x30 || $0 == 0x2D && $1 == 0x2D }
    guard isDate, ahead.count == 10, !isDigit(byte(10)) else { return false }
    offset += 10
    if byte() == UInt8(ascii: "T"), isDigit(byte(1)) {
      while Self.isNameByte(byte()) || ":+.".utf8.contains(byte()) { offset += 1 }
    }
    return true
  }

  /// Returns a valid expression for several durations without spaces: `(1h + 30m)` for `1h30m`; nil for other text.
  private func durations(_ text: String) -> String? {
    guard text.wholeMatch(of: #/(?:[0-9]+(?:ms|s|m|h|d)){2,}/#) != nil else { return nil }
    let parts = text.matches(of: #/[0-9]+(?:ms|s|m|h|d)/#).map { String($0.output) }
    return "(\(parts.joined(separator: " + ")))"
  }

  /// Returns a number without its thousands separator: `1000` for `1,000`.
  ///
  /// `digits` are the three digits after the comma, and `start` is their offset. Returns nil if `digits` do not
  /// directly follow a number and a comma.
  private func thousands(_ digits: String, _ start: Int) -> String? {
    let last = tokens.dropLast().suffix(2)
    guard digits.utf8.count == 3, last.count == 2, let comma = last.last, comma.isSymbol(","),
      comma.range.upper == start, let first = last.first, case .number(let number) = first.kind,
      first.range.upper == comma.range.lower
    else { return nil }
    return number + digits
  }

  /// Returns advice for a user who wrote a faulty pattern after `=~`; nil if the last token is not `=~`.
  ///
  /// A pattern is faulty if its closing `/` is missing, or if it has an unknown flag.
  private func patternStep(_ text: String) -> String? {
    guard tokens.last?.isSymbol("=~") ?? false else { return nil }
    let isClosed = text.dropFirst().contains("/")
    return isClosed ? "the flags of a pattern are i, m, s and x" : "close the pattern: \(text)/"
  }

  func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private mutating func skipDigits() {
    while isDigit(byte()) { offset += 1 }
  }

  /// Reads a `-`, which is an operator in `a - b` and a sign in `-1`.
  ///
  /// Reports a `-` that follows an operand without a space, as in `1-2`.
  mutating func minus() {
    let start = offset
    let spaceBefore = offset == 0 || [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset - 1])
    let mayOpen = mayOpenOperand
    offset += 1
    let spaceAfter = isSpace || byte() == UInt8(ascii: "#")
    if mayOpen || spaceBefore && !spaceAfter {
      if isDigit(byte()) { return number(from: start) }
      return add(.minus, from: start)
    }
    if !(spaceBefore && spaceAfter) {
      complain("minus needs spaces", start, start + 1, nextStep: "write a - b; a name can have a hyphen: a-b")
    }
    add(.symbol("-"), from: start)
  }

  /// Reads a `/`, which divides in `a / b` and begins a pattern in `/abc/`.
  ///
  /// Reports any other `/`, such as the slash in `a/b`.
  mutating func slash() {
    let start = offset
    let spaceBefore = offset == 0 || [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset - 1])
    let touches = !(offset + 1 >= bytes.count || [0x20, 0x09, 0x0A, 0x0D].contains(byte(1)))
    if touches, mayOpenOperand || spaceBefore { return regex() }
    offset += 1
    if !(spaceBefore && !touches) || mayOpenOperand {
      complain(
        "a slash between spaces divides; any other slash begins a pattern", start, start + 1,
        nextStep: unitStep(of: start) ?? "write a / b, or /pattern/; put a path in quotes")
    }
    add(.symbol("/"), from: start)
  }

  private mutating func regex() {
    let start = offset
    var index = offset + 1
    var pattern: [UInt8] = []
    while index < bytes.count, bytes[index] != UInt8(ascii: "/"), bytes[index] != UInt8(ascii: "\n") {
      if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count, bytes[index + 1] != UInt8(ascii: "\n") {
        if bytes[index + 1] != UInt8(ascii: "/") { pattern.append(bytes[index]) }
        index += 1
      }
      pattern.append(bytes[index])
      index += 1
    }
    guard index < bytes.count, bytes[index] == UInt8(ascii: "/") else { return path(start) }
    offset = index + 1
    let flagStart = offset
    while Self.isNameByte(byte()) { offset += 1 }
    let flags = text(from: flagStart)
    let after = byte()
    let ends = after == 0 || " \t\r\n)]},|;".utf8.contains(after)
    guard ends, flags.allSatisfy({ "imsx".contains($0) }) else { return path(start) }
    if pattern.isEmpty, tokens.last.map({ $0.kind == .newline || $0.kind == .semicolon }) ?? true {
      while offset < bytes.count, byte() != UInt8(ascii: "\n") { offset += 1 }
      return complain("// has no meaning here", start, start + 2, nextStep: "a comment begins with #")
    }
    if pattern.isEmpty, !mayOpenOperand {
      complain(
        "// is not an operator", start,
        nextStep:
          "for a default in place of null, write ??; for an integer quotient, write floor(a / b); a comment begins with #"
      )
    } else if pattern.isEmpty {
      complain("a pattern needs a character between its slashes", start, nextStep: "to match any text, write /^/")
    }
    add(.regex(String(decoding: pattern, as: UTF8.self), flags: flags), from: start)
  }

  private mutating func path(_ start: Int) {
    while offset < bytes.count, !isSpace { offset += 1 }
    if offset == start { offset += 1 }
    let text = text(from: start)
    // A URI can contain a password, so the message does not repeat a URI.
    let isURI = text.hasPrefix("//") || text.contains("@")
    complain(
      "text between slashes is a pattern", start,
      nextStep: unitStep(of: start) ?? patternStep(text) ?? quotientStep(text)
        ?? (isURI ? "put a URI in quotes: \"amqp://...\"" : "put a path in quotes: \"\(text)\""))
    add(.string([.literal(text)]), from: start)
  }

  /// Returns advice for a user who probably meant a division; nil if the slash has another meaning.
  ///
  /// A slash after a number, after `)` or after `]` is probably a division.
  private func quotientStep(_ text: String) -> String? {
    guard let last = tokens.last, last.isNumber || last.isSymbol(")") || last.isSymbol("]") else { return nil }
    return "a slash between spaces divides: ... / \(text.dropFirst())"
  }

  /// Returns advice for a user who wrote a slash and a unit after a number, as in `5/s`; nil for any other slash.
  ///
  /// The advice is to write the number without its unit.
  private func unitStep(of slash: Int) -> String? {
    guard case .number(let number)? = tokens.last?.kind else { return nil }
    let word = bytes[(slash + 1)...].prefix { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") }
    guard ForeignWords.unit(String(decoding: word, as: UTF8.self)) != nil else { return nil }
    return "write the number without its unit: \(number)"
  }

  /// Reads a string with JSON's escapes and interpolations: `\(PIPELINE)`.
  mutating func string() {
    let start = offset
    var pieces: [Token.StringPiece] = []
    var literal: [UInt8] = []
    var isInInterpolation = false
    offset += 1
    while true {
      let byte = byte()
      if offset >= bytes.count || byte == UInt8(ascii: "\n") {
        if offset >= bytes.count { openStrings.append((start, isInInterpolation)) }
        if !isTooDeep {
          complain("unclosed string", start, nextStep: "close the string with \"; write a line end in a string as \\n")
        }
        break
      }
      offset += 1
      if byte == UInt8(ascii: "\"") { break }
      guard byte == UInt8(ascii: "\\") else {
        if byte < 0x20, byte != 0x09, byte != 0x0D {
          complain("a control character in a string", offset - 1, nextStep: "write the character as an escape: \\u00..")
        }
        literal.append(byte)
        continue
      }
      if self.byte() == UInt8(ascii: "(") {
        offset += 1
        let inner = interpolation()
        isInInterpolation = !inner.isClosed
        if !inner.isClosed, !isTooDeep {
          complain("\\( is not closed on its line", offset, nextStep: "close the parenthesis with )")
        }
        if !literal.isEmpty { pieces.append(.literal(String(decoding: literal, as: UTF8.self))) }
        literal = []
        pieces.append(.tokens(inner.tokens))
      } else {
        escape(into: &literal)
      }
    }
    if !literal.isEmpty || pieces.isEmpty { pieces.append(.literal(String(decoding: literal, as: UTF8.self))) }
    add(.string(pieces), from: start)
  }

  private mutating func escape(into literal: inout [UInt8]) {
    let start = offset - 1
    let simple: [UInt8: UInt8] = [
      0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09,
    ]
    if let plain = simple[byte()] {
      offset += 1
      return literal.append(plain)
    }
    guard byte() == UInt8(ascii: "u") else {
      if offset < bytes.count, byte() != UInt8(ascii: "\n") { offset += 1 }
      return complain(
        "unknown escape", start,
        nextStep: "write a backslash as \\\\; escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0041 \\(...)")
    }
    offset += 1
    guard let scalar = unicode() else {
      return complain(
        "the escape is not the code of a character", start,
        nextStep: inBraces.map { "write \($0)" }
          ?? "write \\u and four hex digits; for a character beyond U+FFFF, write a pair of such escapes")
    }
    literal.append(contentsOf: String(scalar).utf8)
  }

  /// The JSON escape for the character code in braces at the cursor: `\u001b` for `{1b}`; nil if there is no such code.
  ///
  /// The program shows a control character with braces, as `\u{1b}`. A user can copy this form from a message or a
  /// result into a string.
  private var inBraces: String? {
    guard byte() == UInt8(ascii: "{"), let end = bytes[offset...].prefix(9).firstIndex(of: UInt8(ascii: "}")),
      bytes[(offset + 1)..<end].allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
      let code = UInt32(String(decoding: bytes[(offset + 1)..<end], as: UTF8.self), radix: 16),
      let scalar = Unicode.Scalar(code)
    else { return nil }
    return String(scalar).utf16.map { unit in
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
  }

  private mutating func unicode() -> Unicode.Scalar? {
    guard let first = hex4() else { return nil }
    guard first & 0xFC00 == 0xD800 else { return Unicode.Scalar(first) }
    guard byte() == UInt8(ascii: "\\"), byte(1) == UInt8(ascii: "u") else { return nil }
    offset += 2
    guard let second = hex4(), second & 0xFC00 == 0xDC00 else { return nil }
    return Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF)
  }

  private mutating func hex4() -> UInt32? {
    guard offset + 4 <= bytes.count else { return nil }
    let digits = String(decoding: bytes[offset..<offset + 4], as: UTF8.self)
    guard digits.utf8.allSatisfy({ isDigit($0) || Self.isNameStart($0) }), let value = UInt32(digits, radix: 16) else {
      return nil
    }
    offset += 4
    return value
  }
}
