internal import Glibc

/// A thread for work that blocks, outside Swift's cooperative pool.
final class BlockingThread {
  private let body: () -> Void

  private init(_ body: sending @escaping () -> Void) {
    self.body = body
  }

  /// Starts a detached thread that runs `body`.
  ///
  /// The thread owns the variables that `body` captures.
  static func start(_ body: sending @escaping () -> Void) throws(TerminalError) {
    let thread = Unmanaged.passRetained(BlockingThread(body))
    var id = pthread_t()
    let failure = pthread_create(
      &id, nil,
      { thread in
        if let thread { Unmanaged<BlockingThread>.fromOpaque(thread).takeRetainedValue().run() }
        return nil
      }, thread.toOpaque())
    guard failure == 0 else {
      thread.release()
      throw .refused(call: "pthread_create", errno: failure)
    }
    pthread_detach(id)
  }

  /// Runs the body with all signals unblocked.
  ///
  /// Swift's thread pool blocks signals, and a thread that the pool starts inherits the blocked signals. Ctrl-Z would
  /// then not suspend the line editor.
  private func run() {
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
    body()
  }
}
