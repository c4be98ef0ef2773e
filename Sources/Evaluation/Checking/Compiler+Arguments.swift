import Formats
import JSONText
import Language
import Values

extension Compiler {
  /// Checks the arguments of a call against the declaration of the command or stage.
  func check(_ command: CommandOrStageCall, _ declaration: CommandDeclaration) {
    if refusesSpacedUnit(command.arguments, of: command.name) { return findings.refused.append(command.range) }
    if refusesMisplaced(command, declaration) { return }
    let positional = command.arguments.compactMap { if case .positional(let place) = $0 { place } else { nil } }
    checkNumber(positional, command, declaration)
    for option in declaration.options where option.isRequired && command.option(option.name) == nil {
      report(
        "\(command.name) needs the option \(option.name):", command.nameRange, nextStep: option.form)
    }
    for (value, parameter) in zip(positional, declaration.parameters) {
      check(value, parameter, of: command, isFirst: parameter.name == declaration.parameters.first?.name)
    }
    for case .option(let name, let range, let value) in command.arguments {
      if let option = declaration.options.first(where: { $0.name == name }) {
        check(option, value, of: command)
      } else if !declaration.takesAnyOption {
        reportUnknownOption(name, range, value, command, declaration)
      }
    }
  }

  /// Reports a call with too few or too many positional arguments.
  private func checkNumber(_ positional: [Expr], _ command: CommandOrStageCall, _ declaration: CommandDeclaration) {
    let needed = declaration.parameters.filter { !$0.isOptional && !$0.repeats }
    if positional.count < needed.count {
      let missing = needed[positional.count]
      report(
        "\(command.name) needs the argument \(missing.name)", command.nameRange, nextStep: "\(declaration.signature)")
    }
    let repeats = declaration.parameters.last?.repeats ?? false
    if positional.count > declaration.parameters.count, !repeats {
      let surplus = positional[declaration.parameters.count]
      if BuiltInStage.named(command.name)?.declaration.name == declaration.name, declaration.takesAnyOption,
        let step = fieldWithoutColon(positional, command.name)
      {
        return report("a field needs a colon before its value", surplus.range, nextStep: step)
      }
      let takesID = declaration.parameters.last?.shape == .id && BuiltInStage.named(command.name) != nil
      report(
        "\(command.name) has no parameter for this argument", surplus.range,
        nextStep: takesID ? severalIDs(positional, of: command.name) : declaration.signature)
    }
  }

  /// Returns a correction that adds the missing colon: `with views: 5` for `with .views 5`.
  ///
  /// Returns nil for other arguments.
  private func fieldWithoutColon(_ arguments: [Expr], _ name: String) -> String? {
    guard arguments.count > 1, let field = arguments[0].bareName ?? arguments[0].path, field.isName else { return nil }
    findings.refused += arguments.map(\.range)
    return "\(name) \(field): \(source.text(arguments[1].range))"
  }

  /// Returns the suggestion for a command that has further arguments after the client and the id.
  ///
  /// For `destroy posts 4 5`, the suggestion contains `[4, 5] | destroy posts`. For `show posts 1 author`, the
  /// suggestion is `include: "author"`.
  private func severalIDs(_ arguments: [Expr], of name: String) -> String {
    let texts = arguments.map { source.text($0.range) }
    if name == "show", arguments.count > 2, unknownName(arguments[2]) != nil {
      findings.refused += arguments.map(\.range)
      return "include: \(texts[2].quoted)"
    }
    return "for several ids, write [\(texts.dropFirst().joined(separator: ", "))] | \(name) \(texts[0])"
  }

  /// Checks the type of a positional argument.
  ///
  /// If the argument is a literal, the function also checks the argument's value against the rule of the parameter.
  private func check(
    _ value: Expr, _ parameter: CommandDeclaration.Parameter, of command: CommandOrStageCall, isFirst: Bool
  ) {
    if [.string, .strings].contains(parameter.shape) { refuseBareText(value) }
    let errors = findings.diagnostics.count
    checkLiteral(value, parameter.shape, of: command.name, isFirst: isFirst)
    let rule = parameter.rule ?? (parameter.shape == .id ? OptionValueRule.id : nil)
    if findings.diagnostics.count == errors, !context.isRescued, let literal = value.literalValue,
      let refusal = rule?.refusal(literal, command.name)
    {
      report(refusal.message, value.range, nextStep: refusal.nextStep)
    }
  }

