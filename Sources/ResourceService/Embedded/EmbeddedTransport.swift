import Foundation
import JSONRPC
import Synchronization

/// A client's transport to a queue of the embedded service.
///
/// Requests are answered on the dispatch queue of the link, so that a long request does not block the tasks of its
/// sender, and its deadline still applies. As with a broker, a request is carried out even if its sender no longer
/// waits, unless the request has expired.
final class EmbeddedTransport: Transport {
  let queue: String
  let taskExecutor: (any TaskExecutor)? = nil
  private let link: EmbeddedLink
  private let name = UUID().uuidString.lowercased()
  private let count = Atomic(0)
  private let closed = Atomic(false)

  init(link: EmbeddedLink, queue: String) {
    self.link = link
    self.queue = queue
  }

  func nextCorrelationID() -> String { "\(name)-\(count.wrappingAdd(1, ordering: .relaxed).newValue)" }

  func close() async { closed.store(true, ordering: .releasing) }

  func send(_ envelope: RequestEnvelope) async throws(LinkError) -> [UInt8] {
    if link.isClosed { throw LinkError(.closed, "the connection is closed") }
    guard !closed.load(ordering: .acquiring) else {
      throw LinkError(.stopped, "the client was stopped")
    }
    guard link.service.queues.contains(queue) else { throw link.noRoute(to: queue) }
    if Task.isCancelled { throw LinkError(.cancelled, "cancelled") }
    let timeout = LinkError(.timeout, "no reply from \"\(queue)\" to \(envelope.method) in time", wasSent: true)
    if let deadline = envelope.deadline, deadline <= .now {
      throw LinkError(.timeout, timeout.message, wasSent: false)
    }
    let reply = PendingReply()
    link.work.async { [service = link.service, queue] in
      if envelope.expires, reply.isSettled { return }
      reply.settle(.success(service.answer(queue: queue, body: envelope.body)))
    }
    let watchdog = envelope.deadline.map { deadline in
      Task {
        try await Task.sleep(until: deadline, clock: .continuous)
        reply.settle(.failure(timeout))
      }
    }
    defer { watchdog?.cancel() }
    let cancelled = LinkError(.cancelled, "cancelled", wasSent: true)
    return try await reply.outcome(whenCancelled: envelope.mayRepeat ? cancelled : nil).get()
  }
}
