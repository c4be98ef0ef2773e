internal import Redaction

/// What a Tab can put at the cursor.
///
/// ```swift
/// // after `stream po`
/// Completion(from: 7, candidates: ["posts", "post-tags"])
/// ```
public struct Completion: Sendable, Equatable {
  /// Where the replaced text starts, in bytes of UTF-8 from the start of the line; it ends at the cursor.
  public var start: Int
  /// What can stand there, in the order it is shown in, each in full.
  public var candidates: [String]
  /// What a candidate is, on a line; shown beside it where there are few.
  public var notes: [String: String]
  /// What follows the candidate when it is the only one; ASCII, nil for nothing.
  public var suffix: Character?

  /// Creates a completion.
  public init(from start: Int, candidates: [String], notes: [String: String] = [:], suffix: Character? = " ") {
    self.start = start
    self.candidates = candidates
    self.notes = notes
    self.suffix = suffix
  }

  /// Nothing fits.
  public static let none = Completion(from: 0, candidates: [])

  /// Answers a Tab from what is in memory, at once: the line and the cursor in bytes of UTF-8 from its start.
  public typealias Source = @Sendable (_ line: String, _ cursor: Int) -> Completion

  /// Returns what all candidates begin with, or what was typed where that would take something of it away.
  func commonPrefix(typed: Substring) -> String {
    guard let first = candidates.first else { return String(typed) }
    guard candidates.count > 1 else { return first }
    let common = candidates.dropFirst().reduce(first) { common, candidate in
      String(zip(common, candidate).prefix { $0 == $1 }.map(\.0))
    }
    return common.hasPrefix(typed) ? common : String(typed)
  }

  /// How many candidates are listed on a line each.
  static let listLimit = 30

  /// The candidates with their notes on a line each, in some columns; nil where none has a note, or there are many.
  func list(columns: Int) -> String? {
    guard candidates.count <= Self.listLimit, candidates.contains(where: { notes[$0] != nil }) else { return nil }
    let shown = candidates.map { (TerminalText.line($0), notes[$0].map(TerminalText.line) ?? "") }
    let width = min(shown.map(\.0.count).max() ?? 0, 40)
    return shown.map { text, note in
      let line = note.isEmpty ? text : text + String(repeating: " ", count: max(0, width - text.count) + 2) + note
      return (line.count < columns ? line : line.prefix(max(0, columns - 4)) + "...") + "\n"
    }.joined()
  }
}
