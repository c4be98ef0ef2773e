import Synchronization

/// Records the lines that a client writes to its trace.
final class RecordedTrace: Sendable {
  private let state = Mutex<[String]>([])

  /// The lines that are neither a request (`->`) nor a reply (`<-`).
  var lines: [String] { all.filter { !$0.hasPrefix("-> ") && !$0.hasPrefix("<- ") } }

  /// The lines of requests (`->`) and replies (`<-`), without the durations.
  var exchanges: [String] {
    all.filter { $0.hasPrefix("-> ") || $0.hasPrefix("<- ") }.map { $0.replacing(#/ after [0-9.]+ ms/#, with: "") }
  }

  private var all: [String] { state.withLock { $0 } }

  func add(_ line: String) { state.withLock { $0.append(line) } }
}
