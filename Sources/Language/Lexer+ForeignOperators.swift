/// Recognizes operators and quotes of other languages, so that an error can show how to write them in this language.
extension Lexer {
  /// Whether the character before the cursor joins an operand and a field without spaces, as `&` in `post&.text`.
  private var touchesField: Bool { byte() == UInt8(ascii: ".") && !hasSpace && !(tokens.last?.opensOperand ?? true) }

  /// Reports a character that begins no token, and proposes its equivalent in this language.
  ///
  /// For example, for the operator `&&`, the error proposes `and`.
  mutating func unknown() {
    let start = offset
    let rest = String(decoding: bytes[offset..<min(offset + 8, bytes.count)], as: UTF8.self)
    let character = rest.first ?? " "
    offset += max(1, min(String(character).utf8.count, bytes.count - offset))
    switch character {
    case "&" where touchesField, "!" where touchesField:
      complain("\(character). is not an operator", start, nextStep: "for a value that may be null, write ?.")
    case "&": ampersand(start)
    case "|":
      offset += 1
      complain(
        "|| is not an operator", start,
        nextStep: "to combine conditions, write the word `or`; for a default in place of null, write ??")
    case "!" where byte() == UInt8(ascii: "~"):
      offset += 1
      complain("!~ is not an operator", start, nextStep: "write not (TEXT =~ /PATTERN/)")
    case "!": complain("! is not an operator", start, nextStep: "to negate a condition, write the word `not`")
    case "'": singleQuote(start)
    case "$": dollar(start)
    case "`":
      skipQuoted(to: "`")
      complain("backquotes have no meaning here", start, nextStep: "inside an expression, put a command in ( )")
    case "?": questionMark(start)
    case ".": dot(start)
    default: foreign(character, start)
    }
  }

  /// Reports an `&`: a function capture of Elixir, such as `&(&1 + 1)`, or the operator `&` or `&&`.
  private mutating func ampersand(_ start: Int) {
    if byte() == UInt8(ascii: "(") || isDigit(byte()) {
      guard diagnostics.last?.message != "& has no meaning here" else { return }
      return complain("& has no meaning here", start, nextStep: "`it` is the element: | map it + 1")
    }
    if byte() == UInt8(ascii: "&") { offset += 1 }
    complain(
      "\(text(from: start)) is not an operator", start,
      nextStep: "combine conditions with the word `and`; separate statements with a semicolon or a new line")
  }

  /// Reports a text in single quotes, and skips it.
  private mutating func singleQuote(_ start: Int) {
    skipQuoted(to: "'")
    let quoted = text(from: start)
    let isShown = quoted.count > 1 && quoted.hasSuffix("'") && !quoted.contains("@") && !quoted.contains("\"")
    complain(
      "put text in double quotes", start,
      nextStep: isShown ? "write \"\(quoted.dropFirst().dropLast())\"" : "write \"...\"")
  }

  /// Reports a `$` of a shell, which begins a variable `$x`, an argument `$1` or a command `$(...)`.
  private mutating func dollar(_ start: Int) {
    switch byte() {
    case UInt8(ascii: "_"): complain("a variable has no $", start, nextStep: "`it` is the element")
    case let byte where isDigit(byte):
      complain("$ has no meaning here", start, nextStep: "the first argument of a script is args[0]")
    case UInt8(ascii: "A")...UInt8(ascii: "Z"):
      skipName()
      complain("a variable has no $", start, nextStep: "env(\"\(text(from: start).dropFirst())\")")
    case UInt8(ascii: "("):
      complain("$ has no meaning here", start, nextStep: "inside an expression, put a command in ( ), without $")
    default: complain("a variable has no $", start, nextStep: "write only the name")
    }
  }

  /// Reports a `?`.
  ///
  /// The `?` can end a name, as in `empty?`. It can be an operator, as in `a ? b : c`, or it can stand in place of a
  /// command.
  private mutating func questionMark(_ start: Int) {
    if !hasSpace, !(tokens.last?.opensOperand ?? true), byte() != UInt8(ascii: ":") {
      complain(
        "a name can't contain ?", start,
        nextStep: "to test for null, write x == null; to test whether a list has an element, write contains(x, y)")
    } else if Self.beginsStatement(after: tokens) {
      complain("? is not a command", start, nextStep: "help shows the words")
    } else {
      complain("? is not an operator", start, nextStep: "write (if a do b else c end), or a ?? b for null")
    }
  }