  /// Reports an option that the command does not have, and suggests the option that the user probably meant.
  private func reportUnknownOption(
    _ name: String, _ range: SourceRange, _ value: Expr, _ command: CommandOrStageCall,
    _ declaration: CommandDeclaration
  ) {
    let known = declaration.options.map(\.name)
    reportUnknown(
      "option", name + ":", range, among: known.map { $0 + ":" },
      meant: limit(command, name, value)
        ?? ForeignWords.option(name).flatMap { known.contains(String($0.dropLast())) ? $0 : nil },
      nextStep: known.isEmpty
        ? "\(command.name) has no options" : "\(command.name) has " + known.map { $0 + ":" }.joined(separator: " "))
  }

  /// Checks the value of an option.
  ///
  /// For an option that needs a field, the function reports any other value. For an option that needs text, it reports
  /// an unknown word without quotes. A literal must also have the option's type and obey the option's rule.
  private func check(_ option: CommandDeclaration.Option, _ value: Expr, of command: CommandOrStageCall) {
    if option.shape == .field, value.path?.contains(".") ?? true {
      report(
        "the option \(option.name): needs the name of one field", value.range,
        nextStep: "\(option.name): .\(fieldName(value) ?? "email")")
      findings.refused.append(value.range)
    }
    if [.string, .strings].contains(option.shape) || !option.words.isEmpty {
      refuseBareText(value, among: option.words)
    }
    checkValue(value, option, of: command)
  }

  /// Returns the field name in a word without a dot or in a string, such as `text` in the string `".text"`.
  ///
  /// Returns nil for other values.
  private func fieldName(_ value: Expr) -> String? {
    if let name = value.bareName { return name.contains(".") ? nil : name }
    guard let text = value.literalText, case let name = String(text.drop { $0 == "." }), name.isName else { return nil }
    return name
  }

  /// Checks a literal value of an option against the type and the rule of the option.
  ///
  /// A value can need a second option in the same call. If the second option is missing, the function reports the
  /// value.
  private func checkValue(_ value: Expr, _ option: CommandDeclaration.Option, of command: CommandOrStageCall) {
    let errors = findings.diagnostics.count
    if refusesFieldAsText(value, option) { return }
    if refusesWord(value, option, command.name) { return }
    checkLiteral(value, option, of: command.name)
    guard findings.diagnostics.count == errors else { return }
    if let literal = value.literalValue, let refusal = option.rule?.refusal(literal, command.name.asOptionOwner) {
      return report(refusal.message, value.range(at: refusal.path), nextStep: refusal.nextStep)
    }
    if let companion = option.companion, companion.isMissing(for: value, command) {
      if let field = companion.wrongField(command) {
        reportKeyThatIsNoField(field, option, of: command.name)
      } else {
        report(companion.message(command.name.asOptionOwner), value.range, nextStep: companion.nextStep)
      }
    }
    if option.name == "journal", case .string(let path)? = value.literalValue {
      warnOfReuse(ofJournal: path, value.range)
    }
  }

  /// Warns if a statement with a journal is in a loop, or if an earlier statement uses the same journal.
  ///
  /// A journal records the changes of one statement, so several statements can't share a journal.
  private func warnOfReuse(ofJournal path: String, _ range: SourceRange) {
    if context.loopDepth + context.eachDepth > 0 {
      warnThoroughly(
        "only the first iteration of the loop can use this journal; later iterations find the journal complete or in use",
        range,
        nextStep: "use one journal for the whole loop: ... | each journal: \"...\" key: it do ... end")
    } else if let first = findings.journals[path], first != range {
      warnThoroughly(
        "the statement on line \(source.place(of: first.lower).line) uses this journal too", range,
        nextStep: "give each statement a journal of its own")
    } else {
      findings.journals[path] = range
    }
  }

  /// Reports a field where an option needs the field's name as a string: `sort: -.id` in place of `sort: "-id"`.
  ///
  /// The function returns true if it reports an error.
  private func refusesFieldAsText(_ value: Expr, _ option: CommandDeclaration.Option) -> Bool {
    guard !context.hasElement, option.shape == .strings || option.name == "fields" else { return false }
    let (path, sign) = if case .negate(let operand) = value.kind { (operand.path, "-") } else { (value.path, "") }
    guard let path, source.text(value.range).drop(while: { $0 == "-" }).first == "." else { return false }
    report(
      "the option \(option.name): takes names as strings", value.range, nextStep: "\(option.name): \"\(sign)\(path)\"")
    findings.refused.append(value.range)
    return true
  }

