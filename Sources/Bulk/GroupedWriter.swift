import Dispatch
import Synchronization

/// Appends lines to a file in groups, each synced once if somebody waits for it, on a separate thread.
///
/// Lines that nobody waits for are written within a millisecond, so that many of them share one write. They are written
/// even after a failure, into space that was reserved on the disk.
final class GroupedWriter: Sendable {
  private struct State {
    /// The lines that somebody waits for, and the others.
    var (synced, pending): ([UInt8], [UInt8]) = ([], [])
    /// The number of bytes to reserve for later lines.
    var owed = 0
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

  /// Appends lines, which are on the disk with the next group; for some bytes of them space was reserved.
  func append(_ lines: [UInt8], owed: Int = 0) {
    let isScheduled = state.withLock { state in
      state.pending += lines
      state.owed -= owed
      defer { state.writesSoon = true }
      return state.writesSoon
    }
    if !isScheduled { queue.asyncAfter(deadline: .now() + .milliseconds(1)) { self.writePending() } }
  }

  /// Appends lines, and returns when they and all lines before them are on the disk.
  ///
  /// - Parameters:
  ///   - lines: The lines.
  ///   - owing: The number of bytes to reserve for lines that follow.
  /// - Throws: ``JournalError`` after a failed write, which is final.
  func appendSynced(_ lines: [UInt8], owing: Int = 0) async throws(JournalError) {
    await withCheckedContinuation { continuation in
      let isScheduled = state.withLock { state in
        state.synced += lines
        state.owed += owing
        state.waiting.append(continuation)
        defer { state.writesNow = true }
        return state.writesNow
      }
      if !isScheduled { queue.async { self.writePending() } }
    }
    if let failure { throw failure }
  }

  /// Writes the lines, and syncs them if somebody waits for it.
  private func writePending() {
    let (synced, pending, owed, waiting) = state.withLock { state in
      defer {
        (state.synced, state.pending, state.waiting) = ([], [], [])
        (state.writesNow, state.writesSoon) = (false, false)
      }
      return (state.synced, state.pending, state.owed, state.waiting)
    }
    if failure == nil {
      do throws(JournalError) {
        if !synced.isEmpty { try file.reserve(owed) }
        if !synced.isEmpty || !pending.isEmpty { try file.append(synced + pending) }
        if !waiting.isEmpty { try file.sync() }
        return waiting.forEach { $0.resume() }
      } catch {
        state.withLock { $0.failure = error }
        file.freeReserve()
      }
    }
    if !pending.isEmpty { try? file.append(pending) }
    if !waiting.isEmpty { try? file.sync() }
    waiting.forEach { $0.resume() }
  }
}
