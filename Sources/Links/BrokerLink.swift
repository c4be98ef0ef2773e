package import AMQP
package import JSONRPC
import Synchronization
import Workers

/// A link to the services of a broker, over one connection to the broker.
///
/// The link converts the broker's errors to `LinkError`.
package final class BrokerLink: PoolBrokerLink {
  private let dialer: Dialer
  private let clients = Mutex<[ReconnectingQueueClient]>([])
  private let isClosed = Atomic(false)
  /// The time until which the broker counts as silent, because it did not answer a probe; nil after an answered probe.
  ///
  /// A probe fails immediately if its deadline is before this time. To explain an error, the program probes the queue.
  /// Without the rule, several errors in a row would each wait for the silent broker.
  private let silentUntil = Mutex<ContinuousClock.Instant?>(nil)

  /// The open connections by URI.
  ///
  /// All links to the same URI share one connection. `users` is the number of links that use the connection.
  private static let shared = Mutex<[AMQPURI: (dialer: Dialer, users: Int)]>([:])

  /// The URI of the broker without the password.
  package var address: String { "\(dialer.uri)" }

  /// The host, the port and the vhost of the broker, as one text.
  package let place: String

  /// The name of the broker's cluster, followed by the vhost.
  ///
  /// If the cluster has no name, the host and the port are used instead.
  package let brokerIdentity: String

  /// The broker's vhost.
  package var vhost: String { dialer.uri.vhost }

  package var state: LinkState {
    switch dialer.state {
    case .up: .up
    case .blocked: .blocked
    case .reconnecting: .reconnecting
    }
  }

  package func uses(password: String) -> Bool { dialer.uri.password == password }

  private init(_ dialer: Dialer) {
    self.dialer = dialer
    place = "\(dialer.uri.host.lowercased()):\(dialer.uri.port) \(dialer.uri.vhost)"
    brokerIdentity = dialer.clusterName.isEmpty ? place : "\(dialer.clusterName) \(dialer.uri.vhost)"
  }

  /// Opens a link to a broker.
  ///
  /// The function connects and logs in. If another link to the same URI is open, both share its connection. `name` is
  /// the name of the connection in the broker's management interface.
  package static func open(
    _ uri: String, name: String, listener: AMQP.Connection.EventObserver,
    password: (@Sendable (String) async -> String?)? = nil
  ) async throws(LinkError) -> BrokerLink {
    try await mapped { () throws(AMQPClientError) in
      let uri = try await complete(try AMQPURI(uri), password)
      if let dialer = taken(uri, nil) { return BrokerLink(dialer) }
      let fresh = try await Dialer(uri, name: name, listener: listener)
      let dialer = taken(uri, fresh) ?? fresh
      if dialer !== fresh { await fresh.close() }
      return BrokerLink(dialer)
    }
  }

  /// Returns the URI with its password.
  ///
  /// The function asks the user for the password if the URI has none. It also asks if the password is `***`, which the
  /// history of the prompt shows in place of passwords. If it can't ask, the password `***` is an error.
  private static func complete(
    _ uri: AMQPURI, _ ask: (@Sendable (String) async -> String?)?
  ) async throws(AMQPClientError) -> AMQPURI {
    let isMasked = uri.password == "***"
    guard uri.lacksPassword || isMasked else { return uri }
    guard let ask else {
      guard isMasked else { return uri }
      throw AMQPClientError(
        .accessRefused,
        "the URI has *** in place of its password, because the history and the command save do not store passwords; "
          + "run the script at a terminal, where connect asks for the password, or write connect env(\"NAME\")")
    }
    guard let password = await ask("password of \(uri.user) at \(uri.host): ") else {
      throw AMQPClientError(.cancelled, "interrupted")
    }
    var uri = uri
    (uri.password, uri.lacksPassword) = (password, false)
    return uri
  }

  /// Returns the dialer that all links to a URI share, and counts the new link as a user of the dialer.
  ///
  /// If the URI has no dialer yet, the function stores and returns `fresh`.
  private static func taken(_ uri: AMQPURI, _ fresh: Dialer?) -> Dialer? {
    shared.withLock { shared in
      guard let dialer = shared[uri]?.dialer ?? fresh else { return nil }
      shared[uri] = (dialer, (shared[uri]?.users ?? 0) + 1)
      return dialer
    }
  }

  /// Subtracts one from the number of links that use the dialer of a URI.
  ///
  /// - Returns: True if no link uses the dialer any more.
  private static func released(_ uri: AMQPURI) -> Bool {
    shared.withLock { shared in
      let users = (shared[uri]?.users ?? 1) - 1
      if users > 0 { shared[uri]?.users = users } else { shared[uri] = nil }
      return users == 0
    }
  }

  package func open(queue: String, replies: ReplyRoute) async throws(LinkError) -> any Transport {
    let dialer = dialer
    let client = try await Self.mapped { () throws(AMQPClientError) in
      try await ReconnectingQueueClient(dialer, queue: queue, repliesDirectly: replies == .direct)
    }
    clients.withLock { $0.append(client) }
    return BrokerTransport(client)
  }

  package func probe(queue: String, until deadline: ContinuousClock.Instant) async throws(LinkError) -> QueueState? {
    if let silentUntil = silentUntil.withLock({ $0 }), deadline < silentUntil {
      throw LinkError(.timeout, "the broker does not answer")
    }
    do throws(AMQPClientError) {
      let state = try await dialer.probe(queue: queue, until: deadline)
      silentUntil.withLock { $0 = nil }
      return state.map { QueueState(messages: $0.messages, consumers: $0.consumers) }
    } catch {
      if error.kind == .timeout { silentUntil.withLock { $0 = .now + .seconds(5) } }
      throw LinkError(error)
    }
  }

  /// The maximum time until a worker with the same URI notices that its connection is lost.
  package var silence: Duration { WorkerPool.silence(of: dialer.uri) }

  package func takeBack(
    queue: String, _ declaration: QueueDeclaration, while isNeeded: @Sendable () -> Bool,
    respond: @escaping @Sendable (DeliveredRequest) async -> ServiceRepliesWithDelays?, ended: @Sendable () -> Void
  ) async throws(LinkError) {
    let dialer = dialer
    try await Self.mapped { () throws(AMQPClientError) in
      try await dialer.takeBack(queue: queue, declaration, while: isNeeded, respond: respond, ended: ended)
    }
  }

  package func abort() async { await dialer.abort() }

  package func close() async {
    guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    if Self.released(dialer.uri) { return await dialer.close() }
    for client in clients.withLock({ $0 }) { await client.close() }
  }

  /// Runs `body`, and converts a broker error to a link error.
  package static func mapped<Result>(_ body: () async throws(AMQPClientError) -> Result) async throws(LinkError)
    -> Result
  {
    do throws(AMQPClientError) { return try await body() } catch { throw LinkError(error) }
  }
}

