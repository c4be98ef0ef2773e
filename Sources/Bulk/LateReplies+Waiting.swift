import Client

extension LateReplies.LateReplyWatch {
  /// Waits for the late replies to all changes without an outcome.
  ///
  /// The wait ends early if no further reply can arrive, or if the task is cancelled.
  ///
  /// - Parameters:
  ///   - limit: The maximum time to wait; zero for no wait.
  ///   - note: Shows a note with the number of expected late replies and the maximum time to wait.
  /// - Returns: Whether the function waited; false if no reply was expected, if the limit is zero, or if the task was
  ///   cancelled.
  func waited(within limit: Duration, note: (Int, Duration) -> Void) async -> Bool {
    guard open > 0, limit > .zero, !Task.isCancelled else { return false }
    note(open, limit)
    _ = await settled(within: limit)
    return true
  }
}
