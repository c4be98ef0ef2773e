import Dispatch
import Synchronization

/// A writer that appends lines to a file in groups, on a separate thread.
///
/// If a caller waits for its lines, the writer immediately writes all lines together, and syncs them to the disk once.
/// Lines without a waiting caller are written a millisecond later, so that many lines share one write.
///
/// After a failed write, the writer still tries to write the lines without a waiting caller. For these lines, it frees
/// the disk space that was reserved.
final class GroupCommitWriter: Sendable {
  private struct LinesToWriteAndWaiters {
    /// The lines to write: lines for which a caller waits (`synced`), and other lines (`pending`).
    var (synced, pending): ([UInt8], [UInt8]) = ([], [])
    /// The number of bytes to reserve on the disk for later lines.
    var owed = 0
    /// The callers that wait until their lines are on the disk.
    var waiting: [CheckedContinuation<Void, Never>] = []
    /// Whether an immediate write is scheduled (`writesNow`), and whether a write after a millisecond is scheduled
    /// (`writesSoon`).
    var (writesNow, writesSoon) = (false, false)
    var failure: JournalError?
    /// The state of the checksums after the last written line; nil for lines without checksums.
    var sums: JournalChecksums?
  }

  private let file: LockedFile
  private let state: Mutex<LinesToWriteAndWaiters>
  private let queue = DispatchQueue(label: "retort.writer")

  /// Creates the writer of a file.
  ///
  /// `sums` computes the checksums of the lines; nil for lines without checksums.
  init(_ file: LockedFile, _ sums: JournalChecksums? = nil) {
    self.file = file
    var state = LinesToWriteAndWaiters()
    state.sums = sums
    self.state = Mutex(state)
  }

  /// The error of the first failed write; nil if no write failed.
  ///
  /// After a failed write, ``appendSynced(_:owing:)`` always throws this error.
  var failure: JournalError? { state.withLock(\.failure) }

  /// Appends lines without waiting for the disk.
  ///
  /// - Parameters:
  ///   - owed: The number of bytes that an earlier call reserved on the disk for these lines.
  ///   - write: Appends the lines to the given bytes.
  func append(owed: Int, _ write: (inout [UInt8]) -> Void) {
    let isScheduled = state.withLock { state in
      write(&state.pending)
      state.owed -= owed
      defer { state.writesSoon = true }
      return state.writesSoon
    }
    if !isScheduled { queue.asyncAfter(deadline: .now() + .milliseconds(1)) { self.writePending() } }
  }

  /// Appends lines without waiting for the disk; a later call of ``appendSynced(_:owing:)`` waits for these lines too.
  func append(_ lines: [UInt8]) {
    let isScheduled = state.withLock { state in
      state.synced += lines
      defer { state.writesNow = true }
      return state.writesNow
    }
    if !isScheduled { queue.async { self.writePending() } }
  }

  /// Appends lines, and returns when these lines and all earlier lines are on the disk.
  ///
  /// - Parameters:
  ///   - lines: The lines.
  ///   - owing: The number of bytes to reserve on the disk for later lines.
  /// - Throws: ``JournalError`` if this write or an earlier write has failed.
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

  /// Writes all collected lines, and syncs the file if a caller waits.
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
        if !synced.isEmpty || !pending.isEmpty { try write(synced + pending) }
        if !waiting.isEmpty { try file.sync() }
        return waiting.forEach { $0.resume() }
      } catch {
        state.withLock { $0.failure = error }
        file.freeReserve()
      }
    }
    if !pending.isEmpty { try? write(pending) }
    if !waiting.isEmpty { try? file.sync() }
    waiting.forEach { $0.resume() }
  }

  /// Appends lines with their checksums.
  ///
  /// If the write fails, the function throws an error, and the file does not change.
  private func write(_ lines: consuming [UInt8]) throws(JournalError) {
    guard var sums = state.withLock(\.sums) else { return try file.append(lines) }
    sums.seal(&lines)
    try file.append(lines)
    state.withLock { $0.sums = sums }
  }
}
