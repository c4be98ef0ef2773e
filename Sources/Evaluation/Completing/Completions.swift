/// The completions at a cursor position.
public struct Completions: Sendable, Equatable {
  /// One completion.
  public struct Candidate: Sendable, Equatable {
    /// The full text.
    public var text: String
    /// Its description, in one line.
    public var note: String?
  }

  /// The start of the replaced text, as a UTF-8 offset from the start of the text; the replaced text ends at the
  /// cursor.
  public var start: Int
  /// The candidates, in order.
  public var candidates: [Candidate] = []
  /// The text to add after a single candidate.
  public var suffix: Character?
}
