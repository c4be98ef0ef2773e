/// What can stand at a place of a text.
public struct Completions: Sendable, Equatable {
  /// One of the things that can stand there.
  public struct Candidate: Sendable, Equatable {
    /// The text, in full.
    public var text: String
    /// What it is, on a line.
    public var note: String?
  }

  /// Where the replaced text begins, in bytes of UTF-8 from the beginning of the text; it ends at the place.
  public var start: Int
  /// What can stand there, in order.
  public var candidates: [Candidate] = []
  /// What follows the candidate where it is the only one.
  public var suffix: Character?
}
