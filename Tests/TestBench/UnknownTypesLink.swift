import JSONRPC

/// A link to an embedded service that hides the service's schema, as if the service were on a broker.
struct UnknownTypesLink: ServiceLink {
  let link: any ServiceLink

  var address: String { link.address }
  var brokerIdentity: String { link.brokerIdentity }
  var state: LinkState { link.state }
  var queues: [String]? { link.queues }
  var types: [ServedTypeSchema] { [] }

  func uses(password: String) -> Bool { link.uses(password: password) }

  func open(queue: String, replies: ReplyRoute) async throws(LinkError) -> any Transport {
    try await link.open(queue: queue, replies: replies)
  }

  func probe(queue: String, until deadline: ContinuousClock.Instant) async throws(LinkError) -> QueueState? {
    try await link.probe(queue: queue, until: deadline)
  }

  func close() async { await link.close() }
}
