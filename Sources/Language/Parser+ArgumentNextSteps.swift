/// Reports operators and brackets that can't stand after the arguments of a command or a stage.
extension Parser {
  /// Throws an error if an operator is at the cursor, or if parentheses stand in place of the first argument.
  ///
  /// An argument with an operator needs parentheses, as in `take (n + 1)`.
  mutating func refuseGlued(_ word: Callee?, _ arguments: [Argument]) throws(StatementParseStop) {
    switch token.kind {
    case .symbol("(") where arguments.isEmpty:
      if let word { throw fail("parentheses can't follow \(word.name) here", nextStep: withoutParentheses(word)) }
    case .symbol("*") where Self.isEnd(nextToken) && arguments.isEmpty && word?.name == "select":
      throw fail(
        "the stage `select` takes fields, not *", nextStep: "to keep all fields of the elements, leave out select")
    case .symbol("*") where Self.isEnd(nextToken) && arguments.isEmpty && word?.isStage ?? false:
      throw fail("* is not an argument", nextStep: "remove *: | \(word?.name ?? "table")")
    case .symbol where !Self.isEnd(token) && word?.name == "lambda":
      throw fail("there are no arrow functions", nextStep: Self.arrowStep)
    case .symbol(let symbol) where !Self.isEnd(token) && symbol != "=" && symbol != ":":
      if let word, !words.functions.contains(word.name), !words.stages.contains(word.name),
        let near = nearest(to: word.name, among: Array(Self.wholeWords))
      {
        let form = near == "where" ? "the stage `where`? ... | where ..." : "\(near)?"
        throw fail("unknown word \(word.name)", at: word.range, nextStep: "did you mean \(form)")
      }
      throw fail(
        "arguments can't be joined with \(symbol)", nextStep: redirection(symbol) ?? meant(symbol, word, arguments))
    case .keyword(let sign) where ["and", "or", "in", "not"].contains(sign):
      throw fail("arguments can't be joined with the word `\(sign)`", nextStep: meant(sign, word, arguments))
    default: return
    }
  }

  /// Returns advice for a user who put the arguments of a stage in parentheses.
  ///
  /// Examples are `| keys(it)` and `| take(5)`.
  private func withoutParentheses(_ word: Callee) -> String {
    let inside = Substring(enclosed ?? "...")
    let call = "\(word.name)(\(inside))"
    if inside.contains("=>") || inside.contains("->") { return Self.arrowStep }
    if definesWord(word.name) {
      return "write the arguments of a stage after a space: | \(spaced(word.name, inside))"
    }
    if words.bareStages.contains(word.name), word.name != "first" {
      return "\(word.name) takes no arguments: | \(word.name)"
    }
    if words.stages.contains(word.name) {
      let form = spaced(word.name, inside)
      return (form.hasPrefix(word.name) ? "write a space before arguments: " : "did you mean | ") + form
    }
    if !words.functions.contains(word.name), let stage = ForeignWords.stage(word.name) {
      if stage == "destroy", inside.hasPrefix(".") { return "did you mean without? | \(spaced("without", inside))" }
      let takesField = ["sum", "avg", "min", "max", "sort", "group", "unique", "index-by"].contains(stage)
      let isField = inside.hasPrefix(".") || inside.hasPrefix("-.")
      let form = "| \(spaced(stage, inside.prefix { $0 != ";" }))"
      if takesField, !isField { return "did you mean \(stage)?" }
      return "did you mean \(stage)?\(valid(form).map { " \($0)" } ?? "")"
    }
    if let function = ForeignWords.function(word.name), !words.functions.contains(word.name) {
      let isElement = inside.hasPrefix(".") || inside.hasPrefix("it")
      let operands = isElement ? String(inside) : inside.isEmpty ? "it" : "it, \(inside)"
      return "to call a function for each element, write | map \(function)(\(operands))"
    }
    if !words.functions.contains(word.name),
      let near = nearest(to: word.name, among: words.functions.union(words.stages).sorted())
    {
      return "did you mean \(near)?"
    }
    let readsElement = inside.hasPrefix(".") || inside.contains(" .") || inside.contains("it")
    if word.name == "join", !inside.isEmpty, !readsElement,
      let bar = tokens[..<index].lastIndex(where: { $0.isSymbol("|") }), bar > 0,
      let elements = shown(SourceRange(pipelineStart, tokens[bar - 1].range.upper))
    {
      if let form = valid("join((\(elements)), \(inside))") { return "to join all elements: \(form)" }
    }
    guard words.functions.contains(word.name), !readsElement, !Self.elementless.contains(word.name) else {
      return "to call a function for each element, write | map \(call)"
    }
    return "to call a function for each element, write | map \(word.name)(it\(inside.isEmpty ? "" : ", \(inside)"))"
  }

  /// The functions that don't process the element of a stage, such as `now`.
  private static let elementless: Set<String> = ["now", "ago", "uuid", "env", "var"]