  /// Returns the replacement for an option that only other languages have: `... | take 5` for `limit: 5`.
  ///
  /// Returns nil for other options.
  private func limit(_ command: CommandOrStageCall, _ name: String, _ value: Expr) -> String? {
    guard ["limit", "top", "take", "first"].contains(name), case .number = value.kind else { return nil }
    let count = source.text(value.range)
    switch command.name {
    case "stream", "related": return "... | take \(count)"
    case "index": return "page: {number: 1, size: \(count)}"
    default: return nil
    }
  }

  /// Reports a literal that is not one of the words that an option accepts.
  ///
  /// If the option accepts only strings, the function also reports literals of other types. The function returns true
  /// if it reports an error.
  func refusesWord(_ value: Expr, _ option: CommandDeclaration.Option, _ command: String) -> Bool {
    guard !option.words.isEmpty, let literal = CommandDeclaration.ArgumentType(literal: value) else { return false }
    guard literal == .string else {
      guard option.shape == .string else { return false }
      report(
        "the option \(option.name): of \(command.asOptionOwner) needs a string, not a \(literal.rawValue)", value.range,
        nextStep: Self.wordStep(option.name, source.text(value.range), option.words))
      return true
    }
    guard let word = value.literalText, !option.words.contains(word) else { return false }
    // The option `as:` also accepts names of formats that are not in the option's list of words, such as `jsonl`.
    if option.name == "as", (try? FileFormat(path: "", named: word)) != nil { return false }
    let isDuration = option.name == "timeout" && CommandDeclaration.ArgumentType.isDuration(word)
    report(
      "the option \(option.name): must be \(option.alternatives), not \(word.quoted)", value.range,
      nextStep: isDuration ? "\(option.name): \(word)" : Self.wordStep(option.name, word, option.words))
    return true
  }

  /// Returns the suggestion for a value that an option does not accept: the most similar word, or an example.
  static func wordStep(_ option: String, _ value: String, _ words: [String]) -> String {
    if option == "separator", value == "\t" { return "as: \"tsv\"" }
    return nearest(to: value, among: words).map { "did you mean \($0.quoted)?" }
      ?? "\(option): \(words[words.count - 1].quoted)"
  }

  /// Reports a space between a number and its unit, as in `sleep 5 s` and `timeout: 5 seconds`.
  ///
  /// The function returns true if it reports an error.
  func refusesSpacedUnit(_ arguments: [Argument], of word: String) -> Bool {
    for (argument, next) in zip(arguments, arguments.dropFirst()) {
      guard case .number = argument.expression.kind, case .positional(let expression) = next,
        case .name(let name) = expression.kind, let unit = ForeignWords.unit(name), unknownName(expression) != nil
      else { continue }
      let option =
        if case .option(let name, _, _) = argument { name + ": " } else { arguments.count == 2 ? word + " " : "" }
      report(
        "a duration has no space", argument.expression.range.through(expression.range),
        nextStep: "\(option)\(source.text(argument.expression.range))\(unit)")
      return true
    }
    return false
  }

  /// Reports a literal that is not a valid value of a positional argument.
  ///
  /// `isFirst` says whether the argument is the first parameter of the command.
  private func checkLiteral(_ value: Expr, _ shape: CommandDeclaration.ArgumentType, of command: String, isFirst: Bool)
  {
    guard let literal = CommandDeclaration.ArgumentType(literal: value), !shape.takes(literal) else { return }
    let prefix = isFirst ? "\(command) " : ""
    report(
      "\(command) needs \(shape.wanted), not a \(literal.rawValue)", value.range,
      nextStep: clientStep(shape, literal, value, prefix)
        ?? shape.example(for: literal, source.text(value.range)).map { prefix + $0 })
  }

  /// Reports a literal that is not a valid value of an option.
  private func checkLiteral(_ value: Expr, _ option: CommandDeclaration.Option, of command: String) {
    let (shape, subject) = (option.shape, "the option \(option.name): of \(command.asOptionOwner)")
    if value.kind == .null, !shape.takesNull {
      return report(
        "\(subject) needs \(shape.wanted), not null", value.range,
        nextStep: "remove the argument, or give it \(shape.wanted)")
    }
    guard let literal = CommandDeclaration.ArgumentType(literal: value), !shape.takes(literal) else { return }
    let example = shape.example(for: literal, source.text(value.range)).map { "\(option.name): \($0)" }
    let step: String? =
      switch shape {
      case .record where option.example != nil, .strings where literal == .record || literal == .boolean:
        option.form
      default: clientStep(shape, literal, value, "\(option.name): ") ?? example ?? option.form
      }
    report("\(subject) needs \(shape.wanted), not a \(literal.rawValue)", value.range, nextStep: step)
  }