  /// Returns advice for a user who wrote a number that ends with a dot, such as `1.`.
  ///
  /// The advice is to write `1.0` or `1`.
  private static func numberStep(_ number: String) -> String {
    number.contains(".") ? "write \(number)" : "write \(number).0 or \(number)"
  }

  /// Reports a dot that has no name after it, and skips the digits after the dot.
  private mutating func dot(_ start: Int) {
    let owner = tokens.last.flatMap { $0.range.upper == start && !hasSpace ? $0 : nil }
    let name = owner.map { String(decoding: bytes[$0.range.lower..<$0.range.upper], as: UTF8.self) }
    if byte() == UInt8(ascii: "[") {
      let bracket = String(decoding: bytes[offset...].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
      let index = bracket.firstIndex(of: "]").map { String(bracket[...$0]) } ?? "[\"...\"]"
      if isSpread { return spread(start) }
      if index == "[]" {
        let form = "\(tokens.last?.isSymbol("|") ?? false ? "| " : "").[]"
        return complain(
          "a dot needs a name after it", start, nextStep: "a stage takes one element at a time: remove \(form)")
      }
      return complain("a dot needs a name after it", start, nextStep: "write \(name ?? "it")\(index)")
    }
    if owner?.isSymbol("..") ?? false {
      if isSpread { return spread(start) }
      complain("a range has two dots", start, nextStep: "write 1..3, both ends included")
      return
    }
    let first = offset
    while byte() >= 0x30 && byte() <= 0x39 { offset += 1 }
    let digits = text(from: first)
    switch (owner?.kind, digits.isEmpty) {
    case (.number?, true):
      complain("a number must end with a digit", start, nextStep: Self.numberStep(name ?? "1"))
    case (.number?, false):
      complain(
        "a number can have only one point", start,
        nextStep: "for text, write \"\(name ?? "").\(digits)\"")
    case (nil, false):
      complain("a number must begin with a digit", start, nextStep: "write 0.\(digits)")
      add(.number("0.\(digits)"), from: start)
    case (.key?, false):
      complain("a number must begin with a digit", start, nextStep: "write 0.\(digits)")
      add(.number("0.\(digits)"), from: start)
    case (.symbol?, false):
      complain(
        "a field's name must begin with a letter", start, nextStep: "for an element of a list, write [\(digits)]")
    case (_, false):
      let (name, show) = (name ?? "x", Self.beginsStatement(after: tokens.dropLast()) ? "show " : "")
      complain(
        "a field's name must begin with a letter", start,
        nextStep: "for an element of a list, write \(name)[\(digits)]; "
          + "for the resource with this id, write \(show)\(name) \(digits)")
    case (_, true):
      complain(
        "a dot needs a name after it", start,
        nextStep: hasSpace && endsInText
          ? "to join texts, write +" : "for a field of the element, write .name; for a field of x, x.name")
    }
  }

  /// Whether the dot before the cursor is the last dot of a spread operator, as in `[...[1], 2]`.
  ///
  /// A spread operator stands where an operand can begin. The three dots in `1...3` stand after an operand, so they are
  /// no spread operator.
  private var isSpread: Bool {
    guard tokens.last?.isSymbol("..") ?? false, !hasSpace else { return false }
    return tokens.dropLast().last?.opensOperand ?? true
  }

  private mutating func spread(_ start: Int) {
    complain(
      "there is no spread operator ...", start - 2,
      nextStep: "join lists and records with +: [1] + [2], {a: 1} + {b: 2}")
  }

  /// Whether the last token is a string literal or a closing parenthesis.
  private var endsInText: Bool {
    guard let last = tokens.last else { return false }
    if case .string = last.kind { return true }
    return last.isSymbol(")")
  }

  private mutating func skipQuoted(to quote: Unicode.Scalar) {
    var index = offset
    while index < bytes.count, bytes[index] != UInt8(ascii: "\n") {
      index += 1
      if bytes[index - 1] == UInt8(ascii: quote) {
        offset = index
        return
      }
    }
  }
}
