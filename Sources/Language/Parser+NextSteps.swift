/// Guesses what a user meant by tokens that the parser can't parse, such as `=` in a condition.
///
/// An error message shows the guess as its next step.
extension Parser {
  /// Advice for a user who wrote a wrong token where the statement should end; nil if there is no guess.
  ///
  /// Examples are a closing bracket that closes no bracket, and a minus without spaces.
  var tokenNextStep: String? {
    switch token.kind {
    case .symbol(")"), .symbol("]"), .symbol("}"): "remove the bracket: it closes no open bracket"
    case .number(let text) where text.hasPrefix("-"): "minus needs spaces: a - b"
    case .minus: nextToken.kind == .minus ? "a comment begins with #" : "minus needs spaces: a - b"
    case .symbol(":") where tokens[statementStart].isName("assert"):
      "put a comma before the message: assert ..., \"...\""
    case .symbol(":") where filterInBrackets != nil: filterInBrackets
    case .symbol(":") where fieldWithDot != nil: fieldWithDot.map { "write a new field without a dot: \($0): ..." }
    case .symbol(":"):
      nextToken.isSymbol("=")
        ? "let \(tokens[max(0, index - 1)].description) = ..."
        : "write no space before the colon of an option: filter: {...}"
    default: nil
    }
  }

  /// Advice for a user who wrote a filter as `filter[state]: "draft"`; nil at other tokens.
  ///
  /// The advice is to write a record: `filter: {state: "draft"}`. The cursor is after the `]`.
  private var filterInBrackets: String? {
    guard index > 3, tokens[index - 1].isSymbol("]"), tokens[index - 4].isName("filter"),
      case .name(let field) = tokens[index - 2].kind, !Self.isEnd(nextToken), let value = shown(nextToken.range)
    else { return nil }
    return "write a filter as a record: filter: {\(field): \(value)}"
  }

  /// The name of a new field that the user wrote with a dot, as in `with .total: 2`; nil for other tokens.
  private var fieldWithDot: String? {
    let start = tokens[..<index].lastIndex { $0.startsAfter }.map { $0 + 1 } ?? 0
    guard index > 0, case .field(let name, _) = tokens[index - 1].kind,
      tokens[start].isName("with") || tokens[start].isName("select")
    else { return nil }
    return name
  }

  /// Advice for a user who wrote `=` after an expression: to write a comparison, or a `let`.
  var assignmentNextStep: String {
    if statementForm != nil, case .name(let name) = tokens[max(0, index - 1)].kind { return "let \(name) = ..." }
    if nextToken.isSymbol("<") { return "write <=" }
    if let step = fieldAssignmentNextStep ?? settingNextStep ?? optionInBrackets ?? changedField { return step }
    return "to assign, write let NAME = ...; to compare, " + (misplacedNextStep ?? "write ==")
  }

  /// Advice for a user who wrote an option as `page[size] = 10` or `filter[state] = "draft"`; nil at other tokens.
  ///
  /// The advice is to write a record, such as `filter: {state: "draft"}`. The cursor is after the `]`.
  private var optionInBrackets: String? {
    guard index > 3, tokens[index - 1].isSymbol("]"), !Self.isEnd(nextToken), let value = shown(nextToken.range),
      case .name(let field) = tokens[index - 2].kind, case .name(let option) = tokens[index - 4].kind
    else { return nil }
    switch option {
    case "filter": return "write a filter as a record: filter: {\(field): \(value)}"
    case "page": return "write a page as a record: page: {number: 1, size: \(field == "size" ? value : "10")}"
    default: return nil
    }
  }

  /// Advice for a user who assigned a value to a field of a variable, as in `r.a = 2`; nil at other tokens.
  ///
  /// For this example, the advice is `let r = r + {a: 2}`.
  private var changedField: String? {
    guard index == statementStart + 2, case .name(let name) = tokens[index - 2].kind, !Self.isEnd(nextToken),
      case .field(let field, _) = tokens[index - 1].kind, let value = afterToken
    else { return nil }
    return valid("let \(name) = \(name) + {\(field): \(value)}").map { "to change a field: \($0)" }
  }

