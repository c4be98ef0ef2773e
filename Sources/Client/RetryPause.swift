/// The pause before the client repeats a request after a temporary failure.
public enum RetryPause {
  /// Returns the pause after an attempt; the first attempt has the number 0.
  ///
  /// The pause is 250 ms after the first attempt, and doubles with each further attempt, up to 16 s.
  public static func pause(after attempt: Int) -> Duration { .milliseconds(250) * (1 << min(attempt, 6)) }
}

extension ClientError {
  /// Whether the failure can be temporary.
  ///
  /// Temporary failures are a missing route, a lost connection, a missing reply or a failure of the service.
  public var isPassing: Bool { [.noRoute, .connection, .timeout, .badGateway].contains(kind) }

  /// Returns the error with the number of attempts, if there were several attempts.
  func after(attempts: Int) -> ClientError {
    var error = self
    if attempts > 1 { error.facts.append("after \(attempts) attempts") }
    return error
  }
}