/// The transport of a link to a broker, which sends requests with a queue client.
private final class BrokerTransport: CallbackTransport {
  private let client: ReconnectingQueueClient

  init(_ client: ReconnectingQueueClient) { self.client = client }

  var queue: String { client.queue }

  var taskExecutor: (any TaskExecutor)? { client.taskExecutor }

  func nextCorrelationID() -> String { client.nextCorrelationID() }

  func send(_ envelope: TransportRequest) async throws(LinkError) -> [UInt8] { try await reply(to: envelope).get() }

  func post(_ request: RequestWithCallback) {
    let envelope = request.envelope
    client.post(
      correlationID: envelope.correlationID, body: envelope.body, deadline: envelope.deadline,
      expires: envelope.expires, mayRepeat: envelope.mayRepeat, for: request)
  }

  func cancel(_ envelope: TransportRequest) { client.cancel(envelope.correlationID) }

  func abandon() { client.abandon() }

  func close() async { await client.close() }
}

extension RequestWithCallback: ReplyReceiver {
  /// Receives the reply, and converts an error of the broker's connection to a link error.
  package func receive(_ reply: Result<[UInt8], AMQPClientError>) {
    switch reply {
    case .success(let body): receive(Result<[UInt8], LinkError>.success(body))
    case .failure(let error): receive(Result<[UInt8], LinkError>.failure(LinkError(error)))
    }
  }
}

extension LinkError {
  /// Creates a link error from a broker error.
  package init(_ error: AMQPClientError) {
    let kind: Kind =
      switch error.kind {
      case .address: .address
      case .unreachable: .unreachable
      case .tls: .tls
      case .authentication: .authentication
      case .vhost: .vhost
      case .connectionLimit: .connectionLimit
      case .accessRefused: .accessRefused
      case .lost: .lost
      case .otherBroker: .otherBroker
      case .closed: .closed
      case .stopped: .stopped
      case .noRoute: .noRoute
      case .nacked: .nacked
      case .timeout: .timeout
      case .blocked: .blocked
      case .tooLarge: .tooLarge
      case .cancelled: .cancelled
      case .malformed: .malformed
      }
    self.init(kind, error.message, wasSent: error.wasSent, wasConfirmed: error.wasConfirmed)
  }
}
