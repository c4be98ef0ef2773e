import JSONText
import Language
import Values

/// The arguments of a sink: those asked once, and those asked of each element.
struct SinkArguments: Sendable {
  private let template: Arguments
  private let client: (argument: Language.Argument, code: Code)?
  private let places: [(argument: Language.Argument, code: Code)]
  private let options: [(argument: Language.Argument, code: Code)]
  private let key: (code: Code, range: SourceRange)?

  init(_ call: StageCall) {
    template = Arguments(
      name: call.command.name, range: call.command.range, nameRange: call.command.nameRange,
      source: call.compiler.source)
    let positional = call.positional
    client = positional.first.map { first in (.positional(first), call.once(0)) }
    places = positional.dropFirst().map { (.positional($0), call.each($0)) }
    key = call.options.first { $0.name == "key" }.map { (call.each($0.value), $0.value.range) }
    options = call.options.filter { $0.name != "key" }.map { option in
      (
        .option(option.name, option.range, option.value),
        call.compiler.withElement(false) { call.compiler.code(option.value) }
      )
    }
  }

  func once(_ frame: inout Frame) async throws(Fault) -> Arguments {
    var arguments = template
    if let client { arguments.add(client.argument, try await client.code.run(&frame)) }
    for option in options { arguments.add(option.argument, try await option.code.run(&frame)) }
    return arguments
  }

  /// The arguments for an element, which stands where the verb's ID or RECORD does.
  func each(_ once: Arguments, _ element: Value, _ frame: inout Frame) async throws(Fault) -> Arguments {
    var arguments = once
    arguments.positional.append(.init(value: element, range: template.nameRange, expression: nil))
    for place in places { arguments.add(place.argument, try await place.code.run(&frame)) }
    return arguments
  }

  /// Refuses an element whose `key:` another had before: it would be made twice.
  func refuseRepeated(_ keys: inout Set<String>, _ frame: inout Frame) async throws(Fault) {
    guard let key else { return }
    let value = try await key.code.run(&frame)
    guard keys.insert(try Comparison.key(of: value)).inserted else {
      throw Fault(
        .value, "the key \(try value.json().text) stands twice", at: [Fault.Mark(key.range)], in: template.source,
        nextStep: "| unique .FIELD keeps the first of equal ones")
    }
  }
}