  /// Returns the next step for an argument that must be a client or a connection; nil for other arguments.
  private func clientStep(
    _ shape: CommandDeclaration.ArgumentType, _ literal: CommandDeclaration.ArgumentType, _ value: Expr,
    _ prefix: String
  ) -> String? {
    switch shape {
    case .client: "let posts = client queue: \"posts\""
    case .connection:
      "let c = connect \"URI\" name: \(literal == .string ? source.text(value.range) : "\"NAME\""), then \(prefix)c"
    default: nil
    }
  }
}

extension Expr {
  /// Returns the source range of a part of a literal record.
  ///
  /// `path` has the names of the fields that lead to the part. If a field is missing, the function returns the range of
  /// the innermost part that exists.
  func range(at path: [String]) -> SourceRange {
    guard let name = path.first, case .record(let entries) = kind else { return range }
    return entries.first { $0.name == name }?.value.range(at: Array(path.dropFirst())) ?? range
  }

  /// The text of a literal string without interpolations; nil for other expressions.
  var literalText: String? {
    guard case .string(let parts) = kind else { return nil }
    if parts.isEmpty { return "" }
    guard parts.count == 1, case .literal(let text) = parts[0] else { return nil }
    return text
  }
}

extension CommandDeclaration.ArgumentType {
  /// Creates the type of a literal; returns nil for `null`, and for an expression that is not a literal.
  init?(literal expression: Expr) {
    switch expression.kind {
    case .number: self = .number
    case .string: self = .string
    case .bool: self = .boolean
    case .duration: self = .duration
    case .list: self = .list
    case .record: self = .record
    case .regex: self = .pattern
    case .negate(let operand):
      guard let type = Self(literal: operand), type == .number || type == .duration else { return nil }
      self = type
    default: return nil
    }
  }

  /// Whether the check of a literal's type accepts `null` for an argument of this type.
  ///
  /// If true, `null` is a valid value, or another check reports it.
  var takesNull: Bool { [.any, .path, .field, .condition].contains(self) }

  /// Returns whether a literal of the type `literal` is valid for an argument of this type.
  func takes(_ literal: CommandDeclaration.ArgumentType) -> Bool {
    switch self {
    case .any, .path, .field, .condition: true
    case .strings: literal == .string || literal == .list
    case .id: literal == .string || literal == .number || literal == .record
    case .client, .connection: false
    default: self == literal
    }
  }

  /// A description of the type for messages, with an article: `a string or a list of strings`.
  var wanted: String {
    switch self {
    case .any: "any value"
    case .strings: "a string or a list of strings"
    case .id: "an id (a string, an integer or a resource)"
    case .client: "a client"
    case .path, .field: "a field"
    case .condition: "a condition"
    default: "a \(rawValue)"
    }
  }

  /// Returns an example argument of this type, for an error about a literal with a wrong type.
  ///
  /// `text` is the source text of the literal. For a duration and the literal `5`, the example is `5s`. Returns nil for
  /// a type without an example, such as a client or a field.
  func example(for literal: CommandDeclaration.ArgumentType, _ text: String) -> String? {
    switch self {
    case .duration:
      literal == .number
        ? (Double(digits: text) ?? 0) > 0 ? "\(text)s" : "10s"
        : Self.isDuration(text.dropFirst().dropLast()) ? String(text.dropFirst().dropLast()) : "10s"
    case .string, .strings: literal == .number || literal == .duration ? "\"\(text)\"" : "\"...\""
    case .number:
      literal == .string && JSONNumber(text: String(text.dropFirst().dropLast())) != nil
        ? String(text.dropFirst().dropLast())
        : text.firstMatch(of: #/[1-9][0-9]*/#).map { String($0.output) } ?? "10"
    case .boolean: text == "\"false\"" || text == "0" ? "false" : "true"
    case .list: "[\(text)]"
    case .id: literal == .list ? "for each element, write \(text) | ..." : "\"12\""
    case .pattern: "/.../"
    case .record: "{NAME: VALUE}"
    case .any, .client, .connection, .path, .field, .condition: nil
    }
  }

  /// Returns whether a text is a duration longer than zero, such as `5s`.
  static func isDuration(_ text: some StringProtocol) -> Bool {
    String(text).contains(#/^[1-9][0-9]*(ms|s|m|h|d)$/#)
  }

  /// Returns an example of a value of this type, built from a number.
  ///
  /// For example, the number 5 gives `5s` if the type is a duration.
  ///
  /// Returns nil if `value` is not a number.
  func example(for value: Value) -> String? {
    guard case .number(let number) = value else { return nil }
    return example(for: .number, number.text)
  }
}
