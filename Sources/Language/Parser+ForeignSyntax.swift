/// Recognizes syntax of other languages, so that an error can show how to write it in this language.
extension Parser {
  /// In a `try`, replaces the word `catch`, `except`, `finally` or `ensure` by `rescue`, and reports the word.
  ///
  /// The parser then continues, so the word causes no second error.
  mutating func replaceForeignRescue() {
    replaceForeignElse()
    replaceForeignEnd()
    guard isForeignRescue, case .name(let word) = token.kind else { return }
    let range = token.range
    let hasName =
      if case .name(let name) = tokenAfterBracket.kind {
        !words.commands.contains(name) && !Self.wholeWords.contains(name)
      } else { false }
    let isRescue = ["catch", "except"].contains(word)
    let name = hasName ? tokenAfterBracket.description : "error"
    diagnostics.append(
      Diagnostic(
        range: range, message: "the statement `try` has no `\(word)`",
        nextStep: isRescue
          ? "write the word `rescue` and a name for the error: try do ... rescue \(name) ... end"
          : "write the statements of `\(word)` after `end`: try do ... rescue error ... end"))
    tokens[index].kind = .keyword("rescue")
    let after = index + 2
    if isRescue, hasName, tokens.indices.contains(after), tokens[after].isKeyword("do") { tokens.remove(at: after) }
    if isRescue, nextToken.isSymbol("("), hasName {
      tokens.remove(at: index + 1)
      if tokens.indices.contains(index + 2), tokens[index + 2].isSymbol(")") { tokens.remove(at: index + 2) }
    } else if !isRescue || !hasName {
      var name = token
      name.kind = .name("error")
      tokens.insert(name, at: index + 1)
    }
  }

  /// Whether the token is `catch`, `except`, `finally` or `ensure` in the block of a `try`.
  var isForeignRescue: Bool {
    guard blocks.last?.word == "try", case .name(let word) = token.kind else { return false }
    return ["catch", "except", "finally", "ensure"].contains(word) && !definesWord(word)
  }

  /// Replaces a foreign word for the end of a block, such as `done` or `fi`, by `end`, and reports the word.
  mutating func replaceForeignEnd() {
    guard !blocks.isEmpty, case .name(let word) = token.kind, ["done", "fi", "esac", "endif"].contains(word),
      Self.isEnd(nextToken), !definesWord(word)
    else { return }
    diagnostics.append(
      Diagnostic(range: token.range, message: "a block does not end with `\(word)`", nextStep: "write the word `end`"))
    tokens[index].kind = .keyword("end")
  }

  /// In the block of an `if`, replaces the word `elsif`, `elseif` or `elif` by `else if`, and reports the word.
  private mutating func replaceForeignElse() {
    guard blocks.last?.word == "if", case .name(let word) = token.kind, ["elsif", "elseif", "elif"].contains(word),
      !definesWord(word)
    else { return }
    diagnostics.append(
      Diagnostic(
        range: token.range, message: "the statement `if` has no `\(word)`",
        nextStep: "write the words `else if`: if ... do ... else if ... do ... end"))
    tokens[index].kind = .keyword("else")
    var next = token
    next.kind = .keyword("if")
    tokens.insert(next, at: index + 1)
  }

  /// Reports and skips a semicolon before `do`, which is usual in shells.
  ///
  /// The parser then continues, so the semicolon causes no second error.
  mutating func skipSemicolonBeforeDo() {
    guard token.kind == .semicolon, nextToken.isKeyword("do") else { return }
    diagnostics.append(
      Diagnostic(
        range: token.range, message: "a semicolon can't stand before the word `do`", nextStep: "remove the semicolon"))
    advance()
  }

  /// The form `| each do ... end`, if the current stage begins with a synonym of `each`; otherwise nil.
  var blockStage: String? {
    guard let bar = tokens[..<index].lastIndex(where: { $0.isSymbol("|") }), bar + 1 < index,
      case .name(let word) = tokens[bar + 1].kind, ForeignWords.stage(word) == "each"
    else { return nil }
    return "| each do ... end"
  }

  /// Returns advice for a user who redirected output to a data file, as in `> out.json`; nil for any other text.
  ///
  /// The advice is to use the stage `write`.
  func redirection(_ sign: String) -> String? {
    let line = source.bytes[nextToken.range.lower...].prefix { $0 != 0x0A }
    guard sign == ">", let word = String(decoding: line, as: UTF8.self).split(separator: " ").first,
      [".json", ".ndjson", ".csv", ".tsv"].contains(where: word.hasSuffix)
    else { return nil }
    return "to write a file: ... | write \"\(word)\""
  }

