import Values

/// The declaration of a command or a stage: its arguments, its effect and its help text.
///
/// The check before a run, the command `help`, the reference and the tests read the declarations.
public struct CommandDeclaration: Sendable {
  /// The type of an argument, for the check before a run.
  public enum ArgumentType: String, Sendable {
    case any, string, number, boolean, duration, record, list, client, id, connection, pattern
    /// A string or a list of strings.
    case strings
    /// A `.field` path, or `-.field` for descending order.
    case path
    /// A single field such as `.email`; the command or stage uses the field's name.
    case field
    /// A boolean expression that the command or stage evaluates, such as `.views > 5` for each element.
    case condition
  }

  /// The effect of a statement on a service or on files.
  public enum StatementEffect: Sendable {
    /// The statement reads resources, or has no effect.
    case none
    /// The statement changes resources.
    case changes
    /// The statement destroys resources.
    case destroys
    /// The statement writes files, or runs code whose effect is unknown.
    case writes
  }

  /// A positional parameter of a command or a stage.
  public struct Parameter: Sendable {
    /// The name of the parameter, as `help` shows it: `ID`.
    public var name: String
    /// The type of the argument.
    public var shape: ArgumentType
    /// Whether a call may omit the argument.
    public var isOptional = false
    /// Whether a call may repeat the argument, such as the fields of `select .id .text`.
    public var repeats = false
    /// Whether a comma stands before the argument, as in `assert n > 0, "n is 0"`.
    public var followsComma = false
    /// The rule for the value; nil if every value of the type is valid.
    var rule: OptionValueRule?

    /// Creates a parameter.
    public init(
      name: String, shape: ArgumentType, isOptional: Bool = false, repeats: Bool = false, followsComma: Bool = false
    ) {
      (self.name, self.shape, self.isOptional, self.repeats) = (name, shape, isOptional, repeats)
      self.followsComma = followsComma
    }

    /// The parameter in a signature, with the space or the comma before it: ` CLIENT`, ` [.FIELD ...]`, `[, MESSAGE]`.
    var form: String {
      let own = (followsComma ? ", " : "") + name + (repeats ? " ..." : "")
      return (followsComma ? "" : " ") + (isOptional ? "[\(own)]" : own)
    }
  }

  /// An option of a command or a stage: `timeout:` in `show posts 1 timeout: 10s`.
  public struct Option: Sendable {
    /// The name of the option, without the colon.
    public var name: String
    /// The type of the option's value.
    public var shape: ArgumentType
    /// The default value, as `help` shows it; nil if there is no default.
    public var fallback: String?
    /// The summary of the option's effect, as `help` shows it.
    public var summary: String
    /// Whether every call must have the option.
    public var isRequired = false
    /// The words that the option accepts, for completion: `wire` and `underscore` for `keys:`.
    ///
    /// The list is empty if the option accepts any value of its type.
    public var words: [String] = []
    /// The rule for the value; nil if every value of the type is valid.
    var rule: OptionValueRule?
    /// The rule about a second option, which this option needs or contradicts; nil if there is no rule.
    var companion: OptionCombinationRule?

    /// Creates an option.
    public init(
      name: String, shape: ArgumentType, fallback: String? = nil, summary: String, isRequired: Bool = false,
      words: [String] = []
    ) {
      self.name = name
      self.shape = shape
      self.fallback = fallback
      self.summary = summary
      self.isRequired = isRequired
      self.words = words
    }
  }

  /// An example for `help`: a statement and its output.
  ///
  /// The statement uses the clients `posts` and `authors` of a new sample service (`embedded:blog`).
  public struct Example: Sendable {
    /// The text of the statement.
    public var code: String
    /// The output of the statement, exactly as a script prints it.
    public var output: String

    /// Creates an example.
    public init(code: String, output: String) {
      self.code = code
      self.output = output
    }
  }

