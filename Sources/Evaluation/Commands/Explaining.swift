import Client
import JSONRPC
import Language
import Values

extension ClientValue {
  /// The maximum time to wait for the broker's answer about a queue, after a call got no reply.
  private static let waitLimit = Duration.seconds(2)

  /// Returns the error with facts from the broker, or with the name of a similar queue.
  ///
  /// If a reply is missing, the facts say why: for example, the queue has no consumer. If the queue does not exist, the
  /// advice names a queue with a similar name.
  func explained(_ error: ClientError) async -> ClientError {
    if error.kind == .noRoute { return await withNearestQueue(error) }
    guard let silence = error.silence else { return error }
    var error = error
    do throws(LinkError) {
      let state = try await probe()
      error.facts = [described(state, silence)]
      if silence.changes { error.nextStep = "before you send the change again, check whether it was carried out" }
      if silence.changes {
        error.facts.append(Self.fate(silence))
      } else if state == nil {
        error.nextStep = "check that the service runs"
      }
    } catch let failure {
      error.facts = ["the state of queue \(queue) is unknown: \(failure.message)"]
      if silence.changes {
        error.facts.append(Self.pending)
        error.nextStep = "before you send the change again, check whether it was carried out"
      } else if failure.kind == .timeout {
        error.nextStep = "check the broker's log and the network, and then send the request again"
      }
    }
    return error
  }

  /// Asks the broker for the state of the queue.
  ///
  /// The request runs in a new task, because an interrupt may have cancelled the current task.
  private func probe() async throws(LinkError) -> QueueState? {
    let (link, queue) = (connection.link, queue)
    return try await Task { () -> Result<QueueState?, LinkError> in
      do throws(LinkError) { return .success(try await link.probe(queue: queue, until: .now + Self.waitLimit)) } catch {
        return .failure(error)
      }
    }.value.get()
  }

  /// Returns a sentence about the queue's consumers and its waiting requests.
  ///
  /// A nil state means that the queue no longer exists.
  private func described(_ state: QueueState?, _ silence: ClientError.MissingReply) -> String {
    guard let state else { return "queue \(queue) no longer exists" }
    let consumers = "\(state.consumers == 0 ? "no" : "\(state.consumers)") consumer\(state.consumers > 1 ? "s" : "")"
    let waiting =
      switch state.messages {
      case 0: "no waiting request"
      case 1: "1 waiting request"
      default: "\(state.messages) waiting requests"
      }
    let reason =
      if state.consumers == 0 { "check that the service runs" } else if state.messages > 0 {
        "the service is slow"
      } else if silence.hasExpired { "the service took the request, or the request expired in the queue" } else {
        "the service took the request, but has not replied"
      }
    return "queue \(queue) has \(consumers) and \(waiting): \(reason)"
  }

  /// Returns a sentence that says whether the service may still carry out a change that got no reply.
  ///
  /// Call this function only if the broker has accepted the request of the change.
  private static func fate(_ silence: ClientError.MissingReply) -> String {
    silence.hasExpired
      ? "if the service took the request before the timeout, it may still carry out the change; if not, the broker removes the request"
      : "the change may still be carried out, because the request does not expire"
  }

  /// The sentence for a change that the broker perhaps did not receive.
  ///
  /// The sentence does not mention an expiration, because a message can expire only after the broker accepts it.
  private static let pending =
    "the request may still be on its way to the broker, so the change may still be carried out"

  /// Returns the error about a missing queue, with advice that names a similar queue if there is one.
  ///
  /// A broker does not list its queues to a client. Therefore the function first compares the name with the queues that
  /// other clients of the connection use. Then it asks the broker whether a queue with another spelling of the name
  /// exists.
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
