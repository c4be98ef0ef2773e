/// The completions at a cursor position.
public struct Completions: Sendable, Equatable {
  /// A text that completes the typed word, with a description.
  public struct Candidate: Sendable, Equatable {
    /// The text that replaces the typed text.
    public var text: String
    /// The description, in one line.
    public var note: String?
  }

  /// The start of the text to replace, as a UTF-8 offset in the whole text; the text to replace ends at the cursor.
  public var start: Int
  /// The candidates, in order.
  public var candidates: [Candidate] = []
  /// The character to add if only one candidate fits; nil for none.
  public var suffix: Character?
}