  /// The name of the command or stage.
  public var name: String
  /// The summary of the command or stage: one line in the third person.
  public var summary: String
  /// The positional parameters.
  public var parameters: [Parameter] = []
  /// The options.
  public var options: [Option] = []
  /// The effect of the command or stage on a service or on files.
  public var effect: StatementEffect = .none
  /// The type of the result, as help shows it.
  public var result: String
  /// Examples with their output.
  public var examples: [Example] = []

  /// Whether the command or stage accepts an option with any name, such as `title:` in `select title: .text`.
  public var takesAnyOption = false

  /// Whether the command or stage passes nothing to the next stage; true for `print`.
  public var givesNothing = false

  /// The effect of a stage on the names that an earlier stage `as` gave to the elements.
  ///
  /// For example, `... | as row | where row.id > 1 | sort row.id` gives the name `row` to each element. The arguments
  /// of `where` and `sort` can read `row`. The arguments of a stage after `sort` can't, because `sort` combines the
  /// elements.
  public enum EffectOnAsNames: Sendable {
    /// The arguments of this stage and of later stages can't read the names.
    case ended
    /// The arguments of this stage can read the names, as in `sort row.id`.
    ///
    /// Later stages can't read the names, because this stage combines several elements.
    case read
    /// The arguments of this stage and of later stages can read the names, as in `where row.id > 1`.
    ///
    /// The stage processes one element at a time, and its result has the same names as the element.
    case kept
  }

  /// The effect of this stage on the names that an earlier stage `as` gave to the elements.
  public var names = EffectOnAsNames.ended

  /// Whether the command exists only at the prompt, and not in files.
  ///
  /// A `def` can have the same name as a command of the prompt.
  public var isPromptOnly = false

  /// Whether the stage sends changes and returns a summary of them.
  ///
  /// The program shows the summary on standard error, and does not print it as a result.
  public var givesSummary = false
}

extension CommandDeclaration.Option {
  /// The values that an option with fixed words accepts, as text: `true, false or "all"`.
  var alternatives: String {
    let others =
      switch (shape, name) {
      case (.any, "timeout"): ["a duration over 0"]
      case (.any, _): ["true", "false"]
      default: [String]()
      }
    let all = others + words.map(\.quoted)
    return all.dropLast().joined(separator: ", ") + (all.count > 1 ? " or " : "") + (all.last ?? "")
  }

  /// The example of a value in the summary: `{depth: 50, p95: 200ms}`; nil if the summary has no example.
  ///
  /// The example begins with a brace, a quote, a dot or a digit, directly after the words "such as" or a colon. It ends
  /// with the sentence.
  var example: Substring? {
    summary.split(separator: ". ").lazy.compactMap { sentence in
      [", such as ", ": "].lazy.flatMap { sentence.ranges(of: $0) }.map { sentence[$0.upperBound...] }
        .first { $0.first.map { "{\".".contains($0) || $0.isNumber } ?? false }
    }.first
  }

  /// The option as the suggestion of an error shows it: `throttle: {depth: 50, p95: 200ms}`.
  ///
  /// The text is the name of the option and the example in its summary. Without an example, the first sentence of the
  /// summary follows the name.
  var form: String { "\(name): \(example ?? summary.split(separator: ". ").first ?? "")" }
}

extension CommandDeclaration {
  /// The signature of the command or stage: `show CLIENT ID [include: fields:]`.
  public var signature: String {
    let required = options.filter(\.isRequired).map { " \($0.name):" }
    let others = options.filter { !$0.isRequired }.map { $0.name + ":" }
    let named = required + (others.isEmpty ? [] : [" [" + others.joined(separator: " ") + "]"])
    let added = "NAME: EXPRESSION ..."
    let fields = !takesAnyOption ? [] : parameters.isEmpty ? [" " + added] : [" [\(added)]"]
    return ([name] + parameters.map(\.form) + fields + named).joined()
  }
}
