import Bulk
import JSONText
import Language
import Values

/// A rule for the value of an option, such as a minimum, in addition to the option's type.
///
/// The check before the run applies the rule to literal values. The run applies the rule to computed values.
struct OptionValueRule: Sendable {
  /// A function that throws an error if the value is invalid.
  ///
  /// `command` is the name of the command or stage that has the option.
  let validate: @Sendable (_ value: Value, _ command: String) throws(OptionValueRefusal) -> Void

  init(_ validate: @escaping @Sendable (_ value: Value, _ command: String) throws(OptionValueRefusal) -> Void) {
    self.validate = validate
  }

  /// Returns the reason why a value is invalid; nil for a valid value.
  func refusal(_ value: Value, _ command: String) -> OptionValueRefusal? {
    do throws(OptionValueRefusal) { try validate(value, command) } catch { return error }
    return nil
  }

  /// Returns the rule for an option whose value is an integer in a range.
  static func integer(_ option: String, from least: Int, to most: Int = .max) -> OptionValueRule {
    OptionValueRule { value, command throws(OptionValueRefusal) in
      if case .number(let number) = value, let integer = number.position, least...most ~= integer { return }
      let wanted = most == .max ? "of at least \(least)" : "from \(least) to \(most)"
      throw OptionValueRefusal(
        "the option \(option): of \(command) needs an integer \(wanted), not \(value.label)",
        nextStep: "\(option): \(Swift.max(least, 10))")
    }
  }

  /// Returns the rule for an option whose value is a duration of at least `0s`.
  static func duration(_ option: String) -> OptionValueRule {
    OptionValueRule { value, command throws(OptionValueRefusal) in
      guard case .duration(let duration) = value, duration < .zero else { return }
      throw OptionValueRefusal(
        "the option \(option): of \(command) needs a duration of at least 0s, not \(value.label)",
        nextStep: "\(option): 10s")
    }
  }

  /// The rule for `sort:`, which refuses a word such as `desc` after the name of a field.
  static let sort = OptionValueRule { value, command throws(OptionValueRefusal) in
    try OptionValueRule.names("sort").validate(value, command)
    let fields = value.strings?.flatMap { $0.split(separator: ",") } ?? []
    for field in fields {
      if field == "-" {
        throw OptionValueRefusal("the option sort: has a minus without a field", nextStep: "sort: \"-views\"")
      }
      let words = field.split(separator: " ")
      guard words.count > 1, let name = words.first else { continue }
      guard name != "-" else {
        throw OptionValueRefusal(
          "the option sort: has a space after the minus", nextStep: "sort: \("-\(words[1])".quoted)")
      }
      let sign = words[1].lowercased().hasPrefix("desc") && !name.hasPrefix("-") ? "-" : ""
      throw OptionValueRefusal(
        "the option sort: takes only names of fields, without words such as desc",
        nextStep: "sort: \("\(sign)\(name)".quoted)")
    }
  }

  /// Returns the rule for an option whose value is a string that is not empty.
  static func text(_ option: String, _ nextStep: String) -> OptionValueRule {
    OptionValueRule { value, command throws(OptionValueRefusal) in
      guard case .string("") = value else { return }
      throw OptionValueRefusal("the option \(option): of \(command) is empty", nextStep: nextStep)
    }
  }

  /// The rule for an option whose value is the name of a pool of workers.
  static let poolName = OptionValueRule { value, _ throws(OptionValueRefusal) in
    guard case .string(let name) = value, !PoolName.isValid(name) else { return }
    throw OptionValueRefusal("\(name.quoted) is not a valid name of a pool", nextStep: PoolName.nextStep)
  }

  /// Returns the rule for an option whose value is a string or a list of strings, none of which is empty.
  static func names(_ option: String) -> OptionValueRule {
    OptionValueRule { value, _ throws(OptionValueRefusal) in
      guard let names = value.strings, names.isEmpty || names.contains("") else { return }
      throw OptionValueRefusal("the option \(option): is empty", nextStep: "remove the option, or give it a value")
    }
  }
}