  /// A correct form of the current statement, if the statement begins with a word of another language; otherwise nil.
  ///
  /// For `unless x do`, the form is `if not (x) do ... end`.
  var statementForm: String? {
    let start = tokens[..<index].lastIndex { $0.kind == .newline || $0.kind == .semicolon }.map { $0 + 1 } ?? 0
    guard case .name(let word) = tokens[start].kind, let form = ForeignWords.statement(word) else { return nil }
    let end = tokens[start...].firstIndex { $0.isKeyword("do") || $0.kind == .newline || $0.kind == .semicolon }
    guard let end, end > start + 1, let condition = shown(tokens[start + 1].range.through(tokens[end - 1].range)) else {
      return form
    }
    return valid(form.replacing("(...)", with: "(\(condition))").replacing("do ... end", with: "do x end"))
      .map { $0.replacing("do x end", with: "do ... end") } ?? form
  }

  /// Advice for a user who wrote a comma between arguments or values; nil at other tokens.
  var commaNextStep: String? {
    guard token.isSymbol(",") else { return nil }
    if let number = thousands { return "write the number without commas: \(number)" }
    if case .number(let whole) = tokens[max(0, index - 1)].kind, case .number(let part) = nextToken.kind,
      !token.hasSpaceBefore, !nextToken.hasSpaceBefore
    {
      return "a decimal has a point: \(whole).\(part); a list has brackets: [\(whole), \(part)]"
    }
    let start = tokens[..<index].lastIndex { $0.startsAfter }.map { $0 + 1 } ?? 0
    guard case .name(let word) = tokens[start].kind, start < index - 1 else {
      return "write a list in brackets: [1, 2]"
    }
    if word == "where" { return "combine conditions with the word `and`: where .a > 1 and .b == 2" }
    if case .name(let stage) = nextToken.kind, words.stages.contains(stage), !words.commands.contains(stage) {
      let line = shown(tokens[start].range.through(tokens[index - 1].range)) ?? "..."
      return "write | before a stage: \(line) | \(afterToken ?? "\(stage) ...")"
    }
    if Self.wholeWords.contains(word) { return wholeWordNextStep(word, from: start) }
    if word == "select", case .name(let column) = tokens[index - 1].kind, case .name(let next) = nextToken.kind {
      return "write columns with dots and without commas: .\(column) .\(next)"
    }
    if case .name = nextToken.kind, Self.clientCommands.contains(word) || word == "count" {
      return "write a statement for each client: \(word) ...; \(word) ..."
    }
    guard case .field = tokens[index - 1].kind, case .field = nextToken.kind else {
      return "write arguments without commas: \(withoutCommas(from: start) ?? "\(word) ... ...")"
    }
    let first = tokens[..<index].lastIndex { $0.hasSpaceBefore } ?? index - 1
    let columns = source.text(tokens[first].range.through(tokens[index - 1].range))
    return "write columns without commas: \(columns) \(source.text(nextToken.range))"
  }

  /// The number at the cursor without its thousands separators: `1000` for `1,000`; nil for other tokens.
  private var thousands: String? {
    guard case .number(let first) = tokens[max(0, index - 1)].kind, !token.hasSpaceBefore else { return nil }
    var (digits, place) = (first, index)
    while place + 1 < tokens.count, tokens[place].isSymbol(","), !tokens[place + 1].hasSpaceBefore,
      case let part = source.text(tokens[place + 1].range), part.utf8.count == 3,
      part.utf8.allSatisfy({ 0x30...0x39 ~= $0 })
    {
      (digits, place) = (digits + part, place + 2)
    }
    return place == index ? nil : digits
  }

  /// Returns the source text of the rest of a statement, without the commas outside brackets.
  ///
  /// `start` is the index of the first token. Returns nil if the text is longer than 60 bytes or can contain a
  /// password.
  private func withoutCommas(from start: Int) -> String? {
    var (text, open, place) = ("", 0, start)
    while place < tokens.count, open > 0 || !Self.isEnd(tokens[place]) || tokens[place].isSymbol(",") {
      let token = tokens[place]
      if case .symbol(let symbol) = token.kind {
        open += ["(", "[", "{", "?["].contains(symbol) ? 1 : [")", "]", "}"].contains(symbol) ? -1 : 0
      }
      if open > 0 || !token.isSymbol(",") {
        text += (token.hasSpaceBefore && place > start ? " " : "") + source.text(token.range)
      }
      place += 1
    }
    return text.utf8.count > 60 || text.contains("@") ? nil : text
  }

