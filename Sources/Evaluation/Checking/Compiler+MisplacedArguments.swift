import Language
import Values

/// Reports arguments in a wrong position or form.
///
/// For example, `client "posts"` has a positional argument in place of the option `queue:`.
extension Compiler {
  /// A call whose arguments the check compares with the declaration of the command.
  struct CallAndDeclaration {
    let command: CommandOrStageCall
    let declaration: CommandDeclaration
    let positional: [Expr]
    /// The unknown options of the call: the declaration has no options with these names.
    let unknown: [(name: String, value: Expr)]

    fileprivate init(_ command: CommandOrStageCall, _ declaration: CommandDeclaration) {
      (self.command, self.declaration) = (command, declaration)
      positional = command.arguments.compactMap { if case .positional(let place) = $0 { place } else { nil } }
      unknown = command.arguments.compactMap { argument in
        guard case .option(let name, _, let value) = argument else { return nil }
        return declaration.options.contains { $0.name == name } ? nil : (name, value)
      }
    }

    /// The positional arguments after the last parameter of the declaration.
    fileprivate var surplus: ArraySlice<Expr> {
      declaration.parameters.last?.repeats ?? false ? [] : positional.dropFirst(declaration.parameters.count)
    }
  }

  /// An error about an argument in a wrong position or form, with the correct form as its suggestion.
  struct MisplacedArgumentError {
    let message: String
    let range: SourceRange
    let nextStep: String

    init(_ message: String, _ range: SourceRange, _ nextStep: String) {
      (self.message, self.range, self.nextStep) = (message, range, nextStep)
    }
  }

  /// Reports an argument in a wrong position or form if the check can suggest the correct form.
  ///
  /// For example, the error suggests `client queue: "posts"` for `client "posts"`, and `show posts 1` for
  /// `show posts id: 1`. The function returns true if it reports an error.
  func refusesMisplaced(_ command: CommandOrStageCall, _ declaration: CommandDeclaration) -> Bool {
    guard !declaration.takesAnyOption || declaration.parameters.isEmpty else { return false }
    let call = CallAndDeclaration(command, declaration)
    let corrections = [
      idAfterBar, optionWithoutColon, stageWithoutBar, flagWithoutColon, correctionOfCommand, recordWithoutClient,
      missingArgument,
      surplusArgument,
    ]
    for correction in corrections {
      guard let found = correction(call) else { continue }
      report(found.message, found.range, nextStep: found.nextStep)
      findings.refused.append(command.range)
      return true
    }
    return false
  }

  /// Corrects a superfluous id in a stage: `... | link posts 1 "tags"`.
  ///
  /// In a stage, the element of the pipeline is the id.
  private func idAfterBar(_ call: CallAndDeclaration) -> MisplacedArgumentError? {
    guard let stage = BuiltInStage.named(call.command.name)?.declaration,
      let full = BuiltInCommand.named(call.command.name),
      stage.parameters.count == call.declaration.parameters.count,
      full.declaration.parameters.count == stage.parameters.count + 1,
      full.declaration.parameters.dropFirst().first?.shape == .id,
      call.positional.count > 1,
      call.positional.count <= full.declaration.parameters.count
    else { return nil }
    let id = call.positional[1]
    switch id.kind {
    case .number: break
    case .string where call.positional.count == full.declaration.parameters.count: break
    default: return nil
    }
    let before = SourceRange(call.command.range.lower, call.positional[0].range.upper)
    let after = SourceRange(id.range.upper, call.command.range.upper)
    return MisplacedArgumentError(
      "after |, the id comes from the element", id.range,
      "remove this id: | \(source.text(before))\(source.text(after)); or write a statement for this id alone: "
        + source.text(call.command.range)
    )
  }

  /// Corrects an option without its colon: `index posts include author`.
  private func optionWithoutColon(_ call: CallAndDeclaration) -> MisplacedArgumentError? {
    let options = call.declaration.options
    func option(_ place: Expr) -> CommandDeclaration.Option? {
      let word = if case .negate(let operand) = place.kind { operand } else { place }
      guard case .name(let name) = word.kind, unknownName(word) != nil else { return nil }
      return options.first { $0.name == name }
    }
    if let last = call.positional.last, let option = option(last), let (name, value) = call.unknown.first {
      let text = option.shape == .record ? "{\(name): \(shown(value))}" : name.quoted
      return MisplacedArgumentError("an option needs a colon", last.range, "\(option.name): \(text)")
    }
    for (place, next) in zip(call.positional, call.positional.dropFirst()) {
      guard let name = option(place)?.name else { continue }
      let takesText = options.contains {
        $0.name == name && ([.string, .strings].contains($0.shape) || !$0.words.isEmpty)
      }
      let value = takesText && unknownName(next) != nil ? source.text(next.range).quoted : shown(next)
      return MisplacedArgumentError("an option needs a colon", place.range, "\(name): \(value)")
    }
    return nil
  }

