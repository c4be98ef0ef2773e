/// What a person did at the prompt.
public enum LineInput: Sendable, Equatable {
  /// Entered a line; a pasted block is one line that holds line feeds.
  case line(String)
  /// Asked for an editor, with what was typed so far: Ctrl-X Ctrl-E, or `v` among the keys of vi.
  case edit(String)
  /// Cleared the line with Ctrl-C: what was typed of a statement is to be forgotten.
  case interrupted
  /// Pressed Ctrl-D on an empty line, or the terminal went away.
  case endOfInput
  /// Nothing: the process was told to end. The terminal is as it was before.
  case stopped(Signal)
}
