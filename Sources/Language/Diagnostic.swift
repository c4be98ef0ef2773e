/// An error or a warning about a text: its position, its message, and advice for the user.
public struct Diagnostic: Sendable, Equatable {
  /// The severity of a diagnostic; an error prevents the text from running.
  public enum Severity: String, Sendable {
    case error, warning
  }

  /// Whether this is an error or a warning.
  public var severity: Severity
  /// The source range that caused the error or warning.
  public var range: SourceRange
  /// The message, which says what is wrong.
  public var message: String
  /// The label of the carets below the source range; nil for carets without a label.
  public var label: String?
  /// The next step for the user: advice such as `close the block with end`; nil if there is no advice.
  public var nextStep: String?
  /// Whether more input would correct the error; true for an open bracket or an open block.
  public var isIncomplete: Bool
  /// Other source ranges that the error shows, such as the opening bracket of an unclosed list.
  public var marks: [MarkedSourceRange]

  /// Creates a diagnostic.
  public init(
    severity: Severity = .error, range: SourceRange, message: String, label: String? = nil, nextStep: String? = nil,
    isIncomplete: Bool = false, marks: [MarkedSourceRange] = []
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
