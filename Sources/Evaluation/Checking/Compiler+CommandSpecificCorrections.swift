import Language
import Values

/// Corrects mistakes that users make with one particular command, such as `destroy`.
extension Compiler {
  /// Reports a `key:` whose value is not a field, in a call with an option such as `journal:`.
  ///
  /// With such an option, lookups find the created resources by the field in `key:`.
  func reportKeyThatIsNoField(_ key: Expr, _ option: CommandDeclaration.Option, of name: String) {
    let text = source.text(key.range)
    let field = text.firstMatch(of: #/\.([A-Za-z][\w-]*)/#).map { String($0.1) } ?? "name"
    report(
      "with the option \(option.name):, the option key: of \(name) must be a field, because lookups find the created "
        + "resources by this field", key.range,
      nextStep: "set the field in an earlier stage: | with \(field): \(text) | \(name) ... key: .\(field)")
  }

  /// Returns the correction of a mistake that users make with one particular command.
  ///
  /// For example, the correction of `destroy posts filter: {...}` is `destroy-all posts filter: {...}`. Returns nil if
  /// the function finds no mistake.
  func correctionOfCommand(_ call: CallAndDeclaration) -> MisplacedArgumentError? {
    switch call.command.name {
    case "destroy": destroyWithFilter(call)
    case "create": fieldWithoutBraces(call)
    case "update": fieldWithoutBraces(call) ?? idInRecord(call)
    case "upsert": idBeforeRecord(call)
    case "connect": uriWithoutQuotes(call)
    case "call": parametersWithoutBraces(call)
    default: nil
    }
  }

  /// Corrects `destroy posts filter: {...}` to `destroy-all posts filter: {...}`.
  private func destroyWithFilter(_ call: CallAndDeclaration) -> MisplacedArgumentError? {
    guard let filter = call.command.option("filter"), call.positional.count == 1 else { return nil }
    return MisplacedArgumentError(
      "destroy takes one id", filter.range, "destroy-all \(shown(call.positional[0])) filter: \(shown(filter))")
  }

  /// Corrects a field without the braces of its record: `update posts 1 text "b"`.
  private func fieldWithoutBraces(_ call: CallAndDeclaration) -> MisplacedArgumentError? {
    guard call.positional.count == call.declaration.parameters.count + 1, let field = call.positional.dropLast().last,
      let value = call.positional.last, case .name(let name) = field.kind, unknownName(field) != nil
    else { return nil }
    let before = call.positional.dropLast(2).map(shown).joined(separator: " ")
    return MisplacedArgumentError(
      "a record needs braces", field.range, "\(call.command.name) \(before) {\(name): \(shown(value))}")
  }

  /// Corrects an `update` with the id inside the record: `update posts {id: 1, text: "b"}`.
  private func idInRecord(_ call: CallAndDeclaration) -> MisplacedArgumentError? {
    guard call.positional.count == 2, case .record(let entries) = call.positional[1].kind,
      let id = entries.first(where: { $0.name == "id" })
    else { return nil }
    let fields = entries.filter { $0.name != "id" }.map {
      "\($0.name.map { $0.isName ? $0 : $0.quoted } ?? "NAME"): \(shown($0.value))"
    }
    return MisplacedArgumentError(
      "update takes the id before the record", call.positional[1].range,
      "update \(shown(call.positional[0])) \(shown(id.value)) {\(fields.joined(separator: ", "))}")
  }

  /// Corrects an `upsert` with an id before the record: `upsert posts 1 {text: "b"}`.
  ///
  /// `upsert` finds the resource by a field, not by an id.
  private func idBeforeRecord(_ call: CallAndDeclaration) -> MisplacedArgumentError? {
    guard call.positional.count == 3, case .record(let entries) = call.positional[2].kind,
      let field = entries.first?.name, field.isName
    else { return nil }
    let key = call.command.option("key").map(shown) ?? ".\(field)"
    return MisplacedArgumentError(
      "upsert finds the resource by a field, not by an id", call.positional[1].range,
      "upsert \(shown(call.positional[0])) \(shown(call.positional[2])) key: \(key)")
  }

  /// Corrects a `call` whose parameters are not in the braces of a record: `call posts "show" id: 1`.
  private func parametersWithoutBraces(_ call: CallAndDeclaration) -> MisplacedArgumentError? {
    guard call.positional.count == 2, let first = call.unknown.first else { return nil }
    let fields = call.unknown.map { "\($0.name): \(shown($0.value))" }.joined(separator: ", ")
    return MisplacedArgumentError(
      "the parameters of call must be a record", first.value.range,
      "call \(call.positional.map(shown).joined(separator: " ")) {\(fields)}")
  }

  /// Corrects a URI without quotes: `connect embedded:blog`, `connect localhost`, `connect localhost:5672`.
  private func uriWithoutQuotes(_ call: CallAndDeclaration) -> MisplacedArgumentError? {
    let message = "a URI must be in quotes"
    if let place = call.positional.first {
      guard unknownName(place) != nil else { return nil }
      let uri = call.positional.dropFirst().first { $0.literalText != nil }.map(shown)
      let isHost = if case .negate = place.kind { false } else { true }
      let host = isHost ? source.text(place.range) : "localhost"
      return MisplacedArgumentError(
        message, place.range,
        uri.map { "connect \($0)" } ?? "connect \"amqp://\(host)/\", or connect \"embedded:blog\"")
    }
    guard let (name, value) = call.unknown.first else { return nil }
    if name == "embedded" {
      return MisplacedArgumentError(
        message, value.range, "put a URI in quotes: \"\(name):\(source.text(value.range))\"")
    }
    guard case .number(let port) = value.kind else { return nil }
    return MisplacedArgumentError(
      message, value.range, "connect \"amqp://\(name):\(port)/\", or connect \"embedded:blog\"")
  }
}
