import Dispatch
public import JSONRPC
import Synchronization

/// The service inside the program, with the interface of a broker's connection.
///
/// ```swift
/// let link = try EmbeddedLink("blog")
/// let posts = try await link.open(queue: "posts")
/// ```
public final class EmbeddedLink: Link {
  /// The address: `embedded:blog`, `embedded:shop.sqlite`.
  public let address: String

  /// The identity of the database: its file's path and inode, or a number of its own for a sample in memory.
  public let brokerIdentity: String

  /// The queues of the database: one for each type.
  public var queues: [String]? { service.queues.sorted() }

  let service: ResourceService
  /// The queue on which requests are answered one at a time.
  let work = DispatchQueue(label: "retort.embedded")
  private let closed = Atomic(false)

  /// Opens the sample or a file by name, see `ResourceService.init`.
  ///
  /// - Throws: `LinkError` of code `address`, with the message of the ``ResourceService/OpeningError``.
  public init(_ name: String) throws(LinkError) {
    address = "embedded:\(name)"
    brokerIdentity = "embedded:\(DatabaseFile.identity(of: name))"
    do throws(ResourceService.OpeningError) {
      service = try ResourceService(opening: name)
    } catch {
      throw LinkError(.address, error.message)
    }
  }

  var isClosed: Bool { closed.load(ordering: .acquiring) }

  /// Opens a client on a queue without checking that it exists; `replies` has no effect.
  public func open(queue: String, replies: ReplyRoute) async throws(LinkError) -> any Transport {
    guard !isClosed else { throw LinkError(.closed, "the connection to \(address) is closed") }
    return EmbeddedTransport(link: self, queue: queue)
  }

  /// Returns one consumer and no messages for a served queue; nil if it is not served.
  public func probe(queue: String, until deadline: ContinuousClock.Instant) async throws(LinkError) -> QueueState? {
    guard !isClosed else { throw LinkError(.closed, "the connection to \(address) is closed") }
    return service.queues.contains(queue) ? QueueState(messages: 0, consumers: 1) : nil
  }

  /// Closes every client; the request in progress is carried out.
  public func close() async { closed.store(true, ordering: .releasing) }

  /// The error for a queue that is not served.
  func noRoute(to queue: String) -> LinkError {
    let nearest = NearestName.of(queue, among: service.queues).map { "; did you mean \"\($0)\"?" } ?? "."
    let known = service.queues.joined(separator: ", ")
    return LinkError(.noRoute, "\(address) has no queue \"\(queue)\"\(nearest) Its queues are: \(known)")
  }
}