  /// Returns the stage or command for which an unknown word is a synonym, such as `where` for `filter`.
  ///
  /// Returns nil for other words. Also returns nil if the stage or command does not take one whole expression.
  static func whole(_ name: String) -> String? {
    [ForeignWords.stage(name), ForeignWords.command(name)].compactMap(\.self).first { phrase in
      phrase.split(separator: " ").contains { wholeWords.contains(String($0)) }
    }
  }

  /// The next token; if the next token is an opening parenthesis, the token after the parenthesis.
  private var tokenAfterBracket: Token {
    nextToken.isSymbol("(") ? tokens[min(index + 2, tokens.count - 1)] : nextToken
  }

  /// Whether the text has a `def` with this name.
  func definesWord(_ word: String) -> Bool {
    tokens.indices.dropLast().contains { tokens[$0].isKeyword("def") && tokens[$0 + 1].isName(word) }
  }

  /// Returns advice for a user who began a block with a wrong token; nil if there is no guess.
  ///
  /// Examples are a block that begins with `{`, `:` or `then`, and a `for` over a list without brackets.
  func blockNextStep(_ opening: String) -> String? {
    let form =
      switch opening {
      case "try": "try do ... rescue error ... end"
      case "for": "for x in ... do ... end"
      case "each": "each do ... end"
      case "def": "def NAME(a) do ... end"
      default: "\(opening) ... do ... end"
      }
    switch token.kind {
    case .symbol("{"), .symbol(":"), .name("then"): return "write a block between `do` and `end`: \(form)"
    case .symbol("=") where opening == "def":
      guard let start = tokens[..<index].lastIndex(where: { $0.isKeyword("def") }),
        let head = shown(tokens[start].range.through(tokens[index - 1].range)), let body = afterToken
      else { return "write a block between `do` and `end`: \(form)" }
      return "write a block between `do` and `end`: \(head) do \(body) end"
    case .symbol("-"), .minus:
      return opening == "def" ? "write a block between `do` and `end`: \(form)" : nil
    case .number where opening == "for", .string where opening == "for":
      return "write a list with brackets and commas: for x in [1, 2, 3] do ... end"
    case _ where opening == "try": return form
    default: return nil
    }
  }

  /// Advice for a user who wrote `=>` or `->`, the arrows of other languages; nil at other tokens.
  var arrowNextStep: String? {
    guard nextToken.isSymbol(">"), !nextToken.hasSpaceBefore else { return nil }
    switch token.kind {
    case .symbol("=") where index > 0 && tokens[index - 1].isNumber: return "to compare, write >="
    case .symbol("="), .symbol("-"), .minus:
      return Self.arrowStep
    default: return nil
    }
  }

  /// Advice for a user who wrote an arrow function, such as `x => x + 1`.
  static let arrowStep =
    "in a stage, `it` is the element: | map it + 1; to define a function, write def f(x) do return x + 1 end"

  /// The range of the first word of an SQL statement at the cursor, and advice; nil if there is no SQL statement.
  ///
  /// The advice is a statement of this language that does the same work.
  var sqlForm: (range: SourceRange, nextStep: String)? {
    let start = tokens[..<index].lastIndex { $0.kind == .newline || $0.kind == .semicolon }.map { $0 + 1 } ?? 0
    let line = tokens[start...].prefix { $0.kind != .newline && $0.kind != .semicolon }
    return ForeignWords.sql(line.map(\.description)).map { (tokens[start].range, $0) }
  }

  /// Advice for a user who wrote `|` and a token that can't begin a stage; nil if there is no guess.
  ///
  /// For example, for `| .text`, the advice is to write `| map .text`.
  var stageFormNextStep: String? {
    switch token.kind {
    case .symbol("{") where selectNextStep != nil: return selectNextStep
    case .symbol(">") where !token.hasSpaceBefore:
      return "write one bar between stages" + (pipedStage.map { ": | \($0) ..." } ?? ": ... | STAGE")
    case .field(let name, _) where nextToken.isSymbol("="):
      guard let value = rest?.split(separator: "=", maxSplits: 1).last, let form = valid("| with \(name):\(value)")
      else { return "to change a field of each element: | with \(name): ..." }
      return "to change a field of each element: \(form)"
    case .field, .string, .number, .symbol("{"), .symbol("["), .symbol("("), .keyword("not"), .keyword("it"),
      .keyword("null"), .keyword("true"), .keyword("false"):
      let value = token.isKeyword("not") && Self.isEnd(nextToken) ? "not it" : rest ?? "..."
      return "for a value of each element, write | map \(value)"
    case .keyword("if"): return "for a value of each element, write | map (if ... do ... else ... end)"
    case .keyword("for"), .keyword("while"): return "for each element, write | each do ... end"
    case .key(let key) where ForeignWords.stage(key) != nil: return "did you mean \(ForeignWords.stage(key) ?? key)?"
    default: return nil
    }
  }

