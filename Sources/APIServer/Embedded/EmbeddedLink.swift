import Dispatch
public import JSONRPC
import Synchronization

/// A connection to a service that runs inside the program, without a broker.
///
/// ```swift
/// let link = try EmbeddedLink("blog")
/// let posts = try await link.open(queue: "posts")
/// ```
public final class EmbeddedLink: ServiceLink {
  /// The address of the service, such as `embedded:blog` or `embedded:shop.sqlite`.
  public let address: String

  /// The identity of the database.
  ///
  /// The identity of a file is its path and inode. The identity of a sample database in memory is a unique number.
  public let brokerIdentity: String

  /// The queues of the service, one for each type.
  public var queues: [String]? { service.queues.sorted() }

  /// The types of the database's tables, with their attributes and relationships.
  public var types: [ServedTypeSchema] { service.schema.types.values.sorted { $0.name < $1.name }.map(\.served) }

  let service: ResourceService
  /// The dispatch queue on which the service answers one request at a time.
  let work = DispatchQueue(label: "retort.embedded")
  private let closed = Atomic(false)

  /// Opens the sample database or a database file by its name.
  ///
  /// `ResourceService.init` describes the names.
  ///
  /// - Throws: `LinkError` of the kind `address`, with the message of the ``ResourceService/DatabaseOpeningError``.
  public init(_ name: String) throws(LinkError) {
    address = "embedded:\(name)"
    brokerIdentity = "embedded:\(DatabaseFile.identity(of: name))"
    do throws(ResourceService.DatabaseOpeningError) {
      service = try ResourceService(opening: name)
    } catch {
      throw LinkError(.address, error.message)
    }
  }

  var isClosed: Bool { closed.load(ordering: .acquiring) }

  /// Opens a client on a queue.
  ///
  /// The function does not check that the queue exists. `replies` has no effect.
  public func open(queue: String, replies: ReplyRoute) async throws(LinkError) -> any Transport {
    guard !isClosed else { throw LinkError(.closed, "the connection to \(address) is closed") }
    return EmbeddedTransport(link: self, queue: queue)
  }

  /// Returns the state of a queue: one consumer and no messages; nil for a queue that the service does not serve.
  public func probe(queue: String, until deadline: ContinuousClock.Instant) async throws(LinkError) -> QueueState? {
    guard !isClosed else { throw LinkError(.closed, "the connection to \(address) is closed") }
    return service.queues.contains(queue) ? QueueState(messages: 0, consumers: 1) : nil
  }

  /// Makes every client refuse further requests.
  ///
  /// The service still finishes the request that it is carrying out.
  public func close() async { closed.store(true, ordering: .releasing) }

  /// Returns the error for a queue that the service does not serve.
  func noRoute(to queue: String) -> LinkError {
    let nearest = NearestName.of(queue, among: service.queues).map { "; did you mean \"\($0)\"?" } ?? "."
    let known = service.queues.joined(separator: ", ")
    return LinkError(.noRoute, "\(address) has no queue \"\(queue)\"\(nearest) The queues are: \(known)")
  }
}

extension ResourceType {
  /// The description of the type that a link returns.
  fileprivate var served: ServedTypeSchema {
    ServedTypeSchema(
      name: name, attributes: attributes.map { ($0.member, $0.kind.word) },
      relationships: relationships.map { ($0.name, $0.type, $0.column == nil) })
  }
}

extension Column.Kind {
  /// The JSON type of the column's values, such as `number`; nil if the values can have several types.
  fileprivate var word: String? {
    switch self {
    case .boolean: "boolean"
    case .integer, .real, .decimal, .numberText: "number"
    case .text, .blob: "string"
    case .json, .untyped: nil
    }
  }
}
