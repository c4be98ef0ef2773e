/// Guesses what a user meant by tokens that can't be parsed, for the next step of an error.
extension Parser {
  /// The next step for a token that stands where a statement should end; nil without a guess.
  var hint: String? {
    switch token.kind {
    case .symbol(")"), .symbol("]"), .symbol("}"): "remove the bracket: it closes no open bracket"
    case .number(let text) where text.hasPrefix("-"): "minus needs spaces: a - b"
    case .minus: nextToken.kind == .minus ? "a comment begins with #" : "minus needs spaces: a - b"
    case .symbol(":"):
      nextToken.isSymbol("=")
        ? "let \(tokens[max(0, index - 1)].description) = ..."
        : "write no space before the colon of an option: filter: {...}"
    default: nil
    }
  }

  /// The next step for `=` after an expression: a comparison, or `let`.
  var assignmentHint: String {
    if statementForm != nil, case .name(let name) = tokens[max(0, index - 1)].kind { return "let \(name) = ..." }
    if nextToken.isSymbol("<") { return "write <=" }
    if let hint = fieldAssignmentHint ?? settingHint { return hint }
    return "to assign, let NAME = ...; to compare, " + (misplacedHint ?? "==")
  }

  /// The form of the statement that is probably meant, if the statement at the cursor begins with a word of another
  /// language; nil otherwise.
  var statementForm: String? {
    let start = tokens[..<index].lastIndex { $0.kind == .newline || $0.kind == .semicolon }.map { $0 + 1 } ?? 0
    guard case .name(let word) = tokens[start].kind else { return nil }
    return ForeignWords.statement(word)
  }

  /// The next step for a comma between arguments or values.
  var commaHint: String? {
    guard token.isSymbol(",") else { return nil }
    let start = tokens[..<index].lastIndex { $0.startsAfter }.map { $0 + 1 } ?? 0
    guard case .name(let word) = tokens[start].kind, start < index - 1 else {
      return "write a list in brackets: [1, 2]"
    }
    if Self.wholeWords.contains(word) { return "\(word) takes one value: \(word) [1, 2]" }
    if word == "select", case .name(let column) = tokens[index - 1].kind, case .name(let next) = nextToken.kind {
      return "write columns with dots and without commas: .\(column) .\(next)"
    }
    guard case .field = tokens[index - 1].kind, case .field = nextToken.kind else {
      return "write arguments without commas: \(withoutCommas(from: start) ?? "\(word) ... ...")"
    }
    let first = tokens[..<index].lastIndex { $0.hasSpaceBefore } ?? index - 1
    let columns = source.text(tokens[first].range.through(tokens[index - 1].range))
    return "write columns without commas: \(columns) \(source.text(nextToken.range))"
  }

  /// Returns the source text from a token to the end of its statement without the commas outside brackets; nil if it is
  /// long or may contain a password.
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

  /// The next step for a token that stands where a value should begin; nil without a guess.
  var valueHint: String? {
    let before = tokens[max(0, index - 1)]
    switch token.kind {
    case .keyword(let word) where !Self.blockWords.contains(word) || before.isKey:
      return "\(word) is a word of the language; as text it has quotes: \"\(word)\""
    case .key(let key): return "write a record in braces: {\(key): ...}"
    case .symbol("=") where before.isSymbol("=="): return "write =="
    case .symbol("=") where before.isSymbol("+") || before.isSymbol("-") || before.isSymbol("*"):
      guard index > 1, case .name(let name) = tokens[index - 2].kind else { return nil }
      return "let \(name) = \(name) \(before.description) \(source.text(nextToken.range))"
    case .symbol("+") where before.isSymbol("+"):
      guard index > 1, case .name(let name) = tokens[index - 2].kind else { return foreignValueHint }
      return "let \(name) = \(name) + 1"
    case .symbol(">") where before.isSymbol("<"): return "to compare, write !=; to join texts, +"
    case .symbol("*") where before.isSymbol("*"): return "there is no power operator: write a * a"
    case _ where before.isSymbol("*") && index > 1 && tokens[index - 2].isName("select"):
      return "without select, the elements keep all their fields"
    case .symbol("*") where before.isSymbol("("): return "write a client in place of *: count posts"
    case .symbol(">") where before.isSymbol("-") || before.kind == .minus: return Self.arrowStep
    default: return foreignValueHint
    }
  }

  /// The keywords inside and after a block.
  private static let blockWords: Set<String> = ["do", "end", "else", "rescue"]

