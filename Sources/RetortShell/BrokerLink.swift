import JSONRPC

/// A broker's connection as a link.
enum BrokerLink {
  static func open(_ uri: String) async throws(LinkError) -> any JSONRPC.Link {
    throw LinkError(.address, "amqp: is not built yet")
  }
}
