import Evaluation
import Terminal

/// Completes the current line of the prompt.
///
/// The completions also depend on the earlier lines of the same statement.
struct PromptCompleter {
  let interpreter: Interpreter

  /// Returns the completions at the cursor, which is a byte offset in the line.
  func completion(of line: String, after entered: String, at cursor: Int) -> TabCandidates {
    let before = entered.isEmpty || entered.hasSuffix("\n") ? entered : entered + "\n"
    let found = interpreter.completion(of: before + line, at: before.utf8.count + cursor)
    let start = found.start - before.utf8.count
    guard start >= 0 else { return .none }
    let notes = found.candidates.compactMap { candidate in candidate.note.map { (candidate.text, $0) } }
    return TabCandidates(
      from: start, candidates: found.candidates.map(\.text), notes: Dictionary(notes) { first, _ in first },
      suffix: found.suffix)
  }
}
