import RetortShell
import Synchronization
import TestBench

/// A worker of the pool `test`: a run of `retort work` inside this process.
struct PoolWorker {
  static let key = "0123456789abcdef0123456789abcdef"
  private let recorded: Recorded
  private let program: Task<Int32, Never>

  private final class Recorded: Sendable {
    let notes = Mutex("")
  }

  /// Starts the worker, and waits until the worker is ready or has ended.
  ///
  /// `heartbeat` is the heartbeat interval in seconds. If other tests keep all threads busy for two intervals, the worker
  /// takes this for a freeze of the process, and the broker delivers its chunk again.
  init(
    in vhost: VirtualHost, _ options: [String] = [], key: String? = key, meta: String? = nil, heartbeat: Int = 1
  ) async {
    let recorded = Recorded()
    let (said, say) = AsyncStream.makeStream(of: Void.self)
    let console = Console(write: { _ in true }) { text in
      recorded.notes.withLock { $0 += text }
      say.yield()
    }
    var environment: [String: String] = [:]
    environment["RETORT_POOL_KEY"] = key
    environment["RETORT_POOL_META"] = meta
    program = Task { [environment] in
      let status = await RetortShell.run(
        arguments: ["work", vhost.uri + "&heartbeat=\(heartbeat)", "--pool", "test"] + options, console: console,
        environment: environment)
      say.finish()
      return status
    }
    for await _ in said { break }
    self.recorded = recorded
  }

  /// The text that the worker wrote to standard error.
  var notes: String { recorded.notes.withLock { $0 } }

  /// Stops the worker as SIGTERM does, and returns its exit status.
  func stop() async -> Int32 {
    program.cancel()
    return await program.value
  }
}
