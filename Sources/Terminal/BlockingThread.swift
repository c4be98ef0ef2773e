internal import Glibc

/// A thread for work that blocks, outside Swift's cooperative pool.
final class BlockingThread {
  private let body: () -> Void

  private init(_ body: sending @escaping () -> Void) {
    self.body = body
  }

  /// Starts a detached thread that runs `body`.
  ///
  /// The captured variables of `body` must not be used elsewhere.
  static func start(_ body: sending @escaping () -> Void) throws(LineEditorError) {
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

  /// Calls `body` with all signals unblocked.
  ///
  /// Otherwise the thread would inherit blocked signals from Swift's thread pool, and Ctrl-Z would not suspend the line
  /// editor.
  private func run() {
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
    body()
  }
}
