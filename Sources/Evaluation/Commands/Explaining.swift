import Client
import JSONRPC
import Language
import Values

extension ClientValue {
  /// How long the broker is asked at most, since the call's own time is up.
  private static let patience = Duration.seconds(2)

  /// An error with what the broker tells of it: why there is silence, which queue may have been meant.
  func explained(_ error: ClientError) async -> ClientError {
    if error.kind == .noRoute { return await withNearestQueue(error) }
    guard let silence = error.silence else { return error }
    var error = error
    do throws(LinkError) {
      let state = try await probe()
      error.facts = [told(state, silence)]
      if silence.changes {
        error.facts.append(Self.fate(silence))
      } else if state == nil {
        error.nextStep = "is the service running?"
      }
    } catch let unheard {
      error.facts = ["what is in queue \(queue) is not known: \(unheard.message)"]
      if silence.changes { error.facts.append(Self.pending) }
    }
    return error
  }

  /// Asks the broker for the queue's state, also where an interrupt has cancelled the task.
  private func probe() async throws(LinkError) -> QueueState? {
    let (link, queue) = (connection.link, queue)
    return try await Task { () -> Result<QueueState?, LinkError> in
      do throws(LinkError) { return .success(try await link.probe(queue: queue, until: .now + Self.patience)) } catch {
        return .failure(error)
      }
    }.value.get()
  }

  /// What a passive declare on a channel of its own tells of the queue.
  private func told(_ state: QueueState?, _ silence: ClientError.Silence) -> String {
    guard let state else { return "the queue \(queue) is gone" }
    let consumers = "\(state.consumers == 0 ? "no" : "\(state.consumers)") consumer\(state.consumers > 1 ? "s" : "")"
    let waiting =
      switch state.messages {
      case 0: "no request that waits"
      case 1: "1 request that waits"
      default: "\(state.messages) requests that wait"
      }
    let reason =
      if state.consumers == 0 { "is the service running?" } else if state.messages > 0 {
        "the service is slow"
      } else if silence.hasExpired { "the service has taken it, or its time was up before that" } else {
        "the service has taken it, and is slow or silent"
      }
    return "queue \(queue) has \(consumers) and \(waiting): \(reason)"
  }

  /// Whether a change can still be carried out, where the broker has it.
  private static func fate(_ silence: ClientError.Silence) -> String {
    silence.hasExpired
      ? "a service that took it in time may still carry it out; otherwise its message leaves this queue"
      : "it may still be carried out: its message does not expire"
  }

  /// The same where the broker may not have it yet: its time begins there.
  private static let pending = "its message may be on its way: it may still be carried out when the broker gets it"

  /// The error of a queue that is not there, with the name that may have been meant.
  ///
  /// No broker lists its queues to a client: what other clients use is known, and some spellings are looked up.
  private func withNearestQueue(_ error: ClientError) async -> ClientError {
    var found = nearest(to: queue, among: connection.queues.names.filter { $0 != queue }).map { [$0] } ?? []
    let deadline = ContinuousClock.now + .seconds(5)
    for spelling in Self.spellings(of: queue) where found.isEmpty {
      do throws(LinkError) {
        if try await connection.link.probe(queue: spelling, until: deadline) != nil { found = [spelling] }
      } catch { break }
    }
    guard let name = found.first else { return error }
    var error = error
    error.nextStep = "did you mean the queue \(name)?"
    return error
  }

  private static func spellings(of queue: String) -> [String] {
    let turned = queue.map { $0 == "-" ? "_" : $0 == "_" ? "-" : $0 }
    let all = [
      queue + "s", queue.hasSuffix("s") ? String(queue.dropLast()) : queue, String(turned), queue.lowercased(),
      queue.filter { !$0.isWhitespace }, queue.hasSuffix("_test") ? String(queue.dropLast(5)) : queue + "_test",
    ]
    return all.filter { $0 != queue && !$0.isEmpty && $0.utf8.count <= 255 }
  }
}
