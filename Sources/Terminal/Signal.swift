/// The signals that stop a program.
public enum Signal: Int32, Sendable, Equatable {
  /// The terminal closed (SIGHUP).
  case hangup = 1
  /// Ctrl-C (SIGINT).
  case interrupt = 2
  /// Ctrl-\ (SIGQUIT). This signal ends the program immediately.
  case quit = 3
  /// A request to end the program (SIGTERM).
  case terminate = 15

  /// The exit status of a program that this signal ended: 130 for Ctrl-C, 131 for Ctrl-\, 143 for SIGTERM.
  public var exitStatus: Int32 { 128 + rawValue }
}