  /// The stage that follows the operator `|>` of Elixir; nil if the text after the operator is not a stage.
  ///
  /// The stage is `map` for `|> map it` and for `|> Enum.map(f)`.
  private var pipedStage: String? {
    guard case .name(let first) = nextToken.kind else { return nil }
    let after = tokens[min(index + 2, tokens.count - 1)]
    guard case .field(let name, _) = after.kind, !after.hasSpaceBefore else {
      return words.stages.contains(first) || words.commands.contains(first) || definesWord(first) ? first : nil
    }
    return words.stages.contains(name) ? name : ForeignWords.stage(name)
  }

  /// Advice for a user who assigned a value to a field inside arguments; nil if there is no guess.
  ///
  /// For example, for `update posts 1 views = 5`, the advice is to write a record: `{views: 5}`.
  var fieldAssignmentNextStep: String? {
    let start = tokens[..<index].lastIndex { $0.startsAfter }.map { $0 + 1 } ?? 0
    if case .field(let name, _) = tokens[index - 1].kind,
      tokens[start].isName("with") || tokens[start].isName("select"),
      let value = afterToken
    {
      return "write a new field with a colon: \(tokens[start].description) \(name): \(value)"
    }
    guard token.isSymbol("="), index - start > 1, case .name(let word) = tokens[start].kind,
      words.commands.contains(word) || words.stages.contains(word), case .name(let field) = tokens[index - 1].kind,
      !Self.isEnd(nextToken), !Self.wholeWords.contains(word), !source.text(nextToken.range).contains("@")
    else { return nil }
    let text = source.text(nextToken.range)
    let value = if case .name = nextToken.kind { "\"\(text)\"" } else { text }
    if case .key("filter") = tokens[index - 2].kind {
      return "write a filter as a record: filter: {\(field): \(value)}"
    }
    if ["show", "destroy"].contains(word), field == "id" {
      return "write only the id, without the word id: \(word) \(source.text(tokens[start + 1].range)) \(text)"
    }
    if ["with", "select"].contains(word) { return "write a new field with a colon: \(word) \(field): \(value)" }
    return "write a record in braces: {\(field): \(value)}; write an option with a colon: \(field): \(value)"
  }

  /// Advice for a user who wrote `=` in a `set` statement; nil in other statements.
  ///
  /// For example, for `set timeout = 5s`, the advice is `set timeout: 5s`.
  var settingNextStep: String? {
    guard index > 1, tokens[index - 2].isKeyword("set"), case .name(let name) = tokens[index - 1].kind,
      !Self.isEnd(nextToken)
    else { return nil }
    guard ["timeout", "output", "in-flight", "timing"].contains(name) else {
      return "let \(name) = \(source.text(nextToken.range))"
    }
    return "set \(name): \(source.text(nextToken.range))"
  }

  /// Returns advice for a user who redirected output or input with `>`, `>>` or `<`; nil for other operators.
  ///
  /// For example, for `> "out.json"`, the advice is to write `| write "out.json"`.
  func redirectionNextStep(_ sign: String, _ left: String) -> String? {
    if sign == "<" { return inputNextStep(left) }
    guard sign == ">" else { return nil }
    let appends = nextToken.isSymbol(">") && !nextToken.hasSpaceBefore
    let file = appends ? tokens[min(index + 2, tokens.count - 1)] : nextToken
    guard case .string = file.kind, !source.text(file.range).contains("@") else { return nil }
    return "to write a file: \(left) | write \(source.text(file.range))\(appends ? " append: true" : "")"
  }

  /// Returns advice for a user who redirected input from a file with `<`; nil if no name of a data file follows.
  private func inputNextStep(_ left: String) -> String? {
    let line = source.bytes[nextToken.range.lower...].prefix { $0 != 0x0A }
    let text = String(decoding: line, as: UTF8.self).split(separator: " ").first.map(String.init) ?? ""
    let file = text.filter { $0 != "\"" }
    guard [".json", ".ndjson", ".csv", ".tsv", ".txt"].contains(where: file.hasSuffix), !file.contains("@") else {
      return nil
    }
    return "to read a file: read \"\(file)\" | \(left)"
  }
}
