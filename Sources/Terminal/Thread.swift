internal import Glibc

/// A thread for work that blocks, outside Swift's cooperative pool.
enum Thread {
  private final class Work {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
      self.run = run
    }
  }

  /// Starts a thread that runs until the process ends.
  static func start(_ run: @escaping @Sendable () -> Void) throws(TerminalError) {
    let work = Unmanaged.passRetained(Work(run))
    var thread = pthread_t()
    let failure = pthread_create(
      &thread, nil,
      { work in
        guard let work else { return nil }
        Unmanaged<Work>.fromOpaque(work).takeRetainedValue().run()
        return nil
      }, work.toOpaque())
    guard failure == 0 else {
      work.release()
      throw .refused(call: "pthread_create", errno: failure)
    }
    pthread_detach(thread)
  }
}
