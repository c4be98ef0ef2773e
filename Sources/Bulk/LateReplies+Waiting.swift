import Client

extension LateReplies.LateReplyWatch {
  /// Waits until each change has an outcome or no reply is expected; does not wait if the task is cancelled.
  ///
  /// - Parameters:
  ///   - limit: The maximum time to wait; zero for no wait.
  ///   - note: Shows a note with the number of expected late replies and the limit of the wait.
  /// - Returns: Whether there was a wait.
  func waited(within limit: Duration, note: (Int, Duration) -> Void) async -> Bool {
    guard open > 0, limit > .zero, !Task.isCancelled else { return false }
    note(open, limit)
    _ = await settled(within: limit)
    return true
  }
}