  /// Returns the next step for a missing comma in brackets.
  func commaHint(before close: String) -> String? {
    let before = tokens[max(0, index - 1)]
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

  /// The next step for tokens that follow an expression, such as a word in place of an operator, or a command or
  /// function without parentheses; nil without a guess.
  var misplacedHint: String? {
    guard index > 0 else { return nil }
    for case .name(let word) in [token.kind, tokens[index - 1].kind] where word != word.lowercased() {
      if Token.keywords.contains(word.lowercased()) { return "write \(word.lowercased()) in small letters" }
    }
    if case .name(let word) = token.kind, let meant = ForeignWords.operation(word) { return operation(meant) }
    if token.isSymbol("="), !Self.isEnd(nextToken) { return operation("==") }
    if token.isKeyword("for") { return "for a value of each element: (LIST | map ...)" }
    if case .string = token.kind, !token.hasSpaceBefore, case .name = tokens[index - 1].kind {
      return "to insert a value into a text, write \\( ): \"... \\(x) ...\""
    }
    if let hint = commaHint(before: "") ?? methodHint ?? addingHint { return hint }
    if case .field(let field, _) = token.kind, !token.hasSpaceBefore, case .number(let id) = tokens[index - 1].kind {
      if words.functions.contains(field) { return "\(field)(\(id))" }
      return "write the name of a relationship as a separate text: \(id) \"\(field)\""
    }
    if case .string = token.kind, case .string = tokens[index - 1].kind {
      return "join texts with +: \(source.text(tokens[index - 1].range)) + \(source.text(token.range))"
    }
    guard case .name(let name) = tokens[index - 1].kind, Self.beginsArgument(token) else { return nil }
    if case .name(let next) = token.kind, !words.commands.isEmpty, !words.commands.contains(name),
      !words.functions.contains(name)
    {
      return "put text in quotes: \"\(name) \(next)\""
    }
    if let hint = stageHint(name) { return hint }
    if let hint = commandHint { return hint }
    return words.functions.contains(name)
      ? "put the arguments of a function in parentheses: \(name)(\(rest ?? "..."))"
      : "put a command inside an expression in parentheses: (\(name) ...)"
  }

  /// Returns the next step for a command or a stage that stands where it is not allowed: `first(stream posts)`, `map
  /// without .text`, `watch count posts`.
  private func stageHint(_ name: String) -> String? {
    if index > 1, tokens[index - 2].isKeyword("watch") { return "watch needs a duration: watch 2s do ... end" }
    if index > 2, tokens[index - 2].isSymbol("("), case .name(let stage) = tokens[index - 3].kind,
      words.stages.contains(stage), !words.functions.contains(stage)
    {
      return "\(stage) is a stage: (\(name) ... | \(stage))"
    }
    guard words.stages.contains(name), !words.commands.contains(name), !words.functions.contains(name) else {
      return nil
    }
    return "\(name) is a stage of its own: ... | \(name) \(rest ?? "...")"
  }

  /// Returns the expression that a word between two operands means: `.state == "x"` for `.state is "x"`.
  private func operation(_ meant: String) -> String {
    var right = index + 1
    var meant = meant
    if tokens[min(right, tokens.count - 1)].isKeyword("not"), meant == "==" { (right, meant) = (right + 1, "!=") }
    let left = source.text(tokens[operandStart].range.through(tokens[index - 1].range))
    let value = tokens[min(right, tokens.count - 1)]
    var shown = Self.isEnd(value) ? "..." : source.text(value.range)
    if case .name(let word) = value.kind, let meant = ForeignWords.value(word) { shown = meant }
    if meant == ".." { return "\(left)..\(shown)" }
    if meant == "in" {
      let last = tokens[min(right + 2, tokens.count - 1)]
      shown += Self.isEnd(last) ? "..." : ".." + source.text(last.range)
    }
    guard !shown.contains("@"), !left.contains("@") else { return "write \(meant)" }
    if meant == "floor" { return "floor(\(left) / \(shown))" }
    if meant == "contains" { return "contains(\(left), \(shown))" }
    let isPattern = if case .regex = value.kind { true } else { false }
    return "\(left) \(meant) \(meant == "=~" && !isPattern ? "/.../" : shown)"
  }

  /// The call of a function or a stage that is written as a method: `length("a")` for `"a".length()`.
  private var methodHint: String? {
    guard token.isSymbol("("), !token.hasSpaceBefore, case .field(let name, _) = tokens[index - 1].kind, index > 1
    else { return nil }
    let start = operandStart
    guard start < index - 1, let operand = shown(tokens[start].range.through(tokens[index - 2].range)) else {
      return nil
    }
    let inside = enclosed ?? "..."
    if inside.contains("=>") || inside.hasPrefix("&") { return Self.arrowStep }
    let function = words.functions.contains(name) ? name : ForeignWords.function(name) ?? name
    let isModule = operand.first?.isUppercase ?? false
    if words.functions.contains(function), !words.stages.contains(name), !isModule {
      return "\(function)(\(operand)\(inside.isEmpty ? "" : ", \(inside)"))"
    }
    if index - start == 2, case .name = tokens[start].kind, words.commands.contains(name), name != "count" {
      let call = "\(name) \(operand)\(inside.isEmpty ? "" : " " + inside.replacing(", ", with: " "))"
      return start == 0 || tokens[start - 1].startsAfter ? call : "(\(call))"
    }
    guard words.stages.contains(name), !isModule else { return nil }
    return "(\(operand) | \(name)\(inside.isEmpty ? "" : " \(inside)"))"
  }

  /// The index of the token at which the operand before the cursor begins.
  private var operandStart: Int {
    var (start, open) = (index - 1, 0)
    while start > 0 {
      if case .symbol(let symbol) = tokens[start].kind {
        open += [")", "]", "}"].contains(symbol) ? 1 : ["(", "[", "{", "?["].contains(symbol) ? -1 : 0
      }
      if open <= 0, tokens[start].hasSpaceBefore { break }
      start -= 1
    }
    return start
  }

  /// The source text from the cursor to the end of the arguments; nil if it is long or may contain a password.
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

  /// Returns the text of a source range for a hint; nil if it is long or may contain a password.
  func shown(_ range: SourceRange) -> String? {
    let text = source.text(range)
    return text.utf8.count > 60 || text.contains("@") || text.contains("\n") ? nil : text
  }
}

/// Errors about operators and brackets after arguments.
extension Parser {
  /// Throws if an operator or a touching bracket follows an argument, because the expression needs parentheses.
  mutating func refuseGlued(_ word: CalledWord?, _ arguments: [Argument]) throws(StatementParseStop) {
    switch token.kind {
    case .symbol("(") where arguments.isEmpty:
      if let word { throw fail("\(word.name) has no parentheses here", nextStep: withoutParentheses(word)) }
    case .symbol("*") where Self.isEnd(nextToken) && arguments.isEmpty && word?.name == "select":
      throw fail("select takes fields", nextStep: "without select, the elements keep all their fields")
    case .symbol(let symbol) where !Self.isEnd(token) && symbol != "=" && symbol != ":":
      if let word, !words.functions.contains(word.name), !words.stages.contains(word.name),
        let near = nearest(to: word.name, among: Array(Self.wholeWords))
      {
        let form = near == "where" ? "; it is a stage: ... | where ..." : ""
        throw fail("unknown word \(word.name)", at: word.range, nextStep: "did you mean \(near)?\(form)")
      }
      throw fail(
        "arguments can't be joined with \(symbol)", nextStep: redirection(symbol) ?? meant(symbol, word, arguments))
    case .keyword(let sign) where ["and", "or", "in", "not"].contains(sign):
      throw fail("arguments can't be joined with \(sign)", nextStep: meant(sign, word, arguments))
    default: return
    }
  }

