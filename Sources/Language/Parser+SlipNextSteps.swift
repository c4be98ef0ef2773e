/// Guesses what a user meant by frequent forms of Ruby, Elixir, JavaScript, Python and jq.
///
/// An error message shows the guess as its next step.
extension Parser {
  /// Advice for a user who wrote a further word or value after a complete statement; nil if there is no guess.
  ///
  /// Examples are `let x = 1 let y = 2`, `print x if y` and `console.log(x)`.
  var followingNextStep: String? {
    if token.isKeyword("if") || token.isName("unless"), let condition = afterToken, let statement = before {
      return token.isKeyword("if")
        ? "write the condition first: if \(condition) do \(statement) end"
        : "write the condition first: if not (\(condition)) do \(statement) end"
    }
    if case .keyword(let word) = token.kind, Self.statementWords.contains(word) {
      return "put a semicolon or a line end before the word `\(word)`"
    }
    if case .name(let word) = token.kind, Self.wholeWords.contains(word) || words.commands.contains(word),
      !words.stages.contains(word) || word == "print", Self.beginsArgument(nextToken), word != "where", word != "map"
    {
      return "put a semicolon or a line end before the word `\(word)`"
    }
    if case .string = token.kind, tokens[statementStart].isName("assert"), let condition = before {
      return "write a comma before the message: \(condition), \(source.text(token.range))"
    }
    if case .key = token.kind, tokens[index - 1].isName("lambda") { return Self.arrowStep }
    return moduleNextStep ?? commandOfClient ?? stageOfList
  }

  private static let statementWords: Set<String> = [
    "let", "for", "while", "def", "return", "break", "continue", "try", "source", "set",
  ]

  /// The index of the first token of the statement at the cursor.
  var statementStart: Int {
    tokens[..<index].lastIndex { $0.kind == .newline || $0.kind == .semicolon || $0.isKeyword("do") }.map { $0 + 1 }
      ?? 0
  }

  /// The source text from the beginning of the statement to the cursor.
  ///
  /// The value is nil if the text is longer than 60 bytes or can contain a password.
  private var before: String? {
    let start = statementStart
    return start < index ? shown(tokens[start].range.through(tokens[index - 1].range)) : nil
  }

  /// The text of the statement after the current token; nil if the statement has no more tokens.
  var afterToken: String? {
    var parser = self
    parser.advance()
    return Self.isEnd(parser.token) ? nil : parser.rest
  }

  /// Advice for a user who called a function of a module; nil at other tokens.
  ///
  /// For example, for `console.log("a")`, the advice is `print "a"`, and for `Enum.count(x)` it is `length(x)`.
  private var moduleNextStep: String? {
    guard index > 1, case .field(let name, _) = tokens[index - 1].kind, case .name(let module) = tokens[index - 2].kind
    else { return nil }
    let isCall = token.isSymbol("(") && !token.hasSpaceBefore
    let inside = isCall ? enclosed : rest
    if Self.printing.contains(name) || module == "console" {
      return "print \(inside?.isEmpty ?? true ? "..." : inside ?? "...")"
    }
    guard isCall, let inside else { return nil }
    if module.lowercased() == "json" {
      return valid("\(["parse", "loads", "load", "decode"].contains(name) ? "parse-json" : "json")(\(inside))")
    }
    guard module.first?.isUppercase ?? false else { return nil }
    if inside.contains("->") || inside.contains("=>") { return Self.arrowStep }
    if let function = words.functions.contains(name) ? name : ForeignWords.function(name),
      words.functions.contains(function)
    {
      return "\(function)(\(inside))"
    }
    guard let stage = words.stages.contains(name) ? name : ForeignWords.stage(name) else { return nil }
    return "write a stage after |: (LIST | \(stage) ...)"
  }

  private static let printing: Set<String> = ["log", "puts", "println", "inspect", "writeline"]

