/// What a command or stage is: read by the check, by `help`, by the reference and by the tests.
public struct Declaration: Sendable {
  /// What an argument may be, as far as it can be told before anything runs.
  public enum Shape: String, Sendable {
    case any, string, number, boolean, duration, record, list, client, id, connection, pattern
    /// A string or a list of strings.
    case strings
    /// A `.field` path, `-.field` to descend.
    case path
    /// One `.field`, by its name.
    case field
    /// A boolean that is asked of each element.
    case condition
  }

  /// What a statement does to the world.
  public enum Effect: Sendable {
    /// Reads at most.
    case none
    /// Changes resources.
    case changes
    /// Destroys resources.
    case destroys
    /// Writes files, or runs what may.
    case writes
  }

  /// Something that stands in a place.
  public struct Parameter: Sendable {
    /// Its name, as help shows it: `ID`.
    public var name: String
    /// What it may be.
    public var shape: Shape
    /// Whether it may be left out.
    public var isOptional = false
    /// Whether any number may follow.
    public var repeats = false
  }

  /// Something that is named.
  public struct Option: Sendable {
    /// Its name without the colon.
    public var name: String
    /// What it may be.
    public var shape: Shape
    /// What holds where it is left out, as help shows it.
    public var fallback: String?
    /// What it is for.
    public var summary: String
    /// Whether it can't be left out.
    public var isRequired = false
    /// The words it takes, where it takes some only; for completion.
    public var words: [String] = []

    /// Creates an option.
    public init(
      name: String, shape: Shape, fallback: String? = nil, summary: String, isRequired: Bool = false,
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

  /// A statement and what it prints on a fresh `embedded:blog` with `posts` and `authors` as clients.
  public struct Example: Sendable {
    /// The statement.
    public var code: String
    /// Its output, exactly.
    public var output: String

    /// Creates an example.
    public init(code: String, output: String) {
      self.code = code
      self.output = output
    }
  }

  /// The word.
  public var name: String
  /// What it does, in one line and the third person.
  public var summary: String
  /// What stands in its places.
  public var parameters: [Parameter] = []
  /// What is named.
  public var options: [Option] = []
  /// What it does to the world.
  public var effect: Effect = .none
  /// What it gives.
  public var result: String
  /// Statements with their results.
  public var examples: [Example] = []

  /// Whether it takes any options not listed: `select title: .text`, `with n: 1`.
  public var takesAnyOption = false

  /// Whether it gives nothing that could flow on, as `print`.
  public var givesNothing = false

  /// What a stage does with the names that `as` gave to its elements.
  public enum Names: Sendable {
    /// They end before it.
    case ended
    /// Its arguments read them, and they end there, since it takes the elements together.
    case read
    /// It takes one element at a time, and the names go on with each.
    case kept
  }

  /// What it does with the names that `as` gave to its elements.
  public var names = Names.ended

  /// Whether it is a word of the prompt, which no file can use and whose name a def may have.
  public var isPromptOnly = false

  /// Whether its value is the summary of a sink, which goes to standard error and is no result.
  public var givesSummary = false
}

extension Declaration {
  /// How it is called: `show CLIENT ID [include: fields:]`.
  public var signature: String {
    let places = parameters.map { parameter in
      let name = parameter.name + (parameter.repeats ? " ..." : "")
      return parameter.isOptional ? "[\(name)]" : name
    }
    let named = options.isEmpty ? [] : ["[" + options.map { $0.name + ":" }.joined(separator: " ") + "]"]
    return ([name] + places + named).joined(separator: " ")
  }
}
