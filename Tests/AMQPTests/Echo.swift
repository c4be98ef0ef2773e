import AMQP
import Synchronization
import TestBench

/// A new vhost of the private broker, with a service that replies to each request with the body of the request.
struct Echo {
  let vhost: VirtualHost
  let dialer: Dialer
  let notices = Notices()
  private let service: Connection

  /// The texts with which the dialer reports lost and new connections.
  final class Notices: Sendable {
    private let told = Mutex<[String]>([])

    var texts: [String] { told.withLock { $0 } }

    func add(_ text: String) { told.withLock { $0.append(text) } }
  }

  init(on broker: PrivateBroker? = nil, parameters: String = "") async throws {
    let broker = if let broker { broker } else { try await PrivateBroker.shared }
    vhost = try broker.vhost()
    service = try await Connection.open(try AMQPURI(vhost.uri), name: "echo")
    _ = try await service.serve(queue: "echo", prefetch: 64) { $0 }
    let notices = notices
    dialer = try await Dialer(
      try AMQPURI(vhost.uri + parameters), name: "test", listener: Connection.EventObserver { notices.add($0) })
  }

  func client(_ queue: String = "echo") async throws -> ReconnectingQueueClient {
    try await ReconnectingQueueClient(dialer, queue: queue)
  }

  func close() async {
    await dialer.close()
    await service.close()
  }
}

extension ReconnectingQueueClient {
  /// Sends a text and returns the text of the reply.
  func ask(_ text: String, within waitLimit: Duration? = .seconds(60), mayRepeat: Bool = true) async throws -> String {
    let reply = try await send(
      correlationID: nextCorrelationID(), body: Array(text.utf8), deadline: waitLimit.map { .now + $0 }, expires: false,
      mayRepeat: mayRepeat)
    return String(decoding: reply, as: UTF8.self)
  }

  /// Sends a text and returns the error; nil if a reply arrives.
  func failure(_ text: String, within waitLimit: Duration? = .seconds(60), mayRepeat: Bool = true) async
    -> AMQPClientError?
  {
    do {
      _ = try await ask(text, within: waitLimit, mayRepeat: mayRepeat)
      return nil
    } catch { return error as? AMQPClientError }
  }

  /// Sends a text to a service that does not reply, and returns the error of the timeout.
  ///
  /// If the time ends before the client has sent the request, the function sends the request again.
  func silence(_ text: String, within waitLimit: Duration, mayRepeat: Bool = true) async -> AMQPClientError? {
    while true {
      let error = await failure(text, within: waitLimit, mayRepeat: mayRepeat)
      if error?.kind != .timeout || error?.wasSent == true { return error }
    }
  }
}
