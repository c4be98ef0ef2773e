public import Client
import Synchronization

/// Changes that a carrier has taken together, without a task for each of them.
public final class CarriedGroup: Sendable {
  /// Receives the number of a change in the group (counted from 0), its reply or error, and the service's reply time.
  public typealias Receiver = @Sendable (Int, Result<ChangeReply, ClientError>, Duration?) -> Void

  private struct State {
    var begun = 0
    var ended = 0
    var user: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())
  private let receive: Receiver

  /// Creates an empty group; `receive` is called once for each change, in the order of replies.
  public init(receive: @escaping Receiver) { self.receive = receive }

  /// Counts a change that the carrier takes; returns the number of the change.
  public func begin() -> Int {
    state.withLock { state in
      defer { state.begun += 1 }
      return state.begun
    }
  }

  /// Passes the outcome of a change to the receiver.
  public func end(_ number: Int, _ result: Result<ChangeReply, ClientError>, latency: Duration?) {
    receive(number, result, latency)
    let user = state.withLock { state in
      state.ended += 1
      return state.ended == state.begun ? state.user.take() : nil
    }
    user?.resume()
  }

  /// Waits for the outcomes of all changes; no more changes may begin afterwards.
  public func wait() async {
    await withCheckedContinuation { continuation in
      let isEnded = state.withLock { state in
        if state.ended < state.begun { state.user = continuation }
        return state.ended == state.begun
      }
      if isEnded { continuation.resume() }
    }
  }
}
