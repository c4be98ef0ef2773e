/// The input at a prompt.
public enum PromptInput: Sendable, Equatable {
  /// A line; a pasted block is one line that contains line feeds.
  case line(String)
  /// A request for an editor, with the typed text: Ctrl-X Ctrl-E, or `v` in vi mode.
  case edit(String)
  /// Ctrl-C cleared the line; the caller discards an incomplete statement.
  case interrupted
  /// Ctrl-D on an empty line, or the terminal closed.
  case endOfInput
  /// A signal ended the wait; the terminal is restored.
  case stopped(Signal)
}