  /// Advice for a user who called a command like a method of a client; nil at other tokens.
  ///
  /// For example, for `posts.find(1)`, the advice is `show posts 1`.
  private var commandOfClient: String? {
    guard index > 1, case .field(let name, _) = tokens[index - 1].kind, case .name(let client) = tokens[index - 2].kind,
      index - 2 == statementStart
    else { return nil }
    let isCall = token.isSymbol("(") && !token.hasSpaceBefore
    guard isCall || Self.beginsArgument(token), let inside = isCall ? enclosed : rest else { return nil }
    if ["where", "filter", "find_by", "find-by"].contains(name), inside.contains(": ") {
      return "stream \(client) filter: {\(inside.trimmingPrefix("{"))\(inside.hasSuffix("}") ? "" : "}")"
    }
    let command = Self.methods[name] ?? (Self.clientCommands.contains(name) ? name : nil)
    guard let command, !inside.isEmpty else { return nil }
    if command == "create", !inside.hasPrefix("{"), let form = valid("create \(client) {\(inside)}") { return form }
    return "\(command) \(client) \(inside.replacing(", ", with: " "))"
  }

  /// Advice for a user who wrote a stage without `|`, or like a method with a block; nil at other tokens.
  ///
  /// For example, for `[1] each do ... end`, the advice is `... | each ...`.
  private var stageOfList: String? {
    if case .name(let name) = token.kind, words.stages.contains(name), !words.commands.contains(name) {
      return "write | before a stage: ... | \(name) ..."
    }
    guard token.isSymbol("{"), index > 0, case .field(let name, _) = tokens[index - 1].kind,
      let stage = words.stages.contains(name) ? name : ForeignWords.stage(name)
    else { return nil }
    if stage == "each" { return "write a stage after |: ... | each do ... end" }
    return "write a stage after |, with `it` for the element: ... | \(name == "select" ? "where" : stage) it > 1"
  }

  private static let methods = [
    "find": "show", "get": "show", "fetch": "show", "delete": "destroy", "insert": "create", "post": "create",
    "patch": "update",
  ]

  /// Advice for a user who called a method that adds to a list or a record; nil at other tokens.
  ///
  /// For example, for `x.push(2)`, the advice is `let x = x + [2]`.
  var addingNextStep: String? {
    guard index > 1, token.isSymbol("("), case .field(let name, _) = tokens[index - 1].kind,
      ["push", "append", "add", "concat", "merge"].contains(name), let inside = enclosed
    else { return nil }
    guard case .name(let list) = tokens[index - 2].kind else {
      return "join lists and records with +: ... + \(name == "merge" || name == "concat" ? inside : "[\(inside)]")"
    }
    if name == "merge" { return "join records with +: let \(list) = \(list) + \(inside)" }
    return "join lists with +: let \(list) = \(list) + \(name == "concat" ? inside : "[\(inside)]")"
  }

  /// Advice for a comma after the value of a word such as `print`; the word is the token at `start`.
  ///
  /// `print` takes one value. `assert` takes a condition and a message, so only a second comma is wrong, or a comma after
  /// parentheses that touch the word.
  func wholeWordNextStep(_ word: String, from start: Int) -> String {
    let first = shown(tokens[start + 1].range.through(tokens[index - 1].range))
    if word == "assert" {
      let message = tokens[start + 1].hasSpaceBefore ? "" : ", \(afterToken ?? "\"...\"")"
      return "assert takes a condition and a message: assert \(first ?? "...")\(message)"
    }
    let values = first.flatMap { first in afterToken.map { "[\(first), \($0)]" } } ?? "[1, 2]"
    return "\(word) takes one value; to give several values, write a list: \(word) \(values)"
  }

  /// Advice for a user who wrote a token of another language in place of a value; nil if there is no guess.
  ///
  /// For example, for `"a" ++ "b"`, the advice is to join texts and lists with one `+`.
  var foreignValueNextStep: String? {
    let before = tokens[max(0, index - 1)]
    switch token.kind {
    case .symbol("|") where before.isName("map") || before.isName("where"):
      return "`it` is the element: | \(before.description) it + 1"
    case .symbol("=") where before.isSymbol("!="): return "write !="
    case .symbol("+") where before.isSymbol("+"): return "join texts and lists with one +"
    case .symbol(":"):
      guard case .name(let name) = nextToken.kind else { return nil }
      return "put text in quotes: \"\(name)\""
    case .symbol(let sign) where before.isKey && [">", "<", ">=", "<=", "!=", "=="].contains(sign):
      return
        "a filter only tests for equality; for another comparison, write | where .\(before.description.dropLast()) \(sign) ..."
    case .symbol("..") where before.isSymbol("[") || before.isSymbol(","):
      guard case .field = nextToken.kind else { return nil }
      return "join lists with +: \(spread) + [...]"
    case .symbol("<") where before.isSymbol("<"):
      guard index > 1, case .name(let client) = tokens[index - 2].kind, !Self.isEnd(nextToken) else {
        return "there are no operators for bits: to double a number, write x * 2"
      }
      return "to create a resource: create \(client) \(source.text(nextToken.range))..."
    case .symbol("-"), .minus:
      if before.kind == .minus, !nextToken.hasSpaceBefore {
        if nextToken.isKeyword("help") {
          let first = tokens[statementStart].description
          return words.commands.contains(first) || words.stages.contains(first) ? "help \(first)" : "help"
        }
        if case .name(let name) = nextToken.kind {
          let value = tokens[min(index + 2, tokens.count - 1)]
          return "write an option with a colon: \(name): \(Self.isEnd(value) ? "true" : "VALUE")"
        }
      }
      if case .number(let number) = nextToken.kind {
        return "write a sign without a space before its number: -\(number)"
      }
      let isFirst = index < 2 || tokens[index - 2].kind == .newline || tokens[index - 2].kind == .semicolon
      return isFirst && (before.isSymbol("-") || before.kind == .minus) ? "a comment begins with #" : nil
    default: return nil
    }
  }

  /// The name after the dots of `...NAME`; `x` if no name follows.
  ///
  /// In other languages, `...NAME` stands for the elements of a list or a record.
  private var spread: String {
    if case .field(let name, _) = nextToken.kind { return name }
    if case .name(let name) = nextToken.kind { return name }
    return "x"
  }

  /// Advice for a user who wrote another token in place of a record's key; nil if there is no guess.
  ///
  /// For example, for `{.text}`, the advice is `{text: .text}`.
  var keyNextStep: String? {
    if let form = statementForm { return "did you mean \(form)?" }
    switch token.kind {
    case .symbol(".."):
      return "join records with +: "
        + (tokens[max(0, index - 1)].isSymbol(",") ? "{...} + \(spread)" : "\(spread) + {...}")
    case .field(let name, _) where nextToken.isSymbol(",") || nextToken.isSymbol("}"):
      return "give the value a key: {\(name): .\(name)}"
    case .field(let name, _) where nextToken.isSymbol(":"): return "write a key without a dot: {\(name): ...}"
    case .field:
      guard let value = rest(from: token.range.lower, to: "}")?.trimmed else { return nil }
      return "write an expression without braces: \(value)"
    case .symbol(":"):
      guard case .name(let name) = nextToken.kind else { return nil }
      return "write the colon after the key: {\(name): ...}"
    case .keyword("it"):
      guard let value = rest(from: token.range.lower, to: "}")?.trimmed else { return nil }
      return "write an expression without braces: \(value)"
    default: return nil
    }
  }

  /// Returns advice for a user who wrote a record key without a value, as in `{id, text}`; nil at other tokens.
  func shorthandNextStep(_ key: String) -> String? {
    if let form = statementForm { return "did you mean \(form)?" }
    if words.commands.contains(key), Self.beginsArgument(token) {
      return "write a block between `do` and `end`: do ... end"
    }
    guard token.isSymbol(",") || token.isSymbol("}") else { return nil }
    let isInStage = tokens[..<index].lastIndex { $0.isSymbol("|") }.map { tokens[$0].range.lower >= pipelineStart }
    return isInStage ?? false ? "{\(key): .\(key)}" : "{\(key): \(key)}"
  }

  /// Advice for a user who wrote a record of names without values; nil at other tokens.
  ///
  /// For example, for `{id, text}`, the advice is `| select .id .text`.
  var selectNextStep: String? {
    guard token.isSymbol("{") else { return nil }
    var (names, place) = ([String](), index + 1)
    while place + 1 < tokens.count {
      switch tokens[place].kind {
      case .name(let name), .field(let name, _): names.append("." + name)
      default: return nil
      }
      if tokens[place + 1].isSymbol("}") { return "| select \(names.joined(separator: " "))" }
      guard tokens[place + 1].isSymbol(",") else { return nil }
      place += 2
    }
    return nil
  }

  /// Reports a `do` after `else` or after `rescue NAME`, and skips the `do`.
  ///
  /// The parser then continues, so the `do` causes no second error.
  mutating func skipDo(after words: String) {
    guard token.isKeyword("do") else { return }
    diagnostics.append(
      Diagnostic(
        range: token.range, message: "the word `do` can't follow `\(words)`", nextStep: "remove `do`: \(words) ... end")
    )
    advance()
  }

  /// Reports an arrow after `rescue`, or a missing name after `rescue`.
  ///
  /// The function also corrects the tokens, so the arrow or the missing name causes no second error.
  mutating func completeRescue() {
    if token.isSymbol("="), nextToken.isSymbol(">") {
      diagnostics.append(
        Diagnostic(
          range: token.range.through(nextToken.range), message: "an arrow can't follow the word `rescue`",
          nextStep: "rescue \(tokens[min(index + 2, tokens.count - 1)].description)"))
      tokens.removeSubrange(index...index + 1)
    }
    guard token.isKeyword("do") || token.kind == .newline || token.kind == .semicolon || isCommandAfterRescue else {
      return
    }
    diagnostics.append(
      Diagnostic(
        range: tokens[index - 1].range, message: "`rescue` needs a name for the error", nextStep: rescueStep))
    if token.isKeyword("do") { return tokens[index].kind = .name("error") }
    var name = token
    name.kind = .name("error")
    tokens.insert(name, at: index)
  }

  /// The corrected `rescue`, with a name for the caught error.
  ///
  /// For `rescue print "failed"`, the corrected form is `rescue error print "failed"`.
  private var rescueStep: String {
    guard isCommandAfterRescue, let statement = rest, valid(statement) != nil else { return "rescue error" }
    return "rescue error \(statement)"
  }

  /// Whether a command follows `rescue` in place of the name of the error, as in `rescue print "failed"`.
  ///
  /// A word at the end of a line is the name of the error, even if a command has the same name. If the next token is
  /// `end`, a word that names a command is the command.
  private var isCommandAfterRescue: Bool {
    guard case .name(let name) = token.kind else { return false }
    let next = tokens[(index + 1)...].first { $0.kind != .newline && $0.kind != .semicolon }
    if nextToken.kind == .newline || nextToken.kind == .semicolon, next?.isKeyword("end") != true { return false }
    let isCall = nextToken.isSymbol("(") && !nextToken.hasSpaceBefore
    return words.commands.contains(name) || Self.wholeWords.contains(name) || definesWord(name) || isCall
  }
}

extension String {
  /// The text without spaces at its ends.
  fileprivate var trimmed: String {
    let rest = drop { $0 == " " }
    return String(
      rest.prefix(rest.lastIndex { $0 != " " }.map { rest.distance(from: rest.startIndex, to: $0) + 1 } ?? 0))
  }
}
