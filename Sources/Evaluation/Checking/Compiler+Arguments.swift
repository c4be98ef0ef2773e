import JSONText
import Language
import Values

extension Compiler {
  /// Checks a call's arguments against its declaration.
  func check(_ command: Language.Command, _ declaration: Declaration) {
    if refusesMisplaced(command, declaration) { return }
    let positional = command.arguments.filter { if case .positional = $0 { true } else { false } }
    let needed = declaration.parameters.filter { !$0.isOptional && !$0.repeats }
    if positional.count < needed.count {
      let missing = needed[positional.count]
      report(
        "\(command.name) needs \(missing.name)", command.nameRange, nextStep: "\(declaration.signature)")
    }
    let repeats = declaration.parameters.last?.repeats ?? false
    if positional.count > declaration.parameters.count, !repeats {
      let surplus = positional[declaration.parameters.count].expression
      report("\(command.name) has no parameter for this", surplus.range, nextStep: declaration.signature)
    }
    for option in declaration.options where option.isRequired && command.option(option.name) == nil {
      report(
        "\(command.name) needs \(option.name):", command.nameRange, nextStep: option.form)
    }
    for (argument, parameter) in zip(positional, declaration.parameters) {
      if [.string, .strings].contains(parameter.shape) { refuseBareText(argument.expression) }
      checkLiteral(
        argument.expression, parameter.shape, command.name,
        isAlone: parameter.name == declaration.parameters.first?.name)
    }
    for case .option(let name, let range, let value) in command.arguments {
      guard let option = declaration.options.first(where: { $0.name == name }) else {
        if declaration.takesAnyOption { continue }
        let known = declaration.options.map(\.name)
        reportUnknown(
          "option", name + ":", range, among: known.map { $0 + ":" },
          meant: ForeignWords.option(name).flatMap { known.contains(String($0.dropLast())) ? $0 : nil },
          hint: known.isEmpty
            ? "\(command.name) has no options" : "it has " + known.map { $0 + ":" }.joined(separator: " "))
        continue
      }
      if option.shape == .field, value.path?.contains(".") ?? true {
        report(
          "\(name): needs one field, by its name", value.range,
          nextStep: "\(name): .\(value.bareName.flatMap { $0.contains(".") ? nil : $0 } ?? "email")")
        findings.refused.append(value.range)
      }
      if [.string, .strings].contains(option.shape) || !option.words.isEmpty {
        refuseBareText(value, among: option.words)
      }
      checkLiteral(value, option.shape, "\(command.name) \(name):", summary: option.summary)
    }
  }

  /// Reports a literal of the wrong type.
  private func checkLiteral(
    _ expression: Expr, _ shape: Declaration.ArgumentType, _ place: String, isAlone: Bool = true, summary: String? = nil
  ) {
    guard let literal = Declaration.ArgumentType(literal: expression), !shape.takes(literal) else { return }
    let (text, option) = (source.text(expression.range), place.split(separator: " ").last.map(String.init) ?? "")
    let prefix = summary != nil ? option + " " : isAlone ? "\(place) " : ""
    let step: String? =
      switch shape {
      case .client: "let posts = client queue: \"posts\""
      case .connection: "let c = connect \"URI\" name: \(literal == .string ? text : "\"NAME\""), then \(prefix)c"
      default: shape.example(for: literal, text).map { prefix + $0 } ?? summary.map { Declaration.form(option, $0) }
      }
    report("\(place) needs \(shape.wanted), not a \(literal.rawValue)", expression.range, nextStep: step)
  }
}

extension Declaration.ArgumentType {
  /// Creates the type of a literal; nil for an expression whose type is known only at run time.
  init?(literal expression: Expr) {
    switch expression.kind {
    case .number: self = .number
    case .string: self = .string
    case .bool: self = .boolean
    case .duration: self = .duration
    case .list: self = .list
    case .record: self = .record
    default: return nil
    }
  }

  /// Whether a literal of a type is valid for an argument of this type.
  func takes(_ literal: Declaration.ArgumentType) -> Bool {
    switch self {
    case .any, .path, .field, .condition: true
    case .strings: literal == .string || literal == .list
    case .id: literal == .string || literal == .number || literal == .record
    case .client, .connection, .pattern: false
    default: self == literal
    }
  }

  /// The type in words, with an article: `a string or a list of strings`.
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

  /// Returns the source text of a value of this type, built from a literal of another type; nil if there is no good
  /// example.
  func example(for literal: Declaration.ArgumentType, _ text: String) -> String? {
    switch self {
    case .duration:
      literal == .number
        ? "\(text)s"
        : text.dropFirst().dropLast().contains(#/^[1-9][0-9]*(ms|s|m|h|d)$/#)
          ? String(text.dropFirst().dropLast()) : "10s"
    case .string, .strings: literal == .number || literal == .duration ? "\"\(text)\"" : "\"...\""
    case .number:
      literal == .string && JSONNumber(text: String(text.dropFirst().dropLast())) != nil
        ? String(text.dropFirst().dropLast())
        : text.firstMatch(of: #/[1-9][0-9]*/#).map { String($0.output) } ?? "10"
    case .boolean: text == "\"false\"" || text == "0" ? "false" : "true"
    case .list: "[\(text)]"
    case .id: "\"12\""
    case .pattern: "/.../"
    case .any, .record, .client, .connection, .path, .field, .condition: nil
    }
  }

  /// Returns the source text of a value of this type, built from `value` if that is a number; nil if it is not.
  func example(for value: Value) -> String? {
    guard case .number(let number) = value else { return nil }
    return example(for: .number, number.text)
  }
}
