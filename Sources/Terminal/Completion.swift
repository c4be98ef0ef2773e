internal import Redaction

/// The candidates that Tab offers at the cursor.
///
/// ```swift
/// // after `stream po`
/// Completion(from: 7, candidates: ["posts", "post-tags"])
/// ```
public struct Completion: Sendable, Equatable {
  /// The start of the replaced text, in bytes of UTF-8 from the start of the line; the replaced text ends at the
  /// cursor.
  public var start: Int
  /// The complete candidates, in the order of display.
  public var candidates: [String]
  /// The description of each candidate, in one line; it is shown next to the candidate if the list is short.
  public var notes: [String: String]
  /// An ASCII character to insert after a single candidate; nil for no character.
  public var suffix: Character?

  /// Creates a completion.
  public init(from start: Int, candidates: [String], notes: [String: String] = [:], suffix: Character? = " ") {
    self.start = start
    self.candidates = candidates
    self.notes = notes
    self.suffix = suffix
  }

  /// The completion without candidates.
  public static let none = Completion(from: 0, candidates: [])

  /// Returns the completion for a line and a cursor, in bytes of UTF-8 from the line's start; the function must not
  /// block.
  public typealias CompletionSource = @Sendable (_ line: String, _ cursor: Int) -> Completion

  /// Returns the common prefix of all candidates, or the typed text if that prefix would be shorter.
  func commonPrefix(typed: Substring) -> String {
    guard let first = candidates.first else { return String(typed) }
    guard candidates.count > 1 else { return first }
    let common = candidates.dropFirst().reduce(first) { common, candidate in
      String(zip(common, candidate).prefix { $0 == $1 }.map(\.0))
    }
    return common.hasPrefix(typed) ? common : String(typed)
  }

  /// The maximum number of candidates that are listed one per line.
  static let listLimit = 30

  /// Returns a list of the candidates with their notes, one per line, for a terminal's width; nil if no candidate has a
  /// note or if there are too many.
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
