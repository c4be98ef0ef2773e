import Bulk
import Synchronization
import JSONText
import Values

extension Session {
  /// The names of the settings that `set` changes.
  static let settings = Vocabulary.settings.map(\.name)

  /// Changes a setting.
  func set(_ name: String, _ value: Value) throws(Fault) {
    switch (name, value) {
    case ("timeout", .duration(let duration)) where duration > .zero: timeout.duration = duration
    case ("timeout", .string("never")): timeout.duration = nil
    case ("output", .string(let word)):
      guard let format = Format(rawValue: word) else { fallthrough }
      state.withLock { $0.format = format }
    case ("output", _):
      throw Fault(.value, "output: must be one of \(Format.list), as text", nextStep: "set output: \"json\"")
    case ("in-flight", .number(let number)):
      guard let count = number.integer, 1...Policy.largestWindow ~= count else {
        throw Fault(.value, "in-flight: must be an integer from 1 to \(Policy.largestWindow)")
      }
      state.withLock { $0.inFlight = count }
    case ("timing", .bool(let value)): state.withLock { $0.showsTiming = value }
    case ("history", .string(let word)) where ["all", "directory"].contains(word):
      state.withLock { $0.takesHistoryOfDirectory = word == "directory" }
    case ("history", _):
      throw Fault(.value, "history: must be \"all\" or \"directory\"", nextStep: "set history: \"directory\"")
    case ("learn-values", .bool(let value)): state.withLock { $0.learnsValues = value }
    default:
      throw Fault(.type, "\(name): can't be \(value.label)", nextStep: "help set shows the settings and their values")
    }
  }

  /// Returns the duration of a number and a unit; nil if it exceeds a hundred years.
  public static func duration(_ value: String, _ unit: String) -> Duration? { Operators.duration(value, unit) }
}
