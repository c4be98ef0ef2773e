import Evaluation
import Glibc
import Synchronization
import Terminal

/// How signals stop what runs.
///
/// The first cancels it: reads end at once, nothing more is sent, and changes in flight wait for their replies as long as
/// their time allows. The second gives those up, and the next ends the program, should what runs not listen.
final class Stop: Sendable {
  private let session: Session
  private let work: Task<Int32, Never>
  private let state = Mutex<(signal: Terminal.Signal, count: Int)?>(nil)
  private let hasEnded = Atomic(false)
  /// How long what runs may take to end before a note says what the next signal does.
  private static let patience = Duration.milliseconds(700)

  init(_ session: Session, _ work: Task<Int32, Never>) {
    self.session = session
    self.work = work
  }

  /// The last signal that came.
  var signal: Terminal.Signal? { state.withLock { $0?.signal } }

  /// Stops what runs, as often as it was signalled before.
  ///
  /// - Parameters:
  ///   - signal: The signal.
  ///   - forcedEnds: Whether the second signal already ends the program.
  func signalled(_ signal: Terminal.Signal, forcedEnds: Bool) {
    let count = state.withLock { state in
      state = (signal, (state?.count ?? 0) + 1)
      return state?.count ?? 0
    }
    if count > (forcedEnds ? 1 : 2) {
      Console.standard.note("\n\(Session.forced)\n")
      exit(signal.exitStatus)
    }
    if count == 1 {
      let isSaid = session.stop()
      work.cancel()
      return isSaid ? () : sayWhatIsNext(forcedEnds)
    }
    session.abandon()
  }

  /// Says that what ran has ended.
  func end() { hasEnded.store(true, ordering: .relaxed) }

  /// Says what the next signal does, should what runs not listen to the first.
  private func sayWhatIsNext(_ forcedEnds: Bool) {
    Task { [self] in
      try? await Task.sleep(for: Self.patience)
      guard !hasEnded.load(ordering: .relaxed), state.withLock({ $0?.count ?? 0 }) == 1 else { return }
      let next = forcedEnds ? "ends retort at once" : "gives up the replies that are awaited, a third one ends retort"
      Console.standard.note("note: it still runs; another Ctrl-C \(next)\n")
    }
  }
}