  /// Corrects a stage without the `|` before it: `stream posts take 5`.
  private func stageWithoutBar(_ call: CallAndDeclaration) -> MisplacedArgumentError? {
    let places = call.declaration.parameters.filter { $0.shape != .path }.count
    for (index, place) in call.positional.enumerated().dropFirst(places) {
      guard let stage = stageName(place, before: call.positional.dropFirst(index + 1).first) else { continue }
      let before = source.text(SourceRange(call.command.range.lower, place.range.lower))
      let after = source.text(SourceRange(place.range.upper, call.command.range.upper))
      return MisplacedArgumentError(
        "a stage needs | before it", place.range,
        before.contains("://") || after.contains("://") ? "... | \(stage) ..." : "\(before)| \(stage)\(after)")
    }
    return nil
  }

  /// Corrects a record without the client before the record: `create {text: "a"}`.
  private func recordWithoutClient(_ call: CallAndDeclaration) -> MisplacedArgumentError? {
    guard call.declaration.parameters.map(\.name) == ["CLIENT", "RECORD"], call.positional.count == 1,
      case .record = call.positional[0].kind
    else { return nil }
    let name = call.command.name
    return MisplacedArgumentError(
      "\(name) needs a client before the record", call.positional[0].range,
      "\(name) CLIENT \(shown(call.positional[0]))")
  }

  /// Corrects a boolean option without its value: `destroy-all posts filter: {} confirm`.
  private func flagWithoutColon(_ call: CallAndDeclaration) -> MisplacedArgumentError? {
    guard let last = call.positional.last, call.positional.count > call.declaration.parameters.count,
      case .name(let name) = last.kind, unknownName(last) != nil,
      call.declaration.options.contains(where: { $0.name == name && $0.shape == .boolean })
    else { return nil }
    return MisplacedArgumentError("an option needs a colon", last.range, "\(name): true")
  }

  /// Corrects an option in place of a required positional argument: `show posts id: 1`.
  private func missingArgument(_ call: CallAndDeclaration) -> MisplacedArgumentError? {
    let needed = call.declaration.parameters.filter { !$0.isOptional && !$0.repeats }
    guard let missing = needed.dropFirst(call.positional.count).first, !call.unknown.isEmpty,
      !call.declaration.takesAnyOption, let form = form(missing, call.unknown)
    else { return nil }
    return MisplacedArgumentError(
      "\(call.command.name) needs the argument \(missing.name)", call.command.nameRange,
      ([call.command.name] + call.positional.map(shown) + [form]).joined(separator: " "))
  }

  /// Corrects a positional argument after the last parameter: `client "posts"`, `with {a: 1}`, `first 3`.
  private func surplusArgument(_ call: CallAndDeclaration) -> MisplacedArgumentError? {
    guard let first = call.surplus.first else { return nil }
    let name = call.command.name
    if call.declaration.takesAnyOption, case .record(let entries) = first.kind {
      let options = entries.map { "\($0.name ?? "NAME"): \(shown($0.value))" }
      return MisplacedArgumentError(
        "the stage `\(name)` needs the form NAME: VALUE, not a record", first.range,
        ([name] + options).joined(separator: " "))
    }
    if ["first", "last"].contains(name), case .number(let count) = first.kind {
      return MisplacedArgumentError(
        "the stage `\(name)` returns one element", first.range,
        name == "first" ? "take \(count)" : "reverse | take \(count)")
    }
    guard let option = call.declaration.options.first(where: { $0.isRequired && call.command.option($0.name) == nil })
    else { return nil }
    if option.shape == .field, first.bareName == nil, first.path == nil { return nil }
    let isNamed = if case .name(option.name) = first.kind { true } else { false }
    let value = isNamed ? call.surplus.dropFirst().first ?? first : first
    let isBare = if case .name = value.kind { option.shape == .string } else { false }
    return MisplacedArgumentError(
      "\(name) needs the option \(option.name):", value.range,
      "\(option.name): \(isBare ? "\"\(source.text(value.range))\"" : shown(value))")
  }

  /// Returns the stage that the user probably meant with an unknown name; nil for other expressions.
  ///
  /// The name can be the name of a stage. Before a number, the name can also be a synonym, such as `limit` in
  /// `limit 5`.
  private func stageName(_ expression: Expr, before next: Expr?) -> String? {
    guard case .name(let name) = expression.kind, unknownName(expression) != nil else { return nil }
    if BuiltInStage.named(name) != nil { return name }
    guard case .number? = next?.kind else { return nil }
    return ForeignWords.stage(name)
  }

  /// Builds the source text of a missing argument from options that the command does not have.
  ///
  /// For example, returns `{text: "a"}` for the option `text: "a"` in place of a record. Returns nil if the options
  /// can't replace the argument.
  private func form(_ missing: CommandDeclaration.Parameter, _ unknown: [(name: String, value: Expr)]) -> String? {
    switch missing.name {
    case "RECORD": "{" + unknown.map { "\($0.name): \(shown($0.value))" }.joined(separator: ", ") + "}"
    case "ID" where unknown.count == 1 && unknown[0].name == "id": shown(unknown[0].value)
    default: nil
    }
  }

  /// Returns the source text of an argument, or `...` if the text can contain a password.
  ///
  /// A text with `://` can be a URI, which can contain a password.
  func shown(_ expression: Expr) -> String {
    let text = source.text(expression.range)
    return text.contains("://") ? "..." : text
  }
}
