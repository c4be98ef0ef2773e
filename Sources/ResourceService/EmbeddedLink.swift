public import JSONRPC
import Synchronization

/// The service inside the program, as a link: no broker, the same bytes.
public final class EmbeddedLink: Link {
  /// `embedded:blog`.
  public let address: String
  private let service: ResourceService
  private let isClosed = Atomic(false)

  /// Opens the sample `blog` or a file.
  ///
  /// - Throws: an `address` error where it can't be served.
  public init(_ name: String) throws(LinkError) {
    address = "embedded:\(name)"
    do throws(ResourceService.OpeningError) {
      service = try ResourceService(opening: name)
    } catch {
      throw LinkError(.address, error.message)
    }
  }

  /// Opens a client of a type.
  public func open(queue: String) async throws(LinkError) -> any Transport {
    EmbeddedTransport(queue: queue, service: service, link: self)
  }

  /// One consumer where there is such a type, and nothing waits.
  public func probe(queue: String) async throws(LinkError) -> QueueState? {
    service.queues.contains(queue) ? QueueState(messages: 0, consumers: 1) : nil
  }

  /// Ends it: nothing is answered any more.
  public func close() async { isClosed.store(true, ordering: .relaxed) }

  fileprivate var isOpen: Bool { !isClosed.load(ordering: .relaxed) }
}

/// A client's way to the embedded service.
private final class EmbeddedTransport: Transport {
  let queue: String
  private let service: ResourceService
  private let link: EmbeddedLink
  private let counter = Atomic(0)
  private let isStopped = Atomic(false)

  init(queue: String, service: ResourceService, link: EmbeddedLink) {
    self.queue = queue
    self.service = service
    self.link = link
  }

  var taskExecutor: (any TaskExecutor)? { nil }

  func nextCorrelationID() -> String { "\(queue)-\(counter.add(1, ordering: .relaxed).newValue)" }

  func send(_ envelope: Envelope) async throws(LinkError) -> [UInt8] {
    guard link.isOpen, !isStopped.load(ordering: .relaxed) else {
      throw LinkError(.closed, "the connection to \(link.address) is closed")
    }
    if Task.isCancelled { throw LinkError(.cancelled, "interrupted") }
    guard service.queues.contains(queue) else {
      throw LinkError(
        .noRoute, "there is no queue \(queue) on \(link.address): it has \(service.queues.joined(separator: ", "))")
    }
    return service.answer(queue: queue, body: envelope.body)
  }

  func close() async { isStopped.store(true, ordering: .relaxed) }
}
