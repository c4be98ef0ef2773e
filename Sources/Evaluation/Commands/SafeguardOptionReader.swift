import Bulk
import JSONText
import Language
import Values

/// Reads the options that limit or safeguard changes, such as `halt:` and `timeout:`.
///
/// The check before the run calls the same functions for literal values.
enum SafeguardOptionReader {
  /// Reads `halt:`, which is a number of failures (`10`) or a share of failures (`"3%"`).
  static func halt(_ value: Value, _ command: String) throws(OptionValueRefusal) -> FailureLimit {
    switch value {
    case .number(let number):
      if let count = number.integer, count >= 1 { return .count(count) }
    case .string(let text):
      if text.hasSuffix("%"), JSONNumber(text: String(text.dropLast())) != nil,
        let share = Double(digits: text.dropLast()), 0 < share, share <= 100
      {
        return .share(share / 100)
      }
    default: break
    }
    throw OptionValueRefusal(
      "the option halt: must be an integer of at least 1, or a string with a percentage over 0 and up to 100",
      nextStep: "halt: 10, or halt: \"3%\"")
  }

  /// Reads `verify:`, which is `true`, `false` or `"all"`.
  static func verification(_ value: Value, _ command: String) throws(OptionValueRefusal) -> VerificationScope {
    switch value {
    case .bool(true): return .unknown
    case .bool(false): return .none
    case .string("all"): return .all
    default:
      throw OptionValueRefusal(
        "the option verify: must be true, false or \"all\", not \(value.label)",
        nextStep: Compiler.wordStep("verify", value.label, ["all"]))
    }
  }

  /// Reads `throttle:`, a record of limits such as `{depth: 50, p95: 200ms}`.
  ///
  /// The result has a patience of 10 minutes, the default value of the option `patience:`. If the call has this option,
  /// the run replaces the patience later.
  static func throttle(_ value: Value, _ command: String) throws(OptionValueRefusal)
    -> ServiceLoadThrottle.LoadThresholds
  {
    var limits = ServiceLoadThrottle.LoadThresholds(depth: nil, p95: nil, patience: .seconds(600))
    let step = "throttle: {depth: 50, p95: 200ms}"
    guard case .record(let record) = value else {
      throw OptionValueRefusal(
        "the option throttle: of \(command) needs a record, not \(value.typeWithArticle)", nextStep: step)
    }
    for name in record.names {
      switch (name, record[name] ?? .null) {
      case ("depth", .number(let number)) where number.integer ?? 0 > 0: limits.depth = number.integer
      case ("p95", .duration(let duration)) where duration > .zero: limits.p95 = duration
      case ("depth", let other):
        throw OptionValueRefusal(
          "depth in the option throttle: must be an integer of at least 1, not \(other.label)", nextStep: step)
      case ("p95", let other):
        throw OptionValueRefusal(
          "p95 in the option throttle: must be a duration over 0, not \(other.label)", nextStep: step)
      default: throw OptionValueRefusal("the option throttle: takes depth and p95, not \(name)", nextStep: step)
      }
    }
    guard limits.depth != nil || limits.p95 != nil else {
      throw OptionValueRefusal("the option throttle: needs depth, p95 or both", nextStep: step)
    }
    return limits
  }

  /// Reads `timeout:`, a duration over zero or `"never"`.
  static func timeout(_ value: Value, _ command: String) throws(OptionValueRefusal) -> ReplyTimeout {
    switch value {
    case .duration(let duration) where duration > .zero: return .after(duration)
    case .string("never"): return .never
    default:
      let word = if case .string(let text) = value { text } else { "" }
      let isDuration = CommandDeclaration.ArgumentType.isDuration(word)
      let example = isDuration ? word : CommandDeclaration.ArgumentType.duration.example(for: value) ?? "10s"
      throw OptionValueRefusal(
        "the option timeout: must be a duration over 0 or \"never\", not \(value.label)",
        nextStep: nearest(to: word, among: ["never"]).map { "did you mean \($0.quoted)?" } ?? "timeout: \(example)")
    }
  }
}

