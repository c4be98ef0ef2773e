import Glibc
import Synchronization
import Terminal

/// Which signal stopped what runs, and how often it was asked to stop.
final class StopMark: Sendable {
  private let state = Mutex<(signal: Terminal.Signal, count: Int)?>(nil)

  var signal: Terminal.Signal? { state.withLock { $0?.signal } }

  /// Marks a signal; one more than `patience` of them ends the program at once, since what runs does not listen.
  func set(_ signal: Terminal.Signal, patience: Int) {
    let count = state.withLock { state in
      state = (signal, (state?.count ?? 0) + 1)
      return state?.count ?? 0
    }
    guard count > patience else { return }
    Console.standard.note("\nstopped at once; what was in hand is not known\n")
    exit(signal.exitStatus)
  }
}
