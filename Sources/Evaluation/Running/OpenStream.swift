import Synchronization
import Values

/// A stream of a queue that is open: as long as this lives, changes of the queue are refused.
final class OpenStream: Sendable {
  private let session: Session
  private let key: String

  init(_ session: Session, _ key: String) {
    self.session = session
    self.key = key
    session.state.withLock { $0.openStreams[key, default: 0] += 1 }
  }

  deinit {
    session.state.withLock { state in
      let left = (state.openStreams[key] ?? 1) - 1
      state.openStreams[key] = left > 0 ? left : nil
    }
  }
}

extension Session {
  /// Refuses a change of what is being streamed (TheLanguage.md, "Rule 1: no change while streaming").
  func refuseStreamed(_ client: ClientValue, _ verb: String) throws(Fault) {
    guard state.withLock({ $0.openStreams[client.streamKey] != nil }) else { return }
    throw Fault(
      .refused, "\(verb) changes \(client.queue) while it is being streamed: rows would be skipped in silence",
      nextStep: "collect the stream first: | collect" + (verb == "destroy" ? "; or destroy-all with a filter" : ""))
  }
}
