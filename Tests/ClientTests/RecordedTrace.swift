import Synchronization

/// Records the lines of a trace.
final class RecordedTrace: Sendable {
  private let state = Mutex<[String]>([])

  /// The lines other than the requests and replies themselves.
  var lines: [String] { all.filter { !$0.hasPrefix("-> ") && !$0.hasPrefix("<- ") } }

  /// The requests and replies, without their durations.
  var exchanges: [String] {
    all.filter { $0.hasPrefix("-> ") || $0.hasPrefix("<- ") }.map { $0.replacing(#/ after [0-9.]+ ms/#, with: "") }
  }

  private var all: [String] { state.withLock { $0 } }

  func add(_ line: String) { state.withLock { $0.append(line) } }
}
