import Broker
import TestBench

/// A service that delays its replies until they are released, and a client that reaches it through a proxy.
struct HeldService {
  let vhost: VirtualHost
  let proxy: Proxy
  let dialer: Dialer
  let client: QueueClient
  /// The texts of the requests when they arrive.
  let arrivals: AsyncStream<String>
  /// The dialer's notices, with PROXY for the proxy's address.
  let notices: AsyncStream<String>
  private let connection: Connection
  private let gate: AsyncStream<Void>.Continuation

  init(parameters: String = "") async throws {
    vhost = try await PrivateBroker.shared.vhost()
    proxy = try Proxy(to: vhost.uri)
    connection = try await Connection.open(try AMQPURI(vhost.uri), name: "held")
    let (arrivals, arrived) = AsyncStream.makeStream(of: String.self)
    let (opened, gate) = AsyncStream.makeStream(of: Void.self)
    let isOpen = Task { for await _ in opened {} }
    _ = try await connection.serve(queue: "held", prefetch: 100) { body in
      arrived.yield(String(decoding: body, as: UTF8.self))
      await isOpen.value
      return body
    }
    let (notices, noticed) = AsyncStream.makeStream(of: String.self)
    let address = "\(try AMQPURI(proxy.uri))"
    dialer = try await Dialer(
      try AMQPURI(proxy.uri + parameters), name: "test",
      listener: Connection.EventObserver { noticed.yield($0.replacing(address, with: "PROXY")) })
    client = try await QueueClient(dialer, queue: "held")
    (self.arrivals, self.notices, self.gate) = (arrivals, notices, gate)
  }

  /// Replies to the delayed requests, and to later ones.
  func open() { gate.finish() }

  func close() async {
    await dialer.close()
    await connection.close()
    proxy.close()
  }
}
