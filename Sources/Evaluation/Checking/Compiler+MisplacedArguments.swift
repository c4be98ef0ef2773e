import Language
import Values

/// Reports positional arguments that belong to an option or to a record, and options that should be positional
/// arguments.
extension Compiler {
  /// Reports misplaced arguments in one error, with the correct form, if it is clear what was meant; otherwise returns
  /// false.
  ///
  /// `client "posts"` means `client queue: "posts"`, `create posts text: "a"` means `create posts {text: "a"}`, and
  /// `show posts id: 1` means `show posts 1`.
  func refusesMisplaced(_ command: Language.Command, _ declaration: Declaration) -> Bool {
    guard !declaration.takesAnyOption || declaration.parameters.isEmpty else { return false }
    let positional = command.arguments.compactMap { if case .positional(let place) = $0 { place } else { nil } }
    let unknown = command.arguments.compactMap { argument -> (name: String, value: Expr)? in
      guard case .option(let name, _, let value) = argument else { return nil }
      return declaration.options.contains { $0.name == name } ? nil : (name, value)
    }
    for (place, next) in zip(positional, positional.dropFirst()) {
      guard case .name(let name) = place.kind, declaration.options.contains(where: { $0.name == name }),
        unknownName(place) != nil
      else { continue }
      let takesText = declaration.options.contains {
        $0.name == name && ([.string, .strings].contains($0.shape) || !$0.words.isEmpty)
      }
      let value = takesText && unknownName(next) != nil ? source.text(next.range).quoted : shown(next)
      return refuse("an option needs a colon", place.range, "\(name): \(value)", command)
    }
    let places = declaration.parameters.filter { $0.shape != .path }.count
    if let place = positional.dropFirst(places).first(where: isStageName) {
      let before = source.text(SourceRange(command.range.lower, place.range.lower))
      let after = source.text(SourceRange(place.range.lower, command.range.upper))
      return refuse(
        "a stage needs | before it", place.range,
        before.contains("://") || after.contains("://")
          ? "... | \(source.text(place.range)) ..." : "\(before)| \(after)",
        command)
    }
    if let last = positional.last, positional.count > declaration.parameters.count, case .name(let name) = last.kind,
      declaration.options.contains(where: { $0.name == name && $0.shape == .boolean }), unknownName(last) != nil
    {
      return refuse("an option needs a colon", last.range, "\(name): true", command)
    }
    if command.name == "destroy", let filter = command.option("filter"), positional.count == 1 {
      return refuse(
        "destroy takes one id", filter.range,
        "destroy-all \(shown(positional[0])) filter: \(shown(filter))", command)
    }
    if ["create", "update"].contains(command.name), positional.count == declaration.parameters.count + 1,
      let field = positional.dropLast().last, case .name(let name) = field.kind, unknownName(field) != nil
    {
      let before = positional.dropLast(2).map(shown).joined(separator: " ")
      return refuse(
        "a record needs braces", field.range,
        "\(command.name) \(before) {\(name): \(shown(positional[positional.count - 1]))}", command)
    }
    if command.name == "connect", let (name, value) = unknown.first, name == "embedded", positional.isEmpty {
      return refuse(
        "a URI must be in quotes", value.range, "put a URI in quotes: \"\(name):\(source.text(value.range))\"", command)
    }
    if command.name == "connect", let place = positional.first, unknownName(place) != nil {
      let uri = positional.dropFirst().first(where: { $0.literalText != nil }).map(shown)
      let isHost = if case .negate = place.kind { false } else { true }
      let host = isHost ? source.text(place.range) : "localhost"
      return refuse(
        "a URI must be in quotes", place.range,
        uri.map { "connect \($0)" } ?? "connect \"amqp://\(host)/\", or connect \"embedded:blog\"", command)
    }
    if command.name == "connect", let (name, value) = unknown.first, name != "embedded", positional.isEmpty,
      case .number(let port) = value.kind
    {
      return refuse(
        "a URI must be in quotes", value.range, "connect \"amqp://\(name):\(port)/\", or connect \"embedded:blog\"",
        command)
    }
    if command.name == "call", positional.count == 2, !unknown.isEmpty {
      let fields = unknown.map { "\($0.name): \(shown($0.value))" }.joined(separator: ", ")
      return refuse(
        "the parameters of a call are a record", unknown[0].value.range,
        "call \(positional.map(shown).joined(separator: " ")) {\(fields)}", command)
    }
    if command.name == "update", positional.count == 2, case .record(let entries) = positional[1].kind,
      let id = entries.first(where: { $0.name == "id" })
    {
      let fields = entries.filter { $0.name != "id" }.map {
        "\($0.name.map { $0.isName ? $0 : $0.quoted } ?? "NAME"): \(shown($0.value))"
      }
      return refuse(
        "update takes the id before the record", positional[1].range,
        "update \(shown(positional[0])) \(shown(id.value)) {\(fields.joined(separator: ", "))}", command)
    }
    let needed = declaration.parameters.filter { !$0.isOptional && !$0.repeats }
    if let missing = needed.dropFirst(positional.count).first, !unknown.isEmpty, !declaration.takesAnyOption {
      guard let form = form(missing, unknown) else { return false }
      return refuse(
        "\(command.name) needs \(missing.name)", command.nameRange,
        ([command.name] + positional.map(shown) + [form]).joined(separator: " "), command)
    }
    guard positional.count > declaration.parameters.count, !(declaration.parameters.last?.repeats ?? false) else {
      return false
    }
    var surplus = Array(positional.dropFirst(declaration.parameters.count))
    if declaration.takesAnyOption, case .record(let entries) = surplus[0].kind {
      let options = entries.map { "\($0.name ?? "NAME"): \(shown($0.value))" }
      return refuse(
        "\(command.name) takes names with values, not a record", surplus[0].range,
        ([command.name] + options).joined(separator: " "), command)
    }
    if ["first", "last"].contains(command.name), case .number(let count) = surplus[0].kind {
      return refuse(
        "\(command.name) takes one element", surplus[0].range,
        command.name == "first" ? "take \(count)" : "reverse | take \(count)", command)
    }
    guard let option = declaration.options.first(where: { $0.isRequired && command.option($0.name) == nil }) else {
      return false
    }
    if case .name(option.name) = surplus[0].kind, surplus.count > 1 { surplus.removeFirst() }
    let value = surplus[0]
    let isBare = if case .name = value.kind { option.shape == .string } else { false }
    return refuse(
      "\(command.name) needs \(option.name):", value.range,
      "\(option.name): \(isBare ? "\"\(source.text(value.range))\"" : shown(value))", command)
  }

  /// Whether an expression is an unknown name that is the name of a stage.
  private func isStageName(_ expression: Expr) -> Bool {
    guard case .name(let name) = expression.kind, Stage.named(name) != nil else { return false }
    return unknownName(expression) != nil
  }

  private func refuse(_ message: String, _ range: SourceRange, _ step: String, _ command: Language.Command) -> Bool {
    report(message, range, nextStep: step)
    findings.refused.append(command.range)
    return true
  }

  /// Returns the source text of a missing argument, built from the unknown options that were given instead of the
  /// argument; nil if the options have no such meaning.
  private func form(_ missing: Declaration.Parameter, _ unknown: [(name: String, value: Expr)]) -> String? {
    switch missing.name {
    case "RECORD": return "{" + unknown.map { "\($0.name): \(shown($0.value))" }.joined(separator: ", ") + "}"
    case "ID" where unknown.count == 1 && unknown[0].name == "id": return shown(unknown[0].value)
    case "URI": return nil
    default: return nil
    }
  }

  /// Returns the source text of an argument, or dots if it may contain a password.
  private func shown(_ expression: Expr) -> String {
    let text = source.text(expression.range)
    return text.contains("://") ? "..." : text
  }
}