  /// Advice for a user who wrote a token that can't begin a value; nil if there is no guess.
  ///
  /// For example, for `x += 1`, the advice is `let x = x + 1`.
  var valueNextStep: String? {
    let before = tokens[max(0, index - 1)]
    switch token.kind {
    case .keyword(let word) where !Self.blockWords.contains(word) || before.isKey:
      return "the word `\(word)` belongs to the language; for text, write \"\(word)\""
    case .key(let key)
    where before.isName("where") || before.isSymbol("(") && tokens[max(0, index - 2)].isName("where"):
      return "write a condition: where .\(key) == \(Self.isEnd(nextToken) ? "..." : source.text(nextToken.range))"
    case .key(let key): return "write a record in braces: {\(key): ...}"
    case .symbol("=") where before.isSymbol("=="): return "write =="
    case .symbol("=") where before.isSymbol("+") || before.isSymbol("-") || before.isSymbol("*"):
      guard index > 1, case .name(let name) = tokens[index - 2].kind else { return nil }
      return "let \(name) = \(name) \(before.description) \(source.text(nextToken.range))"
    case .symbol("+") where before.isSymbol("+"):
      guard index > 1, case .name(let name) = tokens[index - 2].kind else { return foreignValueNextStep }
      return "let \(name) = \(name) + 1"
    case .symbol(">") where before.isSymbol("<"): return "to compare, write !=; to join texts, write +"
    case .symbol("*") where before.isSymbol("*"): return "there is no power operator: write a * a"
    case _ where before.isSymbol("*") && index > 1 && tokens[index - 2].isName("select"):
      return "to keep all fields of the elements, leave out select"
    case _ where before.isSymbol("*") && index > 1 && words.stages.contains(tokens[index - 2].description):
      return "remove *: ... | \(tokens[index - 2].description)"
    case .symbol("*") where before.isSymbol("("): return "write a client in place of *: count posts"
    case .symbol("<") where before.isSymbol("..") && index > 1:
      return "a range has two dots, and includes both ends: \(tokens[index - 2].description)..9"
    case .symbol(let sign)
    where (before.isKeyword("and") || before.isKeyword("or")) && ["<", "<=", ">", ">=", "==", "!="].contains(sign):
      return "write both sides of each comparison: x > 5 \(before.description) x \(sign) ..."
    case .symbol("+"):
      guard case .number(let number) = nextToken.kind, !nextToken.hasSpaceBefore else { return nil }
      return "a number has no plus sign: \(number)"
    case .symbol(">") where before.isSymbol("-") || before.kind == .minus: return Self.arrowStep
    default: return foreignValueNextStep
    }
  }

  /// The keywords that begin, divide and end a block.
  private static let blockWords: Set<String> = ["do", "end", "else", "rescue"]

