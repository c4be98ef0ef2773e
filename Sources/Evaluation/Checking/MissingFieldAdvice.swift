import Language
import Values

/// Suggests the expression that the user probably meant when a value lacks a field.
enum MissingFieldAdvice {
  /// Returns the suggestion for the error that a value has no field of the given name.
  ///
  /// For example, `title.length` lacks the field `length` if `title` is a string. The suggestion is `length(title)`.
  ///
  /// - Parameters:
  ///   - value: The value that lacks the field.
  ///   - name: The name of the missing field.
  ///   - text: The source text of the expression before the dot.
  /// - Returns: The suggestion; nil to keep the suggestion that the error already has.
  static func nextStep(_ value: Value, _ name: String, of text: String) -> String? {
    let function = BuiltInFunction.named(name) == nil ? ForeignWords.function(name) : name
    switch value {
    case .page where ["total", "total-size", "total-count", "total_count", "total_size"].contains(name):
      return "\(text).pagination?.total-size"
    case .string: return function.flatMap { call($0, among: textFunctions, text) }
    case .number: return function.flatMap { call($0, among: numberFunctions, text) }
    case .list, .range, .page:
      return function.flatMap { call($0, among: ["length", "join"], text) } ?? stage(name, text)
    case .stream: return stage(name, text)
    case .record(let record):
      guard nearest(to: name, among: record.names) == nil else { return nil }
      return function.flatMap { call($0, among: ["length", "keys", "values"], text) }
    case .time:
      return letters[name].map { "int(date(\(text), \"%\($0)\"))" }
        ?? function.flatMap { call($0, among: ["string", "date", "age"], text) }
    case .client: return clientStep(name, text)
    case .duration: return units[name].map { "for the number of \(name), write \(text) / 1\($0)" }
    default: return nil
    }
  }

  private static func call(_ function: String, among known: [String], _ text: String) -> String? {
    known.contains(function) ? "\(function)(\(text))" : nil
  }

  /// Returns a pipeline that passes the value to the stage with the given name: `(list | first)` for `list.first`.
  ///
  /// Returns nil if there is no such stage, or if the stage needs arguments or changes data.
  private static func stage(_ name: String, _ text: String) -> String? {
    let word = BuiltInStage.named(name) == nil ? ForeignWords.stage(name) ?? "" : name
    guard let stage = BuiltInStage.named(word), stage.declaration.parameters.allSatisfy(\.isOptional),
      !stage.declaration.takesAnyOption, stage.declaration.effect == .none
    else { return nil }
    return "(\(text) | \(word))"
  }

  /// Returns the command or pipeline for a name that the user wrote like a field of a client.
  ///
  /// Examples: `stream posts` for `posts.all`, and `(stream posts | first)` for `posts.first`. Returns nil for other
  /// names.
  static func clientStep(_ name: String, _ text: String) -> String? {
    if name.replacing("_", with: "-") == "destroy-all" { return "destroy-all \(text) filter: {FIELD: VALUE}" }
    return command(name, text) ?? stage(name, "stream \(text)")
  }

  /// Returns the command for a name that the user wrote like a field of a client: `stream posts` for `posts.all`.
  ///
  /// Returns nil for other names.
  private static func command(_ name: String, _ client: String) -> String? {
    let word = ForeignWords.command(name).flatMap { BuiltInCommand.named($0) == nil ? nil : $0 } ?? name
    guard let command = BuiltInCommand.named(word)?.declaration, command.parameters.first?.shape == .client,
      command.parameters.filter({ !$0.isOptional }).count == 1, command.options.allSatisfy({ !$0.isRequired })
    else { return nil }
    return "\(word) \(client)"
  }

  private static let textFunctions = ["length", "lower", "upper", "trim", "number", "int", "time", "parse-json"]
  private static let numberFunctions = ["round", "floor", "ceil", "abs", "string"]
  private static let letters = ["year": "Y", "month": "m", "day": "d", "hour": "H", "minute": "M", "second": "S"]
  private static let units = [
    "days": "d", "hours": "h", "minutes": "m", "seconds": "s", "milliseconds": "ms", "day": "d", "hour": "h",
    "minute": "m", "second": "s",
  ]
}