extension OptionValueRule {
  static let halt = OptionValueRule { value, command throws(OptionValueRefusal) in
    _ = try SafeguardOptionReader.halt(value, command)
  }
  static let verify = OptionValueRule { value, command throws(OptionValueRefusal) in
    _ = try SafeguardOptionReader.verification(value, command)
  }
  static let throttle = OptionValueRule { value, command throws(OptionValueRefusal) in
    _ = try SafeguardOptionReader.throttle(value, command)
  }
  static let timeout = OptionValueRule { value, command throws(OptionValueRefusal) in
    _ = try SafeguardOptionReader.timeout(value, command)
  }
}

extension OptionCombinationRule {
  /// Returns the rule that an option needs `journal:`.
  ///
  /// The rule applies to the option `unknown:`, and to the option `settle:` of an `each`.
  static func journal(for option: String) -> OptionCombinationRule {
    OptionCombinationRule(
      option: "journal",
      message: {
        "the option \(option): of \($0) needs the option journal:, because only a journal records the changes "
          + "with an unknown outcome"
      },
      nextStep: "journal: \"FILE\"")
  }

  /// The rule that `key:` of an `each` needs `journal:`.
  static let keyedJournal = OptionCombinationRule(
    option: "journal",
    message: {
      "the option key: of \($0) needs the option journal:, because key: identifies the elements in a journal"
    },
    nextStep: "journal: \"FILE\"")

  /// The rule that `settle:` needs `journal:`, `retry:` or `workers:`.
  ///
  /// A statement sends a change with an unknown outcome again only if it has one of these options.
  static let resending = OptionCombinationRule(
    option: "journal", alternatives: ["retry", "workers"],
    message: {
      "the option settle: of \($0) needs journal:, retry: or workers:, because only these options repeat "
        + "changes with an unknown outcome"
    },
    nextStep: "journal: \"FILE\" or retry: 3")

  /// The rule that `on-error: "stop"` contradicts `halt:`.
  static let withoutHalt = OptionCombinationRule(
    option: "halt", contradicts: true, applicableValue: "stop",
    message: { _ in
      "with the option halt:, the statement continues after a failure, but with on-error: \"stop\", it ends at the "
        + "first failure"
    },
    nextStep: "to stop at the first failure, remove the option halt:; to continue, remove the option on-error:")

  /// The rule that `patience:` needs `throttle:`.
  static let throttle = OptionCombinationRule(
    option: "throttle",
    message: {
      "the option patience: of \($0) needs the option throttle:, because patience: limits the pauses of throttle:"
    },
    nextStep: "throttle: {depth: 50, p95: 200ms}")

  /// The rule that `include:` needs `backup:`, for a change whose reply contains no resource.
  static let backup = OptionCombinationRule(
    option: "backup",
    message: {
      "the option include: of \($0) needs the option backup:, because include: names the relationships in the backup"
    },
    nextStep: "add backup: \"FILE.ndjson\", or remove the option include:")

  /// The rule that `journal:` of an `each` needs `key:`.
  static let elementKey = OptionCombinationRule(
    option: "key",
    message: {
      "the option journal: of \($0) needs the option key:, because key: identifies the elements in the journal"
    },
    nextStep: "key: .id")

  /// The rule that `journal:` of a `create` needs `key:`.
  static let createKey = OptionCombinationRule(
    option: "key", isField: true,
    message: {
      "the option journal: of \($0) needs the option key:, because key: identifies the elements in the journal"
    },
    nextStep: "key: .email")

  /// The rule that `verify: "all"` of a `create` needs `key:`.
  static let lookupKey = OptionCombinationRule(
    option: "key", isField: true, applicableValue: "all",
    message: { _ in
      "the option verify: \"all\" needs the option key: for the lookups of created resources"
    },
    nextStep: "key: .email")
}