  /// Returns the next step for a bracket that touches a stage: `| keys(it)`, `| take(5)`.
  private func withoutParentheses(_ word: CalledWord) -> String {
    let call = rest.map { word.name + $0 } ?? "\(word.name)(...)"
    let inside = call.dropFirst(word.name.utf8.count + 1).dropLast()
    if words.bareStages.contains(word.name), word.name != "first" {
      return "\(word.name) takes no arguments: | \(word.name)"
    }
    if words.stages.contains(word.name) {
      let form = spaced(word.name, inside)
      return (form.hasPrefix(word.name) ? "write a space before arguments: " : "did you mean | ") + form
    }
    if !words.functions.contains(word.name), let stage = ForeignWords.stage(word.name) {
      return "did you mean \(stage)? | \(spaced(stage, inside))"
    }
    if let function = ForeignWords.function(word.name), !words.functions.contains(word.name) {
      let isElement = inside.hasPrefix(".") || inside.hasPrefix("it")
      let operands = isElement ? String(inside) : inside.isEmpty ? "it" : "it, \(inside)"
      return "to call a function for each element: | map \(function)(\(operands))"
    }
    if !words.functions.contains(word.name),
      let near = nearest(to: word.name, among: words.functions.union(words.stages).sorted())
    {
      return "did you mean \(near)?"
    }
    return "to call a function for each element: | map \(call)"
  }