/// The reason why the value of an option is invalid.
struct OptionValueRefusal: Error {
  let message: String
  /// The path to the invalid part of a record: `["state"]` for the field `state`; empty for the whole value.
  let path: [String]
  let nextStep: String?

  init(_ message: String, at path: [String] = [], nextStep: String?) {
    (self.message, self.path, self.nextStep) = (message, path, nextStep)
  }
}

/// A rule about two options: the first option needs the second option, or contradicts the second option.
///
/// For example, `patience:` needs `throttle:`.
struct OptionCombinationRule: Sendable {
  /// The name of the second option, which the first option needs or contradicts.
  let option: String
  /// Whether the two options contradict each other; if false, the first option needs the second option.
  var contradicts = false
  /// The names of the options that satisfy the rule in place of the second option.
  ///
  /// For example, `settle:` needs `journal:`, `retry:` or `workers:`.
  var alternatives: [String] = []
  /// Whether the value of the second option must be a field, such as `.email`.
  var isField = false
  /// The value that the first option must have for the rule to apply, such as `all`.
  ///
  /// Nil if the rule applies to every value of the first option.
  var applicableValue: String?
  /// A function that returns the error message.
  ///
  /// `command` is the name of the command or stage that has the option.
  let message: @Sendable (_ command: String) -> String
  let nextStep: String

  /// Returns whether a call breaks the rule, as far as the check before the run can know.
  ///
  /// A call with the first option breaks the rule in three cases:
  /// - The first option needs the second option, and the call lacks the second option.
  /// - The value of the second option must be a field, and the value is not a field.
  /// - The two options contradict each other, and the call has both options.
  func isMissing(for value: Expr, _ command: CommandOrStageCall) -> Bool {
    if let applicableValue, value.literalText != applicableValue { return false }
    if contradicts { return command.option(option) != nil }
    if alternatives.contains(where: { command.option($0) != nil }) { return false }
    return command.option(option).map { isField && $0.path == nil } ?? true
  }

  /// Returns the value of the second option, if the call breaks the rule because this value is not a field.
  func wrongField(_ command: CommandOrStageCall) -> Expr? {
    command.option(option).flatMap { isField && $0.path == nil ? $0 : nil }
  }
}

extension String {
  /// The name of a command or a stage in messages about an option, such as `update`.
  ///
  /// For `each`, the text also contains the words "the stage", because `each` alone reads as a plain word.
  var asOptionOwner: String { self == "each" ? "the stage `each`" : self }
}

extension OptionValueRule {
  /// Creates a rule from the function that reads the value at run time.
  ///
  /// The rule refuses each value for which the function throws an error.
  init(reading read: @escaping @Sendable (_ value: Value, _ command: String) throws(Fault) -> Void) {
    self.init { value, command throws(OptionValueRefusal) in
      do throws(Fault) { try read(value, command) } catch {
        throw OptionValueRefusal(error.message, nextStep: error.nextStep)
      }
    }
  }

  /// Returns the rule for the argument N of a stage such as `take`: an integer of at least `least`.
  static func count(from least: Int = 0) -> OptionValueRule {
    OptionValueRule(reading: { value, stage throws(Fault) in _ = try value.whole(stage, "N", from: least) })
  }

  /// The rule for an argument that is an id.
  ///
  /// The rule checks only strings and numbers. Without the client's type, it can't check values of other types, such as
  /// resources.
  static let id = OptionValueRule(reading: { value, _ throws(Fault) in
    switch value {
    case .string, .number:
      _ = try Arguments.id(of: value, "", at: SourceRange(0, 0), in: SourceText(name: "", text: ""))
    default: return
    }
  })

  /// The rule for a name that must not be empty.
  static let name = OptionValueRule { value, command throws(OptionValueRefusal) in
    guard case .string("") = value else { return }
    throw OptionValueRefusal("\(command) needs a name that is not empty", nextStep: nil)
  }
}