  /// Returns advice for a user who left out a comma in brackets; nil if no comma is missing.
  ///
  /// `close` is the bracket that the parser expects, such as `]`.
  func commaNextStep(before close: String) -> String? {
    let before = tokens[max(0, index - 1)]
    if token.kind == .semicolon, close != "" { return "put a comma in place of the semicolon" }
    if case .number(let number) = before.kind, case .name(let word) = token.kind, let unit = ForeignWords.unit(word) {
      return "write a duration without a space: \(number)\(unit)"
    }
    switch (close, token.kind) {
    case ("}", .key), ("}", .string), ("]", .string), ("]", .number), ("]", .symbol("{")), (")", .string):
      if case .name(let name) = before.kind, words.functions.contains(name) || words.commands.contains(name) {
        return nil
      }
      return "put a comma before \(token.kind == .symbol("{") ? "{" : source.text(token.range))"
    default: return nil
    }
  }

  /// Advice for a user who wrote a token that can't follow an expression; nil if there is no guess.
  ///
  /// Examples are a word in place of an operator, and a command or a function without parentheses.
  var misplacedNextStep: String? {
    guard index > 0 else { return nil }
    for case .name(let word) in [token.kind, tokens[index - 1].kind] where word != word.lowercased() {
      if word.lowercased() == "not", nextToken.description.lowercased() == "in" { continue }
      if Token.keywords.contains(word.lowercased()) { return "write the word in small letters: \(word.lowercased())" }
    }
    if case .name(let word) = token.kind, let meant = ForeignWords.operation(word) { return operation(meant) }
    if token.isSymbol("="), !Self.isEnd(nextToken) { return operation("==") }
    if token.isOperatorWord, token.description.lowercased() == "not", nextToken.description.lowercased() == "in",
      let left = shown(tokens[operandStart(before: index)].range.through(tokens[index - 1].range))
    {
      return "put `not` before the operand: not \(left) in [...]"
    }
    if token.isSymbol("["), token.hasSpaceBefore, case .name(let list) = tokens[index - 1].kind,
      !words.commands.contains(list), !words.functions.contains(list), !words.stages.contains(list)
    {
      var inner = self
      inner.advance()
      return inner.rest(from: token.range.upper, to: "]").map { "write an index without a space: \(list)[\($0)]" }
    }
    if token.isKeyword("for") { return "for a value of each element, write (LIST | map ...)" }
    if case .string = token.kind, !token.hasSpaceBefore, case .name = tokens[index - 1].kind {
      return "to insert a value into a text, write \\( ): \"... \\(x) ...\""
    }
    if let step = commaNextStep(before: "") ?? addingNextStep ?? methodNextStep ?? prefixNextStep { return step }
    if case .field(let field, _) = token.kind, !token.hasSpaceBefore, case .number(let id) = tokens[index - 1].kind {
      if words.functions.contains(field) { return "\(field)(\(id))" }
      if let function = ForeignWords.function(field) { return "\(function)(\(id))" }
      if index > 1, tokens[index - 2].isSymbol("..") {
        return "put a range in parentheses: (...)\(source.text(token.range))"
      }
      if tokens[statementStart].isName("show"), index == statementStart + 3 {
        return "related \(tokens[index - 2].description) \(id) \"\(field)\""
      }
      return "write the name of a relationship as a separate text: \(id) \"\(field)\""
    }
    if case .string = token.kind, case .string = tokens[index - 1].kind {
      return "join texts with +: \(source.text(tokens[index - 1].range)) + \(source.text(token.range))"
    }
    guard case .name(let name) = tokens[index - 1].kind, Self.beginsArgument(token) else { return nil }
    if !words.commands.contains(name), !words.functions.contains(name), !words.stages.contains(name),
      let function = ForeignWords.function(name), words.functions.contains(function)
    {
      return call(function)
    }
    if case .name(let next) = token.kind, !words.commands.isEmpty, !words.commands.contains(name),
      !words.functions.contains(name)
    {
      return "put text in quotes: \"\(name) \(next)\""
    }
    if let step = stageNextStep(name) { return step }
    if let step = commandNextStep { return step }
    if words.functions.contains(name) {
      return "put the arguments of a function in parentheses: \(call(name) ?? "\(name)(...)")"
    }
    guard words.commands.isEmpty || words.commands.contains(name) else { return nil }
    return "inside an expression, put a command in parentheses: (\(name) ...)"
  }

  /// Advice for a user who wrote a word of another language before an operand; nil for other words.
  ///
  /// Examples are `exists .text` and `fn x -> x * 2`.
  private var prefixNextStep: String? {
    guard case .name(let name) = tokens[index - 1].kind, Self.beginsArgument(token) else { return nil }
    if ["fn", "fun", "func", "function", "lambda"].contains(name) { return Self.arrowStep }
    guard ["exists", "isset", "defined", "present", "has", "notnull"].contains(name), Self.isEnd(nextToken),
      case .field = token.kind, let field = shown(token.range)
    else { return nil }
    return "\(field) != null"
  }

  /// Returns advice for a user who wrote a command or a stage where the language does not allow it.
  ///
  /// Examples are `first(stream posts)`, `map without .text` and `watch count posts`.
  private func stageNextStep(_ name: String) -> String? {
    if index > 1, tokens[index - 2].isName("watch") { return "watch needs a duration: watch 2s do ... end" }
    if index > 2, tokens[index - 2].isSymbol("("), case .name(let stage) = tokens[index - 3].kind,
      words.stages.contains(stage), !words.functions.contains(stage)
    {
      return "write \(stage) as a stage: (\(name) ... | \(stage))"
    }
    guard words.stages.contains(name), !words.commands.contains(name), !words.functions.contains(name) else {
      return nil
    }
    return "write \(name) as a stage of its own: ... | \(name) \(rest ?? "...")"
  }

  /// Returns an expression to propose to a user who wrote a word of another language between two operands.
  ///
  /// For `.state is "x"`, the expression is `.state == "x"`. `meant` is the operator or function of this language that
  /// replaces the word, such as `==`.
  private func operation(_ meant: String) -> String {
    var right = index + 1
    var meant = meant
    let isNegated = tokens[min(right, tokens.count - 1)].description.lowercased() == "not"
    if isNegated, meant == "==" { (right, meant) = (right + 1, "!=") }
    let start = ["==", "!=", "<", ">", "in"].contains(meant) ? sumStart : operandStart(before: index)
    let left = source.text(tokens[start].range.through(tokens[index - 1].range))
    let value = tokens[min(right, tokens.count - 1)]
    var shown = Self.isEnd(value) ? "..." : source.text(value.range)
    if case .name(let word) = value.kind, let meant = ForeignWords.value(word) {
      shown = meant
    } else if ["==", "!=", "<", ">"].contains(meant), case let end = sumEnd(from: right), end > right + 1,
      let text = self.shown(value.range.through(tokens[end - 1].range)), valid(text) != nil
    {
      shown = text
    }
    if meant == ".." { return "\(left)..\(shown)" }
    if meant == "in" {
      let last = tokens[min(right + 2, tokens.count - 1)]
      shown += Self.isEnd(last) ? "..." : ".." + source.text(last.range)
    }
    guard !shown.contains("@"), !left.contains("@") else { return "write \(meant)" }
    if meant == "floor" { return "floor(\(left) / \(shown))" }
    if ["contains", "starts-with", "ends-with"].contains(meant) { return "\(meant)(\(left), \(shown))" }
    let isPattern = if case .regex = value.kind { true } else { false }
    return "\(left) \(meant) \(meant == "=~" && !isPattern ? "/.../" : shown)"
  }

  /// Advice for a user who called a function or a stage like a method; nil at other tokens.
  ///
  /// For example, for `"a".length()`, the advice is `length("a")`.
  private var methodNextStep: String? {
    guard token.isSymbol("("), !token.hasSpaceBefore, case .field(let name, _) = tokens[index - 1].kind, index > 1
    else { return nil }
    let start = operandStart(before: index)
    guard start < index - 1, let operand = shown(tokens[start].range.through(tokens[index - 2].range)) else {
      return nil
    }
    let inside = enclosed ?? "..."
    if inside.contains("=>") || inside.hasPrefix("&") { return Self.arrowStep }
    let function = words.functions.contains(name) ? name : ForeignWords.function(name) ?? name
    if Self.cutting.contains(name) { return "for a part of a text or list, write a range: \(operand)[0..2]" }
    let isModule =
      operand.first?.isUppercase ?? false || words.functions.contains(operand)
      || Self.modules.contains(operand) && !definesVariable(operand)
    if isModule, ["re", "regex", "regexp"].contains(operand.lowercased()) {
      return "to test for a pattern: TEXT =~ /PATTERN/"
    }
    if isModule, name == "sleep" { return "sleep 1s" }
    if isModule, words.functions.contains(name) { return valid("\(name)(\(inside))") }
    if words.functions.contains(function), !words.stages.contains(name), !isModule {
      return "\(function)(\(operand)\(inside.isEmpty ? "" : ", \(inside)"))"
    }
    if index - start == 2, case .name = tokens[start].kind, !isModule, Self.clientCommands.contains(name) {
      let call = "\(name) \(operand)\(inside.isEmpty ? "" : " " + inside.replacing(", ", with: " "))"
      return start == 0 || tokens[start - 1].startsAfter ? call : "(\(call))"
    }
    guard words.stages.contains(name), !isModule else { return nil }
    return "(\(operand) | \(name)\(inside.isEmpty ? "" : " \(inside)"))"
  }

  /// The source text from the cursor to the end of the arguments.
  ///
  /// The value is nil if the text is longer than 60 bytes or can contain a password.
  var rest: String? {
    var (open, last) = (0, index)
    for next in index..<tokens.count {
      let token = tokens[next]
      if open == 0, Self.isEnd(token) { break }
      if case .symbol(let symbol) = token.kind {
        open += ["(", "[", "{", "?["].contains(symbol) ? 1 : [")", "]", "}"].contains(symbol) ? -1 : 0
      }
      last = next
    }
    return shown(token.range.through(tokens[last].range))
  }

  /// Returns the text of a source range, for the advice in an error message.
  ///
  /// The result is nil if the text is longer than 60 bytes, has more than one line, or contains an `@`. A text with an
  /// `@` can be a URI with a password.
  func shown(_ range: SourceRange) -> String? {
    let text = source.text(range)
    return text.utf8.count > 60 || text.contains("@") || text.contains("\n") ? nil : text
  }
}
