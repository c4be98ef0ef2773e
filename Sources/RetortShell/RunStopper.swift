import Evaluation
import Formats
import Glibc
import Synchronization
import Terminal

/// Stops the running script when the user sends signals, such as Ctrl-C.
///
/// The first signal cancels the run. Requests that only read data end immediately, and the run sends no further
/// request. But the run still waits for the replies to changes that it has already sent, at most until their timeout.
///
/// The second signal ends this wait. A script then has two seconds to report the changes in flight as unknown. The
/// third signal ends the program if the run has still not stopped. Ctrl-\ always ends the program immediately. A signal
/// that arrives a second time within 100 ms counts only once (`DebouncedSignalCounter`).
final class RunStopper: Sendable {
  private let session: Session
  private let work: Task<Int32, Never>
  private let state = Mutex<(last: Terminal.TerminationSignal?, counter: DebouncedSignalCounter)>(
    (nil, DebouncedSignalCounter()))
  private let hasEnded = Atomic(false)
  /// The time from the first signal to the note that explains the effect of the next signal.
  private static let noteDelay = Duration.milliseconds(700)
  /// The time from the second signal to the end of the program, in which a script reports the changes in flight.
  private static let reportTime = Duration.seconds(2)

  init(_ session: Session, _ work: Task<Int32, Never>) {
    self.session = session
    self.work = work
  }

  /// The last signal that arrived; nil before the first signal.
  var signal: Terminal.TerminationSignal? { state.withLock(\.last) }

  /// Handles a signal, depending on how many signals arrived before.
  ///
  /// - Parameters:
  ///   - signal: The signal.
  ///   - forcedEnds: Whether the second signal already ends the program.
  func signalled(_ signal: Terminal.TerminationSignal, forcedEnds: Bool) {
    let count = state.withLock { state -> Int? in
      guard state.counter.add(signal, at: .now) else { return nil }
      state.last = signal
      return state.counter.count
    }
    guard let count else { return }
    if signal == .quit || count > 2 {
      Console.standard.note("\n\(Session.forced)\n")
      return endProgram(signal)
    }
    if count == 1 {
      NonHangingStandardStream.stop()
      let isSaid = session.stop()
      work.cancel()
      return isSaid ? () : sayWhatIsNext(signal, forcedEnds)
    }
    session.abandon()
    guard forcedEnds else { return }
    Task { [self] in
      try? await Task.sleep(for: Self.reportTime)
      if !hasEnded.load(ordering: .relaxed) { endProgram(signal) }
    }
  }

  private func endProgram(_ signal: Terminal.TerminationSignal) {
    session.noteHowToResume()
    exit(signal.exitStatus)
  }

  /// Records that the run has ended, which also prevents the note about the next signal.
  func end() { hasEnded.store(true, ordering: .relaxed) }

  /// Shows a note about the effect of the next signal, if the run has not stopped soon after the first signal.
  private func sayWhatIsNext(_ signal: Terminal.TerminationSignal, _ forcedEnds: Bool) {
    Task { [self] in
      try? await Task.sleep(for: Self.noteDelay)
      guard !hasEnded.load(ordering: .relaxed), state.withLock(\.counter.count) == 1 else { return }
      let next = forcedEnds ? "ends retort immediately" : "ends the wait for replies, and a third ends retort"
      let again = signal == .interrupt ? "Ctrl-C" : "signal"
      Console.standard.note("note: the statement is still running; another \(again) \(next)\n")
    }
  }
}
