import Language
import Synchronization

/// The statement that is being typed, line by line: read by the editor's thread while its next line is typed.
final class Draft: Sendable {
  private struct State {
    var text = ""
    var wasPasted = false
    var last = ""
  }

  private let state = Mutex(State())

  /// The lines so far, without the one that is being typed.
  var text: String { state.withLock(\.text) }

  /// Whether there are lines so far.
  var isOpen: Bool { !text.isEmpty }

  /// Whether a part of it was pasted or comes from an editor, so that it is read as a file is.
  var wasPasted: Bool { state.withLock(\.wasPasted) }

  /// The statement that was entered last.
  var last: String {
    get { state.withLock(\.last) }
    set { state.withLock { $0.last = newValue } }
  }

  /// The lines as a text to be run.
  var source: SourceText { SourceText(name: "prompt", text: text) }

  /// Adds a line; one that holds line feeds was pasted.
  func add(_ line: String, fromEditor: Bool = false) {
    state.withLock { state in
      state.text += state.text.isEmpty ? line : "\n" + line
      if fromEditor || line.contains("\n") { state.wasPasted = true }
    }
  }

  /// Takes the lines, and begins anew.
  @discardableResult func take() -> String {
    state.withLock { state in
      defer { (state.text, state.wasPasted) = ("", false) }
      return state.text
    }
  }
}
