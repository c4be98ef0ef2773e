import Synchronization

/// Keeps what a trace says.
final class Heard: Sendable {
  private let state = Mutex<[String]>([])

  var lines: [String] { state.withLock { $0 } }

  func hear(_ line: String) { state.withLock { $0.append(line) } }
}
