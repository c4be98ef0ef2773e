/// The result of waiting for input at a prompt.
public enum PromptInput: Sendable, Equatable {
  /// The user entered a line. A pasted block is one line that contains line feeds.
  case line(String)
  /// The user asked for an editor, with Ctrl-X Ctrl-E, or with `v` in vi mode. The value is the typed text.
  case edit(String)
  /// Ctrl-C cleared the line. The caller discards an incomplete statement.
  case interrupted
  /// The user pressed Ctrl-D on an empty line, or the terminal closed.
  case endOfInput
  /// A signal ended the wait, and the editor restored the terminal.
  case stopped(TerminationSignal)
}
