import Dispatch
import Synchronization

/// Appends lines to a file in groups, each synced once if somebody waits for it, on a separate thread.
///
/// Lines that nobody waits for are written within a millisecond, so that many of them share one write.
final class GroupedWriter: Sendable {
  private struct State {
    var pending: [UInt8] = []
    /// The callers that wait until the pending lines are on the disk.
    var waiting: [CheckedContinuation<Void, Never>] = []
    /// Whether a write at once, or one soon, is scheduled.
    var (writesNow, writesSoon) = (false, false)
    var failure: JournalError?
  }

  private let file: RecordFile
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "retort.writer")

  /// Creates the writer of a file.
  init(_ file: RecordFile) { self.file = file }

  /// The error of a failed write, which is final; nil without one.
  var failure: JournalError? { state.withLock(\.failure) }

  /// Appends lines, which are on the disk with the next group.
  func append(_ lines: [UInt8]) {
    let isScheduled = state.withLock { state in
      state.pending += lines
      defer { state.writesSoon = true }
      return state.writesSoon
    }
    if !isScheduled { queue.asyncAfter(deadline: .now() + .milliseconds(1)) { self.writePending() } }
  }

  /// Appends lines, and returns when they and all lines before them are on the disk.
  func appendSynced(_ lines: [UInt8]) async throws(JournalError) {
    await withCheckedContinuation { continuation in
      let isScheduled = state.withLock { state in
        state.pending += lines
        state.waiting.append(continuation)
        defer { state.writesNow = true }
        return state.writesNow
      }
      if !isScheduled { queue.async { self.writePending() } }
    }
    if let failure { throw failure }
  }

  /// Writes the pending lines, and syncs them if somebody waits for it.
  private func writePending() {
    let (lines, waiting) = state.withLock { state in
      defer { (state.pending, state.waiting, state.writesNow, state.writesSoon) = ([], [], false, false) }
      return (state.pending, state.waiting)
    }
    if failure == nil {
      do throws(JournalError) {
        if !lines.isEmpty { try file.append(lines) }
        if !waiting.isEmpty { try file.sync() }
      } catch { state.withLock { $0.failure = error } }
    }
    for continuation in waiting { continuation.resume() }
  }
}
