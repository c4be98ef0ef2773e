import Language
import Synchronization
import Terminal
import Redaction

/// Shows messages about connections to the user, for example after the loss of a connection.
///
/// While the user types a line at the prompt, a message appears above the line. At other times, the message is a note.
final class ConnectionNotices: Sendable {
  private let console: Console
  private let editor = Mutex<(editor: LineEditor, prompt: @Sendable () -> LinePrompt?)?>(nil)
  /// The text that the next line of the prompt already contains when the user begins to type.
  private let draft = Mutex("")
  /// The question that the user has not answered yet; nil if there is no question.
  private let question = Mutex<String?>(nil)
  private let hasAsked = Atomic(false)

  init(_ console: Console) { self.console = console }

  /// Shows a notice to the user.
  func show(_ text: String) {
    let text = TerminalSafeText.message(text)
    editor.withLock { editor in
      if let editor { return editor.editor.notice("note: \(text)", prompt: editor.prompt()) }
      let question = question.withLock { $0 }
      console.note(question.map { "\nnote: \(text)\n\($0)" } ?? "note: \(text)\n")
    }
  }

  /// Shows a text as the progress line; removes the line for nil.
  ///
  /// While a question waits for an answer, the function shows no progress line.
  func status(_ text: String?) { question.withLock { if $0 == nil || text == nil { console.status?(text) } } }

  /// Asks the user a question; returns nil if the user does not answer.
  ///
  /// If a notice appears before the answer, the question appears again after the notice.
  func answer(to text: String) async -> String? { await answer(to: text, console.answer) }

  /// Asks the user for a secret, which the terminal does not show; returns nil if the user does not answer.
  func secret(_ text: String) async -> String? { await answer(to: text, console.secret) }

  private func answer(
    to text: String, _ read: (_ ask: @escaping @Sendable () -> Void) async -> String?
  ) async -> String? {
    console.discardTyped()
    hasAsked.store(true, ordering: .relaxed)
    question.withLock { $0 = text }
    return ended(await read { [console] in console.note(text) })
  }

  /// Returns whether the user was asked a question since the last call.
  func takeAsked() -> Bool { hasAsked.exchange(false, ordering: .relaxed) }

  /// Ends a question, and returns the answer unchanged.
  ///
  /// If there is no answer, the function writes a line end after the question.
  private func ended(_ answer: String?) -> String? {
    question.withLock { $0 = nil }
    if answer == nil { console.note("\n") }
    return answer
  }

  /// Puts a statement into the next line of the prompt, where the user can edit the statement.
  func edit(_ statement: String) { draft.withLock { $0 = statement } }

  /// Reads a line from the user, and shows notices above the line.
  ///
  /// - Parameters:
  ///   - editor: The editor that reads the line.
  ///   - prompt: The prompt.
  ///   - change: Called after a notice. Returns a new prompt, or nil if the prompt does not change.
  /// - Returns: The user's input.
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