  /// Returns a stage followed by the arguments of a call: `take 5` for `take(5)`.
  ///
  /// If the stage does not take these arguments, returns another stage that does: `take 5` for `first(5)`.
  private func spaced(_ stage: String, _ inside: Substring) -> String {
    let isCondition = [" > ", " < ", " >= ", " <= ", " == ", " != ", " =~ "].contains { inside.contains($0) }
    if stage == "select", isCondition { return "where \(inside)" }
    if stage == "first", !inside.isEmpty, inside.allSatisfy(\.isNumber) { return "take \(inside)" }
    if words.bareStages.contains(stage) { return stage }
    if inside.contains("...") { return "\(stage) ..." }
    return "\(stage) \(stage == "where" ? String(inside) : String(inside).replacing(", ", with: " "))"
  }

  /// Returns the next step for an operator after an argument.
  private func meant(_ sign: String, _ word: CalledWord?, _ arguments: [Argument]) -> String {
    let name = word?.name ?? "set"
    if let form = ForeignWords.statement(name) { return "did you mean \(form)?" }
    if sign == "%", Self.isEnd(nextToken) || nextToken.isKey, case .option(let key, _, let value) = arguments.last {
      return "\(key): \"\(source.text(value.range))%\""
    }
    if let whole = Self.whole(name) ?? nearest(to: name, among: ["where", "print"]) { return "did you mean \(whole)?" }
    for case .positional(let expression) in arguments.dropLast() {
      if case .name(let stage) = expression.kind, Self.wholeWords.contains(stage) {
        if Self.readers.contains(name) { return "write | before a stage: ... | \(stage) ..." }
        return
          "stream CLIENT | \(stage) ... | \(name == "count" ? "count" : "collect | \(name == "destroy-all" ? "destroy" : name) ...")"
      }
    }
    let (left, isFilter) =
      switch arguments.last {
      case .positional(let expression): (source.text(expression.range), false)
      case .option(let key, _, let expression): (source.text(expression.range), key == "filter" && sign == "==")
      case nil: (name, false)
      }
    let right = operandText
    if let step = redirectionHint(sign, word.map { whole(before: $0) } ?? left) { return step }
    if isFilter, right == "..." || !left.hasPrefix("{") {
      return "write a filter as a record: filter: {\(left.trimmingPrefix(".")): \(right)}"
    }
    if let word, takesWhole(word, sign, arguments) {
      return "put the left operand in parentheses: (\(whole(before: word))) \(sign) \(right)"
    }
    return "put the expression in parentheses: (\(left) \(sign) \(right))"
  }

  /// The operand after the operator at the cursor, if it is one word, number or string; otherwise dots, also for a URI,
  /// which may contain a password.
  private var operandText: String {
    let text = source.text(nextToken.range)
    guard !text.contains("@") else { return "..." }
    switch nextToken.kind {
    case .name, .field, .number, .duration, .string: return text
    case .keyword("it"), .keyword("null"), .keyword("true"), .keyword("false"): return text
    default: return "..."
    }
  }

  /// Whether the left operand of an operator is the value of the whole command or pipeline, not its last argument.
  private func takesWhole(_ word: CalledWord, _ sign: String, _ arguments: [Argument]) -> Bool {
    let isComparison = !["+", "-", "*", "/", "%"].contains(sign)
    if word.isStage { return Self.reducing.contains(word.name) && (arguments.isEmpty || isComparison) }
    guard isComparison || word.name == "count" else { return false }
    switch arguments.last {
    case .option(_, _, let value):
      switch value.kind {
      case .name, .elementField: return false
      default: return true
      }
    default: return true
    }
  }

  /// Returns the source text from the beginning of the pipeline to the cursor; if the text is long, only the name of
  /// its last command or stage, between dots.
  private func whole(before word: CalledWord) -> String {
    shown(range(from: pipelineStart)) ?? "... \(word.isStage ? "| " : "")\(word.name) ..."
  }

  /// The commands whose results a stage can process.
  private static let readers: Set<String> = ["stream", "index", "related", "read", "show"]

  /// The stages that make one value of all elements.
  private static let reducing: Set<String> = ["count", "sum", "avg", "min", "max"]
}

extension Token {
  /// Whether a statement, a stage or a block can begin after the token.
  var startsAfter: Bool {
    switch kind {
    case .newline, .semicolon, .symbol("|"), .symbol("="), .keyword: true
    default: false
    }
  }

  /// Whether the token is a name, or a keyword in place of a name.
  var isAName: Bool {
    switch kind {
    case .name, .keyword: true
    default: false
    }
  }

  /// Whether the token is an option's name with its colon.
  var isKey: Bool { if case .key = kind { true } else { false } }
}
