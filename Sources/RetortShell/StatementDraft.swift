import Language
import Synchronization

/// The statement that the user is typing, line by line.
///
/// While the user types the next line, the line editor reads the draft on another thread.
final class StatementDraft: Sendable {
  private struct EnteredLines {
    var text = ""
    var wasPasted = false
    var last = ""
  }

  private let state = Mutex(EnteredLines())

  /// The lines that the user has finished, without the current line.
  var text: String { state.withLock(\.text) }

  /// Whether the draft contains at least one finished line.
  var isOpen: Bool { !text.isEmpty }

  /// Whether the user pasted a part of the text, or wrote it in an editor.
  ///
  /// If true, the program parses the text like a file.
  var wasPasted: Bool { state.withLock(\.wasPasted) }

  /// The last statement that the user entered.
  var last: String {
    get { state.withLock(\.last) }
    set { state.withLock { $0.last = newValue } }
  }

  /// The finished lines as a source text.
  var source: SourceText { SourceText(name: "prompt", text: text) }

  /// Adds a finished line.
  ///
  /// If `line` contains line feeds, the user pasted it.
  func add(_ line: String, fromEditor: Bool = false) {
    state.withLock { state in
      state.text += state.text.isEmpty ? line : "\n" + line
      if fromEditor || line.contains("\n") { state.wasPasted = true }
    }
  }

  /// Removes and returns all lines of the draft.
  @discardableResult func take() -> String {
    state.withLock { state in
      defer { (state.text, state.wasPasted) = ("", false) }
      return state.text
    }
  }
}
