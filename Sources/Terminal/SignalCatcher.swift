internal import CReadline
internal import Glibc
internal import Synchronization

/// Catches the signals SIGINT (Ctrl-C), SIGQUIT, SIGTERM and SIGHUP, and passes them to a watcher.
///
/// A watcher is a function that reacts to a signal, for example by cancelling a task. While there is no watcher, the
/// object stores the signals for the next watcher. The object begins to catch signals at the first access to `shared`.
///
/// ```swift
/// let work = Task { try await Task.sleep(for: .seconds(60)) }
/// try await SignalCatcher.shared.watching { _ in work.cancel() } during: { try await work.value }
/// ```
///
/// Watchers are called on a separate thread, so that a busy thread can't delay the reaction to a signal. The program
/// needs no terminal. A signal that was ignored when the process started (nohup) remains ignored.
public final class SignalCatcher: Sendable {
  /// The only instance, because signals belong to the process.
  public static let shared = SignalCatcher()

  private struct WatchersAndPendingSignals {
    var watchers: [(id: Int, call: @Sendable (TerminationSignal) -> Void)] = []
    var nextID = 0
    /// The signals that arrived while there was no watcher.
    ///
    /// The next watcher gets the signals.
    var pending: [TerminationSignal] = []
    /// The line editor's handler for SIGTSTP and SIGWINCH.
    var terminal: (@Sendable (Int32) -> Void)?
    /// The handler of a question for SIGTSTP and SIGCONT.
    var question: (@Sendable (Int32) -> Void)?
  }

  private let state = Mutex(WatchersAndPendingSignals())

  /// Begins to catch the signals.
  ///
  /// If no descriptor or thread is available, a signal ends the program as usual.
  private init() {
    guard retort_signals_open() == 0, (try? BlockingThread.start { Self.shared.serve() }) != nil else { return }
    for number in [SIGINT, SIGQUIT, SIGTERM, SIGHUP] { retort_signal_catch(number) }
  }

  /// Calls `body`, and passes signals to `watcher` until `body` returns.
  ///
  /// If calls are nested, only the watcher of the innermost call gets signals. Signals that arrived while there was no
  /// watcher are passed to `watcher` immediately.
  public func watching<Result, Failure: Error>(
    _ watcher: @escaping @Sendable (TerminationSignal) -> Void, during body: () async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    let id = add(watcher)
    defer { state.withLock { $0.watchers.removeAll { $0.id == id } } }
    return try await body()
  }

  /// Passes a signal to the watcher, as if the process had received the signal.
  ///
  /// The watcher gets even a signal that the process ignores.
  public func raise(_ signal: TerminationSignal) { deliver(signal.rawValue) }

  /// Sets the handler for SIGTSTP and SIGWINCH, and begins to catch SIGWINCH.
  func watchTerminal(_ watcher: @escaping @Sendable (Int32) -> Void) {
    state.withLock { $0.terminal = watcher }
    retort_signal_catch(SIGWINCH)
  }

  /// Passes SIGTSTP (Ctrl-Z) and SIGCONT to a handler until `body` returns.
  ///
  /// SIGTSTP then does not stop the process.
  func watchingStops<Result>(
    _ watcher: @escaping @Sendable (Int32) -> Void, during body: () async -> Result
  ) async -> Result {
    state.withLock { $0.question = watcher }
    for number in [SIGTSTP, SIGCONT] { retort_signal_catch(number) }
    defer {
      for number in [SIGTSTP, SIGCONT] { retort_signal_release(number) }
      state.withLock { $0.question = nil }
    }
    return await body()
  }

  private func add(_ watcher: @escaping @Sendable (TerminationSignal) -> Void) -> Int {
    let (id, pending) = state.withLock { state in
      defer {
        state.nextID += 1
        state.pending = []
      }
      state.watchers.append((state.nextID, watcher))
      return (state.nextID, state.pending)
    }
    pending.forEach(watcher)
    return id
  }

  private func serve() {
    while true {
      let caught = retort_signals_wait()
      for number in 1..<Int32(64) where caught & (1 << UInt64(number)) != 0 { deliver(number) }
    }
  }

  private func deliver(_ number: Int32) {
    guard let signal = TerminationSignal(rawValue: number) else {
      let isStop = number == SIGTSTP || number == SIGCONT
      return state.withLock { state in isStop ? state.question ?? state.terminal : state.terminal }?(number) ?? ()
    }
    let watcher = state.withLock { state in
      if state.watchers.isEmpty { state.pending.append(signal) }
      return state.watchers.last?.call
    }
    watcher?(signal)
  }
}
