import Synchronization

/// Records the text that a session writes to standard error.
final class RecordedText: Sendable {
  private let written = Mutex("")

  var text: String { written.withLock { $0 } }

  func add(_ text: String) { written.withLock { $0 += text } }
}
