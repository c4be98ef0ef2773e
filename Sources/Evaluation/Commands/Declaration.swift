import Values

/// Declares the arguments, the effect and the help of a command or a stage.
///
/// The check, `help`, the reference and the tests use declarations.
public struct Declaration: Sendable {
  /// The type of an argument, as far as the check can know it.
  public enum ArgumentType: String, Sendable {
    case any, string, number, boolean, duration, record, list, client, id, connection, pattern
    /// A string or a list of strings.
    case strings
    /// A `.field` path, or `-.field` for descending order.
    case path
    /// One `.field`, given by its name.
    case field
    /// A boolean expression that is evaluated for each element.
    case condition
  }

  /// What a statement does to a service or to files.
  public enum StatementEffect: Sendable {
    /// Reads resources, or has no effect.
    case none
    /// Changes resources.
    case changes
    /// Destroys resources.
    case destroys
    /// Writes files, or runs code whose effect is unknown.
    case writes
  }

  /// A positional parameter of a command or a stage.
  public struct Parameter: Sendable {
    /// The name, as help shows it: `ID`.
    public var name: String
    /// The type of the argument.
    public var shape: ArgumentType
    /// Whether the parameter is optional.
    public var isOptional = false
    /// Whether the parameter can be repeated.
    public var repeats = false
    /// The rule for the value; nil if each value of the type is valid.
    var rule: OptionValueRule?

    /// Creates a parameter.
    public init(name: String, shape: ArgumentType, isOptional: Bool = false, repeats: Bool = false) {
      (self.name, self.shape, self.isOptional, self.repeats) = (name, shape, isOptional, repeats)
    }
  }

  /// An option, passed by name.
  public struct Option: Sendable {
    /// The name without the colon.
    public var name: String
    /// The type of the option's value.
    public var shape: ArgumentType
    /// The default, as help shows it.
    public var fallback: String?
    /// The summary of the option's effect.
    public var summary: String
    /// Whether the option is required.
    public var isRequired = false
    /// The accepted words, for completion; empty if any value is accepted.
    public var words: [String] = []
    /// The rule for the value; nil if each value of the type is valid.
    var rule: OptionValueRule?
    /// Another option that this option needs; nil if it needs none.
    var companion: NeededOption?

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

  /// A statement and its output, with the clients `posts` and `authors` of a new sample service (`embedded:blog`).
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
  /// The summary, in one line and the third person.
  public var summary: String
  /// The positional parameters.
  public var parameters: [Parameter] = []
  /// The options.
  public var options: [Option] = []
  /// What the command or stage does to a service or to files.
  public var effect: StatementEffect = .none
  /// The type of the result, as help shows it.
  public var result: String
  /// Examples with their output.
  public var examples: [Example] = []

  /// Whether the command or stage accepts any option: `select title: .text`, `with n: 1`.
  public var takesAnyOption = false

  /// Whether the command or stage, such as `print`, passes no value to a next stage.
  public var givesNothing = false

  /// The effect of a stage on the names that `as` gave to its elements.
  public enum EffectOnAsNames: Sendable {
    /// Neither the stage nor the stages after it can read the names.
    case ended
    /// The stage's arguments can read the names.
    ///
    /// The stages after it can't, because the stage combines the elements.
    case read
    /// The stage takes one element at a time and keeps the element's names, so that later stages can read them.
    case kept
  }

  /// The effect of this stage on the names that `as` gave to its elements.
  public var names = EffectOnAsNames.ended

  /// Whether the command exists only at the prompt.
  ///
  /// Files can't use such a command, and a def can have its name.
  public var isPromptOnly = false

  /// Whether the stage sends changes and returns a summary of them; the summary is shown on standard error and not
  /// printed as a result.
  public var givesSummary = false
}

extension Declaration.Option {
  /// The values that an option with fixed words accepts: `true, false or "all"`.
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

  /// The option as a next step shows it.
  ///
  /// The text is the option's name with the example at the end of its summary; without an example, with the summary.
  var form: String { Declaration.form(name + ":", summary) }
}

extension Declaration {
  /// Returns an option with the example at the end of its summary, such as `throttle: {depth: 50, p95: 200ms}`.
  ///
  /// If the summary has no example, returns the option with the whole summary.
  static func form(_ option: String, _ summary: String) -> String {
    let opening: Character = summary.hasSuffix("}") ? "{" : summary.hasSuffix("\"") ? "\"" : "."
    guard let example = summary.firstIndex(of: opening), summary[..<example].hasSuffix(": ") else {
      return "\(option) \(summary)"
    }
    return "\(option) \(summary[example...])"
  }

  /// The signature: `show CLIENT ID [include: fields:]`.
  public var signature: String {
    let places = parameters.map { parameter in
      let name = parameter.name + (parameter.repeats ? " ..." : "")
      return parameter.isOptional ? "[\(name)]" : name
    }
    let required = options.filter(\.isRequired).map { $0.name + ":" }
    let others = options.filter { !$0.isRequired }.map { $0.name + ":" }
    let named = required + (others.isEmpty ? [] : ["[" + others.joined(separator: " ") + "]"])
    return ([name] + places + named).joined(separator: " ")
  }
}
