import Language
import Synchronization
import Terminal
import Redaction

/// What connections have to tell a person, whenever they have: above the line that is being typed, or as notes.
final class Notices: Sendable {
  private let console: Console
  private let editor = Mutex<(editor: LineEditor, prompt: @Sendable () -> LinePrompt?)?>(nil)
  /// What the next line is at first.
  private let draft = Mutex("")
  /// The question that a person is answering.
  private let question = Mutex<String?>(nil)

  init(_ console: Console) { self.console = console }

  /// Shows a text.
  func show(_ text: String) {
    let text = TerminalText.message(text)
    editor.withLock { editor in
      if let editor { return editor.editor.notice("note: \(text)", prompt: editor.prompt()) }
      let question = question.withLock { $0 }
      console.note(question.map { "\nnote: \(text)\n\($0)" } ?? "note: \(text)\n")
    }
  }

  /// Asks a question, and again after what is told meanwhile; nil where there is no answer.
  func answer(to text: String) async -> String? { await answer(to: text, console.answer) }

  /// Asks for a secret, which the terminal does not show; nil where there is no answer.
  func secret(_ text: String) async -> String? { await answer(to: text, console.secret) }

  private func answer(to text: String, _ read: @Sendable () async -> String?) async -> String? {
    question.withLock { $0 = text }
    console.note(text)
    let answer = await read()
    question.withLock { $0 = nil }
    if answer == nil { console.note("\n") }
    return answer
  }

  /// Puts a statement on the next line, to be edited.
  func edit(_ statement: String) { draft.withLock { $0 = statement } }

  /// Reads a line; what is told meanwhile stands above it.
  ///
  /// - Parameters:
  ///   - editor: What reads it.
  ///   - prompt: What stands before it.
  ///   - change: Gives the prompt after each notice; nil where it stays.
  /// - Returns: What the person did.
  func readLine(
    of editor: LineEditor, prompt: LinePrompt, after change: @escaping @Sendable () -> LinePrompt?
  ) async -> LineInput {
    self.editor.withLock { $0 = (editor, change) }
    var prompt = prompt
    prompt.draft = draft.withLock { draft in
      defer { draft = "" }
      return draft
    }
    let input = await editor.readLine(prompt: prompt)
    self.editor.withLock { $0 = nil }
    return input
  }
}
