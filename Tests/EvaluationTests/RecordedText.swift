import Synchronization

/// The text that a session wrote to standard error.
final class RecordedText: Sendable {
  private let written = Mutex("")

  var text: String { written.withLock { $0 } }

  func add(_ text: String) { written.withLock { $0 += text } }
}
