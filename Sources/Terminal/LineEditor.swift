internal import CReadline
internal import Glibc
internal import Synchronization

/// A function that returns the help for the word at the cursor; nil if there is no help.
///
/// The cursor is given in bytes of UTF-8 from the start of the line. The function must not block.
public typealias HelpSource = @Sendable (_ line: String, _ cursor: Int) -> String?

/// Reads typed lines from a terminal, edited with GNU readline on a separate thread.
///
/// ```swift
/// let editor = try LineEditor(history: History(file: HistoryFile(path: "/tmp/history")))
/// while case .line(let line) = await editor.readLine(prompt: "retort> ") {
///   try editor.remember(line)
/// }
/// ```
///
/// Readline changes the mode of the terminal only while the user edits a line. The editor restores the mode when the
/// process ends by an exit, a trap or any signal except SIGKILL. Bracketed paste, inputrc (`$if retort`), vi mode and
/// search work as in readline's documentation: https://tiswww.case.edu/php/chet/readline/rluserman.html
public final class LineEditor: Sendable {
  private static let exists = Atomic(false)

  private let mailbox: EditingMailbox
  private let history: Mutex<History>

  /// Opens the editor on a terminal.
  ///
  /// Readline reads keys from `input` and writes to `output`.
  ///
  /// - Throws: ``LineEditorError/secondEditor`` if the process already has an editor, or
  ///   ``LineEditorError/refused(call:errno:)``.
  public init(
    input: Int32 = 0, output: Int32 = 1, history: History = History(),
    completion: @escaping TabCandidates.CompletionSource = { _, _ in .none }, painting: LinePainting? = nil,
    help: HelpSource? = nil
  ) throws(LineEditorError) {
    guard !Self.exists.exchange(true, ordering: .relaxed) else { throw .secondEditor }
    let mailbox = try EditingMailbox()
    self.mailbox = mailbox
    self.history = Mutex(history)
    let entries = history.entries
    retort_use_utf8()
    try Self.startThread(mailbox, input, output, entries, completion, painting, help)
    SignalCatcher.shared.watchTerminal { mailbox.post(.signal($0)) }
  }

  private static func startThread(
    _ mailbox: EditingMailbox, _ input: Int32, _ output: Int32, _ entries: [String],
    _ completion: @escaping TabCandidates.CompletionSource, _ painting: LinePainting?, _ help: HelpSource?
  ) throws(LineEditorError) {
    guard let keys = fdopen(input, "r"), let screen = fdopen(output, "w") else {
      throw .refused(call: "fdopen", errno: errno)
    }
    // From now on, only the new thread uses the streams.
    try BlockingThread.start {
      let readline = Readline(input: keys, output: screen, completion: completion, painting: painting, help: help)
      entries.forEach(readline.remember)
      EditingLoop(mailbox: mailbox, input: input, readline: readline).run()
    }
  }

  /// Shows the prompt, and waits until the user has entered a line.
  ///
  /// Ctrl-C clears the line. SIGTERM and SIGHUP end the wait. A second call waits until the first call has returned.
  public func readLine(prompt: LinePrompt) async -> PromptInput {
    await SignalCatcher.shared.watching { [mailbox] in
      mailbox.post(.signal($0.rawValue))
    } during: {
      await withCheckedContinuation { mailbox.post(.read(prompt, $0)) }
    }
  }

  /// Discards the lines that the terminal has already sent, and the lines that follow them without a pause.
  ///
  /// The function must not be called while ``readLine(prompt:)`` waits for a line.
  ///
  /// - Returns: The number of discarded lines.
  public func discardInput() async -> Int {
    await withCheckedContinuation { mailbox.post(.discard($0)) }
  }

  /// Shows a text above the edited line, and draws the line again below the text.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - prompt: The new prompt of the line; nil if the prompt does not change.
  public func notice(_ text: String, prompt: LinePrompt? = nil) {
    mailbox.post(.notice(text, prompt))
  }

  /// Adds a complete statement to the statements for the arrow keys, and to the history file.
  ///
  /// - Throws: ``LineEditorError/history(path:call:errno:)``. After this error, the arrow keys still show the statement.
  public func remember(_ statement: String) throws(LineEditorError) {
    try history.withLock { history throws(LineEditorError) in
      guard let entry = history.add(statement) else { return }
      mailbox.post(.remember(entry))
      try history.save(entry)
    }
  }

  /// Sets whether the arrow keys show all statements, or only the statements entered in the working directory.
  public func showHistory(ofDirectory isOfDirectory: Bool) {
    let entries = history.withLock { history in
      history.show(ofDirectory: isOfDirectory)
      return history.entries
    }
    mailbox.post(.history(entries))
  }
}
