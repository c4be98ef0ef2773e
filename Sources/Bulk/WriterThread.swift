import Glibc
import Synchronization

/// A thread that runs blocking work in order; it ends when this object is released.
final class WriterThread: Sendable {
  private struct State {
    var work: [@Sendable () -> Void] = []
    var isRunning = false
  }

  private let state = Mutex(State())

  /// Runs work after all earlier work.
  func run(_ work: @escaping @Sendable () -> Void) {
    let begins = state.withLock { state in
      state.work.append(work)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if begins { start() }
  }

  private func start() {
    let runner = unsafe Unmanaged.passRetained(Box { self.drain() })
    var thread = pthread_t()
    let code = unsafe pthread_create(
      &thread, nil,
      { pointer in
        if let pointer = unsafe pointer { unsafe Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body() }
        return nil
      }, runner.toOpaque())
    guard code == 0 else {
      unsafe runner.release()
      return drain()
    }
    pthread_detach(thread)
  }

  private final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private func drain() {
    while let work = next() { work() }
  }

  private func next() -> (@Sendable () -> Void)? {
    state.withLock { state in
      guard !state.work.isEmpty else {
        state.isRunning = false
        return nil
      }
      return state.work.removeFirst()
    }
  }
}