extension CommandDeclaration.Parameter {
  /// Returns this parameter with a rule for its value.
  func ruled(_ rule: OptionValueRule) -> Self {
    var parameter = self
    parameter.rule = rule
    return parameter
  }
}

extension CommandDeclaration.Option {
  /// Returns this option with a rule for its value.
  func ruled(_ rule: OptionValueRule) -> Self {
    var option = self
    option.rule = rule
    return option
  }

  /// Returns this option with another summary and default value.
  ///
  /// A command or stage uses the function if the option's general summary does not fit. If `fallback` is nil, the
  /// default value stays the same.
  func described(as summary: String, fallback: String? = nil) -> Self {
    var option = self
    option.summary = summary
    option.fallback = fallback ?? self.fallback
    return option
  }

  /// Returns this option with a rule about a second option, which this option needs or contradicts.
  func needing(_ companion: OptionCombinationRule) -> Self {
    var option = self
    option.companion = companion
    return option
  }
}

extension Arguments {
  /// Returns the argument of an option; nil if the option is missing.
  ///
  /// - Throws: A `value` error if the value breaks the option's rule.
  func valid(_ option: CommandDeclaration.Option) throws(Fault) -> Argument? {
    guard let argument = options[option.name] else { return nil }
    guard let refusal = option.rule?.refusal(argument.value, name.asOptionOwner) else { return argument }
    throw fault(refusal, argument)
  }

  /// Converts the value of an option with the function `read`; returns nil if the option is missing.
  ///
  /// - Throws: A `value` error if `read` refuses the value.
  func value<Result>(
    of option: CommandDeclaration.Option, _ read: (Value, String) throws(OptionValueRefusal) -> Result
  ) throws(Fault) -> Result? {
    guard let argument = options[option.name] else { return nil }
    do throws(OptionValueRefusal) { return try read(argument.value, name.asOptionOwner) } catch {
      throw fault(error, argument)
    }
  }

  /// Returns the value of an option that takes an integer; nil if the option is missing.
  func integer(_ option: CommandDeclaration.Option) throws(Fault) -> Int? {
    guard case .number(let number)? = try valid(option)?.value else { return nil }
    return number.position
  }

  /// Returns the value of an option that takes a duration; nil if the option is missing.
  func duration(_ option: CommandDeclaration.Option) throws(Fault) -> Duration? {
    guard let argument = try valid(option) else { return nil }
    guard case .duration(let duration) = argument.value else { throw misfit(option.name, argument, "a duration") }
    return duration
  }

  /// Returns the error of a call that lacks the second option of a rule.
  func fault(needing companion: OptionCombinationRule, _ argument: Argument) -> Fault {
    fault(argument, .value, companion.message(name.asOptionOwner), nextStep: companion.nextStep)
  }

  private func fault(_ refusal: OptionValueRefusal, _ argument: Argument) -> Fault {
    Fault(
      .value, refusal.message, at: [MarkedSourceRange(argument.target(at: refusal.path)?.range ?? argument.range)],
      in: source, nextStep: refusal.nextStep)
  }
}

extension Expr {
  /// The value of a literal, or of a list or record that contains only literals; nil for other expressions.
  var literalValue: Value? {
    switch kind {
    case .number(let digits): return JSONNumber(text: digits).map(Value.number)
    case .negate(let operand): return operand.literalValue.flatMap { try? Operators.negate($0) }
    case .duration(let count, let unit): return Operators.duration(count, unit).map(Value.duration)
    case .string: return literalText.map(Value.string)
    case .bool(let value): return .bool(value)
    case .null: return .null
    case .list(let elements):
      let values = elements.compactMap(\.literalValue)
      return values.count == elements.count ? .list(values) : nil
    case .record(let entries):
      let fields = entries.compactMap { entry in
        entry.name.flatMap { name in entry.value.literalValue.map { (name: name, value: $0) } }
      }
      guard fields.count == entries.count, Set(fields.map { CodePointComparedString($0.name) }).count == fields.count
      else {
        return nil
      }
      return .record(Record(fields))
    default: return nil
    }
  }
}
