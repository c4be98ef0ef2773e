import Language
import Synchronization
import Terminal

/// What connections have to tell a person, whenever they have: above the line that is being typed, or as notes.
final class Notices: Sendable {
  private let console: Console
  private let editor = Mutex<LineEditor?>(nil)

  init(_ console: Console) { self.console = console }

  /// Shows a text.
  func show(_ text: String) {
    let text = Screening.visible(text)
    editor.withLock { editor in
      if let editor { editor.notice("note: \(text)") } else { console.note("note: \(text)\n") }
    }
  }

  /// Reads a line; what is told meanwhile stands above it.
  func readLine(of editor: LineEditor, prompt: String) async -> LineInput {
    self.editor.withLock { $0 = editor }
    let input = await editor.readLine(prompt: prompt)
    self.editor.withLock { $0 = nil }
    return input
  }
}
