import Language
import Synchronization
import Terminal
import Redaction

/// Shows notices of connections: above the line that is being typed at the prompt, or otherwise as notes.
final class ConnectionNotices: Sendable {
  private let console: Console
  private let editor = Mutex<(editor: LineEditor, prompt: @Sendable () -> LinePrompt?)?>(nil)
  /// The initial text of the next line, for editing.
  private let draft = Mutex("")
  /// The question that waits for an answer; nil if no question waits.
  private let question = Mutex<String?>(nil)

  init(_ console: Console) { self.console = console }

  /// Shows a notice.
  func show(_ text: String) {
    let text = TerminalSafeText.message(text)
    editor.withLock { editor in
      if let editor { return editor.editor.notice("note: \(text)", prompt: editor.prompt()) }
      let question = question.withLock { $0 }
      console.note(question.map { "\nnote: \(text)\n\($0)" } ?? "note: \(text)\n")
    }
  }

  /// Shows the progress line, unless a question waits for an answer; nil removes the line.
  func status(_ text: String?) { question.withLock { if $0 == nil || text == nil { console.status?(text) } } }

  /// Asks a question, and shows it again after notices; returns nil without an answer.
  func answer(to text: String) async -> String? { await answer(to: text, console.answer) }

  /// Asks for a secret without echo; returns nil without an answer.
  func secret(_ text: String) async -> String? {
    console.discardTyped()
    question.withLock { $0 = text }
    let answer = await console.secret { [console] in console.note(text) }
    return ended(answer)
  }

  private func answer(to text: String, _ read: @Sendable () async -> String?) async -> String? {
    console.discardTyped()
    question.withLock { $0 = text }
    console.note(text)
    return ended(await read())
  }

  /// Ends a question and returns its answer; without an answer, writes a line end after the question.
  private func ended(_ answer: String?) -> String? {
    question.withLock { $0 = nil }
    if answer == nil { console.note("\n") }
    return answer
  }

  /// Sets the initial text of the next line to a statement, for editing.
  func edit(_ statement: String) { draft.withLock { $0 = statement } }

  /// Reads a line; notices are shown above it.
  ///
  /// - Parameters:
  ///   - editor: The editor that reads the line.
  ///   - prompt: The prompt.
  ///   - change: Called at each notice; returns the new prompt, or nil to keep the prompt.
  /// - Returns: The person's input.
  func readLine(
    of editor: LineEditor, prompt: LinePrompt, after change: @escaping @Sendable () -> LinePrompt?
  ) async -> PromptInput {
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
