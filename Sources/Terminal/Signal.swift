/// The signals that ask a program to stop what it does.
public enum Signal: Int32, Sendable, Equatable {
  /// The terminal went away (SIGHUP).
  case hangup = 1
  /// Ctrl-C (SIGINT).
  case interrupt = 2
  /// A polite end was asked for (SIGTERM).
  case terminate = 15

  /// The exit status of a program that this signal ended: 130 for Ctrl-C, 143 for SIGTERM.
  public var exitStatus: Int32 { 128 + rawValue }
}
