import Dispatch
import Synchronization

/// Appends lines to a file in groups, each synced once, on a separate thread.
final class GroupedWriter: Sendable {
  private struct State {
    var pending: [UInt8] = []
    /// The callers that wait until the pending lines are on the disk.
    var waiting: [CheckedContinuation<Void, Never>] = []
    var isWriting = false
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
  func append(_ lines: [UInt8]) { add(lines, nil) }

  /// Appends lines, and returns when they and all lines before them are on the disk.
  func appendSynced(_ lines: [UInt8]) async throws(JournalError) {
    await withCheckedContinuation { add(lines, $0) }
    if let failure { throw failure }
  }

  private func add(_ lines: [UInt8], _ continuation: CheckedContinuation<Void, Never>?) {
    let isIdle = state.withLock { state in
      state.pending += lines
      if let continuation { state.waiting.append(continuation) }
      defer { state.isWriting = true }
      return !state.isWriting
    }
    if isIdle { queue.async { self.writePending() } }
  }

  /// Writes and syncs groups until nothing is pending.
  private func writePending() {
    while true {
      let group = state.withLock { state -> (bytes: [UInt8], waiting: [CheckedContinuation<Void, Never>])? in
        guard !state.pending.isEmpty || !state.waiting.isEmpty else {
          state.isWriting = false
          return nil
        }
        defer { (state.pending, state.waiting) = ([], []) }
        return (state.pending, state.waiting)
      }
      guard let group else { return }
      if failure == nil {
        do throws(JournalError) {
          try file.append(group.bytes)
          if !group.waiting.isEmpty { try file.sync() }
        } catch { state.withLock { $0.failure = error } }
      }
      for continuation in group.waiting { continuation.resume() }
    }
  }
}
