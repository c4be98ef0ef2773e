/// A complaint about a text: where, what, and what to do next.
public struct Diagnostic: Sendable, Equatable {
  /// Whether it keeps the text from running.
  public enum Severity: String, Sendable {
    case error, warning
  }

  /// How grave it is.
  public var severity: Severity
  /// The words it is about.
  public var range: SourceRange
  /// What is wrong.
  public var message: String
  /// What stands below the words; nil for a bare caret.
  public var label: String?
  /// What to do next.
  public var nextStep: String?
  /// Whether more input would cure it: an open bracket, an open block, a line that goes on.
  public var isIncomplete: Bool
  /// Further words that have to do with it.
  public var marks: [Mark]

  /// Words, and what is said below them.
  public struct Mark: Sendable, Equatable {
    /// The words.
    public var range: SourceRange
    /// What is said of them.
    public var label: String?

    /// Creates a mark.
    public init(range: SourceRange, label: String? = nil) {
      self.range = range
      self.label = label
    }
  }

  /// Creates a diagnostic.
  public init(
    severity: Severity = .error, range: SourceRange, message: String, label: String? = nil, nextStep: String? = nil,
    isIncomplete: Bool = false, marks: [Mark] = []
  ) {
    self.severity = severity
    self.range = range
    self.message = message
    self.label = label
    self.nextStep = nextStep
    self.isIncomplete = isIncomplete
    self.marks = marks
  }
}
