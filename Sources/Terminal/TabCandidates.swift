internal import Redaction

/// The candidates that Tab offers at the cursor.
///
/// ```swift
/// // after `stream po`
/// TabCandidates(from: 7, candidates: ["posts", "post-tags"])
/// ```
public struct TabCandidates: Sendable, Equatable {
  /// The start of the text that a candidate replaces, as a byte offset in the line.
  ///
  /// The replaced text ends at the cursor.
  public var start: Int
  /// The candidates, as complete words, in the order of display.
  public var candidates: [String]
  /// The description of each candidate, in one line.
  ///
  /// A list with at most ``listLimit`` candidates shows the descriptions.
  public var notes: [String: String]
  /// The ASCII character that readline inserts after the candidate if there is only one; nil for no character.
  public var suffix: Character?

  /// Creates a list of candidates.
  public init(from start: Int, candidates: [String], notes: [String: String] = [:], suffix: Character? = " ") {
    self.start = start
    self.candidates = candidates
    self.notes = notes
    self.suffix = suffix
  }

  /// A list without candidates.
  public static let none = TabCandidates(from: 0, candidates: [])

  /// A function that returns the candidates for a line and a cursor.
  ///
  /// The cursor is given in bytes of UTF-8 from the start of the line. The function must not block.
  public typealias CompletionSource = @Sendable (_ line: String, _ cursor: Int) -> TabCandidates

  /// Returns the common prefix of all candidates.
  ///
  /// Returns the typed text if the common prefix does not begin with the typed text.
  func commonPrefix(typed: Substring) -> String {
    guard let first = candidates.first else { return String(typed) }
    guard candidates.count > 1 else { return first }
    let common = candidates.dropFirst().reduce(first) { common, candidate in
      String(zip(common, candidate).prefix { $0 == $1 }.map(\.0))
    }
    return common.hasPrefix(typed) ? common : String(typed)
  }

  /// The maximum number of candidates in a list with one candidate on each line.
  static let listLimit = 30

  /// Returns a list with one candidate and its note on each line, for a terminal with `columns` columns.
  ///
  /// Returns nil if no candidate has a note, or if there are more candidates than `listLimit`.
  func list(columns: Int) -> String? {
    guard candidates.count <= Self.listLimit, candidates.contains(where: { notes[$0] != nil }) else { return nil }
    let shown = candidates.map { (TerminalSafeText.line($0), notes[$0].map(TerminalSafeText.line) ?? "") }
    let width = min(shown.map(\.0.count).max() ?? 0, 40)
    return shown.map { text, note in
      let line = note.isEmpty ? text : text + String(repeating: " ", count: max(0, width - text.count) + 2) + note
      return (line.count < columns ? line : line.prefix(max(0, columns - 4)) + "...") + "\n"
    }.joined()
  }
}