  /// Returns a stage with the arguments of a call, without parentheses: `take 5` for `take(5)`.
  ///
  /// If the stage does not take these arguments, returns a stage that takes them: `take 5` for `first(5)`.
  private func spaced(_ stage: String, _ inside: Substring) -> String {
    let isCondition = [" > ", " < ", " >= ", " <= ", " == ", " != ", " =~ "].contains { inside.contains($0) }
    if stage == "select", isCondition { return "where \(inside)" }
    if stage == "first", !inside.isEmpty, inside.allSatisfy(\.isNumber) { return "take \(inside)" }
    if words.bareStages.contains(stage) { return stage }
    if inside.contains("...") { return "\(stage) ..." }
    if inside.isEmpty { return stage }
    return "\(stage) \(stage == "where" ? String(inside) : String(inside).replacing(", ", with: " "))"
  }

  /// Returns advice for a user who wrote an operator after an argument, as in `take n + 1`.
  ///
  /// For this example, the advice is to put the expression in parentheses: `(n + 1)`.
  private func meant(_ sign: String, _ word: Callee?, _ arguments: [Argument]) -> String {
    let name = word?.name ?? "set"
    if let form = statementForm ?? ForeignWords.statement(name) { return "did you mean \(form)?" }
    if sign == "%", Self.isEnd(nextToken) || nextToken.isKey, case .option(let key, _, let value) = arguments.last {
      return "\(key): \"\(source.text(value.range))%\""
    }
    if let whole = Self.whole(name) ?? nearest(to: name, among: ["where", "print"]) { return "did you mean \(whole)?" }
    for case .positional(let expression) in arguments.dropLast() {
      if case .name(let stage) = expression.kind, Self.wholeWords.contains(stage) {
        if Self.readers.contains(name) { return "write | before a stage: ... | \(stage) ..." }
        return
          "stream CLIENT | \(stage) ... | \(name == "count" ? "count" : "collect | \(name == "destroy-all" ? "destroy" : ForeignWords.command(name) ?? name) ...")"
      }
    }
    let (left, isFilter) =
      switch arguments.last {
      case .positional(let expression): (source.text(expression.range), false)
      case .option(let key, _, let expression): (source.text(expression.range), key == "filter" && sign == "==")
      case nil: (name, false)
      }
    let right = operandText
    if let step = redirectionNextStep(sign, word.map { whole(before: $0) } ?? left) { return step }
    if case .option("filter", _, _) = arguments.last, ["!=", "<", "<=", ">", ">="].contains(sign), left.hasPrefix(".") {
      return "a filter only tests for equality; for another comparison, write | where \(left) \(sign) \(right)"
    }
    if isFilter, right == "..." || !left.hasPrefix("{") {
      return "write a filter as a record: filter: {\(left.trimmingPrefix(".")): \(right)}"
    }
    if let word, word.isStage, word.name == "count", case .positional? = arguments.last {
      return "| where \(left) \(sign) \(right) | count"
    }
    if let word, word.isStage, !words.stages.isEmpty, !words.stages.contains(word.name),
      !words.commands.contains(word.name), !definesWord(word.name)
    {
      return "to list the stages: help stages"
    }
    if let word, takesWhole(word, sign, arguments) {
      return "put the left operand in parentheses: (\(whole(before: word))) \(sign) \(right)"
    }
    return "put the expression in parentheses: (\(left) \(sign) \(right))"
  }

  /// The source text of the operand after the operator at the cursor; `...` for an operand of several tokens.
  ///
  /// The text is also `...` for an operand with `@`, because such an operand can be a URI with a password.
  private var operandText: String {
    let text = source.text(nextToken.range)
    guard !text.contains("@") else { return "..." }
    switch nextToken.kind {
    case .name, .field, .number, .duration, .string: return text
    case .keyword("it"), .keyword("null"), .keyword("true"), .keyword("false"): return text
    default: return "..."
    }
  }

  /// Whether the left operand of the operator is the result of the whole command or pipeline.
  ///
  /// In `count posts > 3`, the left operand is the whole command, `count posts`. In `take n + 1`, it is only the last
  /// argument, `n`.
  private func takesWhole(_ word: Callee, _ sign: String, _ arguments: [Argument]) -> Bool {
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

  /// Returns the source text from the beginning of the pipeline to the cursor.
  ///
  /// If the text is long, returns only the name of the last command or stage: `... | take ...`.
  private func whole(before word: Callee) -> String {
    shown(range(from: pipelineStart)) ?? "... \(word.isStage ? "| " : "")\(word.name) ..."
  }

  /// The commands that read elements, so that stages can process the elements.
  private static let readers: Set<String> = ["stream", "index", "related", "read", "show"]

  /// The stages that compute one value from all elements.
  private static let reducing: Set<String> = ["count", "sum", "avg", "min", "max"]
}
