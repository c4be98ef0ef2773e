import Bulk
import Synchronization
import JSONText
import Language
import Values

extension Session {
  /// The names of the settings that the statement `set` changes.
  static let settings = Vocabulary.settings.map(\.name)

  /// Changes a setting, such as `timeout`.
  func set(_ name: String, _ value: Value) throws(Fault) {
    if let fault = Self.refusal(name, value) { throw fault }
    switch (name, value) {
    case ("timeout", .duration(let duration)): timeout.duration = duration
    case ("timeout", _): timeout.duration = nil
    case ("output", .string(let word)): state.withLock { $0.format = ResultFormat(rawValue: word) ?? $0.format }
    case ("in-flight", .number(let number)): state.withLock { $0.inFlight = number.integer ?? $0.inFlight }
    case ("timing", .bool(let value)): state.withLock { $0.showsTiming = value }
    case ("history", .string(let word)): state.withLock { $0.takesHistoryOfDirectory = word == "directory" }
    case ("learn-values", .bool(let value)): state.withLock { $0.learnsValues = value }
    default: break
    }
  }

  /// Returns the error for an invalid value of a setting; nil for a valid value.
  ///
  /// The check before the run calls this function for literal values. The run calls it for computed values.
  static func refusal(_ name: String, _ value: Value) -> Fault? {
    switch (name, value) {
    case ("timeout", .duration(let duration)) where duration > .zero: return nil
    case ("timeout", .string("never")), ("timing", .bool), ("learn-values", .bool): return nil
    case ("output", .string(let word)) where ResultFormat(rawValue: word) != nil: return nil
    case ("output", _):
      return Fault(
        .value, "the setting output: must be one of \(ResultFormat.list), as a string",
        nextStep: step(name, value, among: ResultFormat.allCases.map(\.rawValue)) ?? "set output: \"json\"")
    case ("in-flight", .number(let number)):
      if let count = number.integer, 1...SendingPolicy.largestWindow ~= count { return nil }
      return Fault(
        .value, "the setting in-flight: must be an integer from 1 to \(SendingPolicy.largestWindow)",
        nextStep: "set in-flight: 16")
    case ("history", .string(let word)) where ["all", "directory"].contains(word): return nil
    case ("history", _):
      return Fault(
        .value, "the setting history: must be \"all\" or \"directory\"",
        nextStep: step(name, value, among: ["all", "directory"]) ?? "set history: \"directory\"")
    default:
      return Fault(
        .type,
        "the setting \(name): can't be \(value.typeWithArticle)"
          + (name == "timeout" && value.isTooShort ? " of zero or less" : ""),
        nextStep: example(of: name, for: value).map { "set \(name): \($0)" }
          ?? "help set shows the settings and their values")
    }
  }

  /// Returns the advice for a misspelt value of a setting; nil if no valid word is similar to the value.
  private static func step(_ name: String, _ value: Value, among words: [String]) -> String? {
    nearest(to: value.label, among: words).map { "set \(name): \($0.quoted)" }
  }

  /// Returns the source text of a valid value of a setting, for the error about an invalid value.
  ///
  /// For the invalid timeout `"5s"`, which is a string, the result is `5s`. Returns nil for a setting without an
  /// example, such as `output:`.
  private static func example(of name: String, for value: Value) -> String? {
    let text: String
    switch value {
    case .string(let string): text = string
    case .number(let number): text = number.text
    default: text = ""
    }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    switch name {
    case "timeout":
      let unit = text.dropFirst(digits.count)
      let isDuration = !digits.allSatisfy { $0 == "0" } && ["", "ms", "s", "m", "h", "d"].contains(unit)
      return isDuration ? String(digits) + (unit.isEmpty ? "s" : unit) : "10s"
    case "in-flight": return digits.isEmpty || digits.count > 3 || digits.hasPrefix("0") ? "16" : String(digits)
    case "timing", "learn-values": return ["false", "0", "no", "off"].contains(text) ? "false" : "true"
    default: return nil
    }
  }

  /// Returns the duration for a number and a unit, such as `5` and `s`; nil for more than a hundred years.
  public static func duration(_ value: String, _ unit: String) -> Duration? { Operators.duration(value, unit) }
}

extension Value {
  /// Whether this invalid value of a setting is a duration.
  ///
  /// A duration is invalid only if it is zero or less.
  fileprivate var isTooShort: Bool { if case .duration = self { true } else { false } }
}
