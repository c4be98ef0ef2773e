import JSONText
import Language
import Values

/// The arguments of a stage that acts on each element, such as `update`.
///
/// The stage evaluates CLIENT and the options once. It evaluates `key:` and the other positional arguments for each
/// element.
struct ElementStageArguments: Sendable {
  private let template: Arguments
  private let client: CompiledArgument?
  private let places: [CompiledArgument]
  private let options: [CompiledArgument]
  private let key: (code: CompiledExpression, range: SourceRange)?
  /// The path of the field that the option `key:` reads: `id` for `key: .id`.
  ///
  /// Nil without the option, and if the option's value is not a field.
  let keyField: String?
  /// The expression of the option `key:`, such as `.id` or `lower(.email)`; nil without the option.
  ///
  /// Each sequence of white space is one space.
  let keyText: String?

  init(_ call: UncompiledStageCall) {
    template = Arguments(
      name: call.command.name, range: call.command.range, nameRange: call.command.nameRange,
      source: call.compiler.source)
    let positional = call.positional
    client = positional.first.map { first in
      CompiledArgument(.positional(first), .value(call.repeatable(first) { call.once(0) }))
    }
    places = positional.dropFirst().map { place in
      CompiledArgument(.positional(place), .value(call.repeatable(place) { call.each(place) }))
    }
    let named = call.options.first { $0.name == "key" }
    key = named.map { key in (call.repeatable(key.value) { call.each(key.value) }, key.value.range) }
    keyField = named?.value.path
    keyText = named.map { call.compiler.source.text($0.value.range).split(whereSeparator: \.isWhitespace) }
      .map { $0.joined(separator: " ") }
    options = call.options.filter { $0.name != "key" }.map { option in
      CompiledArgument(
        .option(option.name, option.range, option.value),
        .value(
          call.repeatable(option.value) { call.compiler.withElement(false) { call.compiler.code(option.value) } }))
    }
  }

  func once(_ frame: inout ExecutionFrame) async throws(Fault) -> Arguments {
    var arguments = template
    if let client { try await client.add(to: &arguments, &frame) }
    for option in options { try await option.add(to: &arguments, &frame) }
    return arguments
  }

  /// Whether the call has the option `key:`.
  var hasKey: Bool { key != nil }

  /// Whether the stage evaluates an argument for each element: the option `key:`, or an argument after CLIENT.
  var dependOnElement: Bool { hasKey || !places.isEmpty }

  /// Returns the arguments for an element: the arguments that the stage evaluates once, and the element itself.
  ///
  /// The element replaces the id or the record that the command with the same name needs.
  /// ``addPlaces(to:_:)`` adds the arguments that the stage evaluates for each element.
  func each(_ once: Arguments, _ element: Value) -> Arguments {
    var arguments = once
    arguments.element = element
    return arguments
  }

  /// Evaluates the positional arguments after CLIENT for the current element, and adds them to `arguments`.
  func addPlaces(to arguments: inout Arguments, _ frame: inout ExecutionFrame) async throws(Fault) {
    for place in places { try await place.add(to: &arguments, &frame) }
  }

  /// Returns the value of the option `key:` for the current element; nil if the option is missing.
  ///
  /// - Throws: A `value` error if the key is null.
  func key(_ frame: inout ExecutionFrame) async throws(Fault) -> ElementKey? {
    guard let key else { return nil }
    let value = try await key.code.run(&frame)
    guard !value.isNull else { throw nullKey(key.range) }
    return try ElementKey(value)
  }

  /// Returns the value of the option `key:` for the current element, as text; nil if the option is missing.
  ///
  /// - Throws: A `value` error if the key is null, or if an earlier element had the same key.
  func key(_ keys: inout SeenElementKeys, _ frame: inout ExecutionFrame) async throws(Fault) -> String? {
    guard let key = try await key(&frame) else { return nil }
    if let repetition = keys.insert(key) { throw repeated(key, repetition) }
    return key.text
  }

  /// Creates the error for an element whose key is null.
  private func nullKey(_ range: SourceRange) -> Fault {
    Fault(
      .value, "the key is null", at: [MarkedSourceRange(range)], in: template.source,
      nextStep: "remove such elements first: | where \(template.source.text(range)) != null")
  }

  /// Creates the error for a key that two elements have.
  func repeated(_ key: ElementKey, _ repetition: SeenElementKeys.RepetitionReason) -> Fault {
    let text = self.key.map { template.source.text($0.range) } ?? "it"
    let (message, expression) =
      switch repetition {
      case .sameValue: ("the key \(key.json) occurs twice", text)
      case .sameText: ("the key \(key.json) occurs twice if compared as text", "string(\(text))")
      }
    return Fault(
      .value, message, at: [MarkedSourceRange(self.key?.range ?? template.range)], in: template.source,
      nextStep: "keep only the first element with each key: | unique \(expression)"
    ).markedAsRepetition()
  }
}

/// The value of the option `key:` for an element.
struct ElementKey {
  /// The value as the text that identifies the element: `5` for the number 5 and for the string "5".
  let text: String
  /// The value for the comparison with other values; nil for a string, which only its text identifies.
  fileprivate let comparable: EqualityKey?
  private let value: Value

  init(_ value: Value) throws(Fault) {
    (text, self.value) = (try value.exactText(), value)
    comparable = if case .string = value { nil } else { try Comparison.key(of: value) }
  }

  /// The value as JSON, for messages.
  var json: String { (try? value.json().text) ?? value.label }
}

/// The keys of the elements that a stage has read.
///
/// Journals and lookups know only the text of a key. Therefore the number 5 and the string "5" are the same key.
struct SeenElementKeys {
  /// The reason why a key repeats an earlier key.
  enum RepetitionReason {
    case sameValue
    /// The keys have the same text. One of them can be a string, and the other a number.
    case sameText
  }

  private var hashes: Set<ElementKeyHash> = []
  /// Whether a key was not a string.
  private var hasOthers = false

  /// Adds a key; returns how the key repeats an earlier key, and nil for a new key.
  mutating func insert(_ key: ElementKey) -> RepetitionReason? {
    if let comparable = key.comparable {
      hasOthers = true
      guard hashes.insert(ElementKeyHash(comparable)).inserted else { return .sameValue }
    }
    guard !hashes.insert(ElementKeyHash(.text(CodePointComparedString(key.text)))).inserted else { return nil }
    return hasOthers ? .sameText : .sameValue
  }

  /// A 128-bit hash of a key; collisions do not occur in practice.
  private struct ElementKeyHash: Hashable {
    private let high: Int
    private let low: Int

    init(_ key: EqualityKey) {
      high = key.hashValue
      var hasher = Hasher()
      hasher.combine(high)
      hasher.combine(key)
      low = hasher.finalize()
    }
  }
}
