import Client

extension LateReplies.LateReplyWatch {
  /// Waits, at most for `limit`, for the late replies to all changes without an outcome.
  ///
  /// The function does not wait for a change whose reply can no longer arrive. It does not wait if the task is
  /// cancelled.
  ///
  /// - Parameters:
  ///   - limit: The maximum time to wait; zero for no wait.
  ///   - note: Shows a note with the number of expected late replies and the maximum duration of the wait.
  /// - Returns: Whether the function waited; false if no reply was expected, the limit is zero, or the task was
  ///   cancelled.
  func waited(within limit: Duration, note: (Int, Duration) -> Void) async -> Bool {
    guard open > 0, limit > .zero, !Task.isCancelled else { return false }
    note(open, limit)
    _ = await settled(within: limit)
    return true
  }
}
