import AMQP
import TestBench

/// A service that replies to no request before a test calls `open()`, and a client that is connected through a proxy.
struct HeldService {
  let vhost: VirtualHost
  let proxy: Proxy
  let dialer: Dialer
  let client: ReconnectingQueueClient
  /// Yields the text of each request when the request arrives at the service.
  let arrivals: AsyncStream<String>
  /// Yields the texts with which the dialer reports lost and new connections.
  ///
  /// The word `PROXY` replaces the proxy's address in these texts.
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
    client = try await ReconnectingQueueClient(dialer, queue: "held")
    (self.arrivals, self.notices, self.gate) = (arrivals, notices, gate)
  }

  /// Lets the service reply to all requests: those that wait, and those that arrive later.
  func open() { gate.finish() }

  func close() async {
    await dialer.close()
    await connection.close()
    proxy.close()
  }
}
