import Language
import Synchronization

/// The statement that is being typed, line by line; the editor's thread reads it while the next line is typed.
final class StatementDraft: Sendable {
  private struct EnteredLines {
    var text = ""
    var wasPasted = false
    var last = ""
  }

  private let state = Mutex(EnteredLines())

  /// The complete lines, without the current line.
  var text: String { state.withLock(\.text) }

  /// Whether there are complete lines.
  var isOpen: Bool { !text.isEmpty }

  /// Whether a part was pasted or comes from an editor; the text is then parsed like a file.
  var wasPasted: Bool { state.withLock(\.wasPasted) }

  /// The last entered statement.
  var last: String {
    get { state.withLock(\.last) }
    set { state.withLock { $0.last = newValue } }
  }

  /// The lines as a source text.
  var source: SourceText { SourceText(name: "prompt", text: text) }

  /// Adds a line; a line that contains line feeds was pasted.
  func add(_ line: String, fromEditor: Bool = false) {
    state.withLock { state in
      state.text += state.text.isEmpty ? line : "\n" + line
      if fromEditor || line.contains("\n") { state.wasPasted = true }
    }
  }

  /// Removes and returns the lines.
  @discardableResult func take() -> String {
    state.withLock { state in
      defer { (state.text, state.wasPasted) = ("", false) }
      return state.text
    }
  }
}
