/// A signal that asks the program to stop.
public enum TerminationSignal: Int32, Sendable, Equatable {
  /// The terminal closed (SIGHUP).
  case hangup = 1
  /// Ctrl-C (SIGINT).
  case interrupt = 2
  /// Ctrl-\ (SIGQUIT). This signal ends the program immediately.
  case quit = 3
  /// A request to end the program (SIGTERM).
  case terminate = 15

  /// The exit status of a program after the signal has ended it: 130 for Ctrl-C, or 143 for SIGTERM.
  public var exitStatus: Int32 { 128 + rawValue }
}
