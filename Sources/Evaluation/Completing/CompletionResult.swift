/// The completions at a cursor position.
public struct CompletionResult: Sendable, Equatable {
  /// A text that completes the typed word, with a description.
  public struct Candidate: Sendable, Equatable {
    /// The text that replaces the typed text.
    public var text: String
    /// The description of the candidate, in one line; nil if there is no description.
    public var note: String?
  }

  /// The start of the text to replace, as a UTF-8 offset in the whole text.
  ///
  /// The text to replace ends at the cursor.
  public var start: Int
  /// The candidates, in alphabetical order.
  public var candidates: [Candidate] = []
  /// The character to add after a candidate if only this candidate fits; nil for no character.
  public var suffix: Character?
}
