import Foundation
import JSONRPC
import Synchronization

/// A client's transport to a queue of the embedded service.
///
/// The service carries out the requests one at a time, in order, on the dispatch queue of the link. A long request
/// therefore does not block the sender's thread, and can still time out.
///
/// As with a broker, the service carries out a request even if the sender no longer waits for the reply. The exception
/// is a request with an expiration: the service ignores the request after its deadline.
final class EmbeddedTransport: CallbackTransport {
  let queue: String
  let taskExecutor: (any TaskExecutor)? = nil
  private let link: EmbeddedLink
  private let name = UUID().uuidString.lowercased()
  private let count = Atomic(0)
  private let closed = Atomic(false)
  /// The pending requests that only read data, by correlation id.
  private let reads = Mutex<[String: ReplyPromise]>([:])

  init(link: EmbeddedLink, queue: String) {
    self.link = link
    self.queue = queue
  }

  func nextCorrelationID() -> String { "\(name)-\(count.wrappingAdd(1, ordering: .relaxed).newValue)" }

  func close() async { closed.store(true, ordering: .releasing) }

  func send(_ envelope: TransportRequest) async throws(LinkError) -> [UInt8] { try await reply(to: envelope).get() }

  func post(_ request: RequestWithCallback) {
    let envelope = request.envelope
    if let error = refusal(of: envelope) { return request.receive(.failure(error)) }
    let pending =
      envelope.mayRepeat ? read(envelope.correlationID, request.receive) : ReplyPromise { request.receive($0) }
    link.work.async { [service = link.service, queue] in
      if envelope.expires, pending.isSettled { return }
      pending.settle(.success(service.answer(queue: queue, body: envelope.body)))
    }
    if let deadline = envelope.deadline {
      pending.settle(.failure(timeout(of: envelope, wasSent: true)), at: deadline)
    }
  }

  func cancel(_ envelope: TransportRequest) {
    reads.withLock { $0[envelope.correlationID] }?.settle(
      .failure(LinkError(.cancelled, "interrupted", wasSent: true)))
  }

  /// Registers a request that only reads data, so that the client can cancel it.
  private func read(
    _ id: String, _ receive: @escaping @Sendable (Result<[UInt8], LinkError>) -> Void
  ) -> ReplyPromise {
    let pending = ReplyPromise { [self] outcome in
      reads.withLock { _ = $0.removeValue(forKey: id) }
      receive(outcome)
    }
    reads.withLock { $0[id] = pending }
    return pending
  }

  /// Returns the reason why the transport can't send a request; nil if the transport can send the request.
  private func refusal(of envelope: TransportRequest) -> LinkError? {
    if link.isClosed { return LinkError(.closed, "the connection is closed") }
    if closed.load(ordering: .acquiring) { return LinkError(.stopped, "the client was stopped") }
    if !link.service.queues.contains(queue) { return link.noRoute(to: queue) }
    if let deadline = envelope.deadline, deadline <= .now { return timeout(of: envelope, wasSent: false) }
    return nil
  }

  private func timeout(of envelope: TransportRequest, wasSent: Bool) -> LinkError {
    LinkError(.timeout, "no reply from \"\(queue)\" to \(envelope.method) in time", wasSent: wasSent)
  }
}
