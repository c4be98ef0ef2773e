import AMQP
import JSONRPC
import JSONText
import APIServer

/// A queue of the service, which receives the requests for one resource type.
///
/// The object adds delays and injected faults to the answers.
struct ServedQueue: Sendable {
  let type: String
  let name: String
  let service: ResourceService
  private let options: ServiceSettings
  private let faults: InjectedFaults
  private let rate: RequestRateLimiter?
  private let log: CallLog?

  init(_ type: String, name: String, of service: ResourceService, _ options: ServiceSettings, _ log: CallLog?) throws {
    self.type = type
    self.name = name
    self.service = service
    self.options = options
    faults = try InjectedFaults(options.shares)
    rate = options.rate.map { RequestRateLimiter(perSecond: $0) }
    self.log = log
  }

  /// Serves the queue on a connection.
  ///
  /// A service that imitates carrot_rpc (flavour `carrot`) acknowledges no requests.
  ///
  /// - Parameters:
  ///   - connection: The connection.
  ///   - taken: The number of requests that the service received from the queue on earlier connections.
  /// - Returns: The channel on which the service consumes the queue.
  /// - Throws: `AMQPClientError` if the broker refuses the queue.
  func serve(on connection: Connection, after taken: Int) async throws(AMQPClientError) -> ServiceChannel {
    let settings = ServiceChannel.QueueServingSettings(
      workers: options.workers, acknowledges: options.flavour != .carrot, taken: taken,
      declaration: options.declaration)
    return try await connection.serve(queue: name, on: settings) { delivery in
      await respond(delivery) { await connection.end != nil }
    }
  }

  /// Answers a request, with a randomly chosen fault.
  ///
  /// If the connection is lost during the delay before the answer, the broker redelivers the request. The service then
  /// does not carry out this delivery.
  private func respond(_ delivery: DeliveredRequest, isLost: () async -> Bool) async -> ServiceRepliesWithDelays {
    var random = SeededRandom(seed: options.seed, queue: name, request: delivery.number)
    let fault = faults.draw(&random)
    await rate?.turn()
    let wait = (options.latency ?? .zero) + (options.jitter ?? .zero) * random.share()
    if wait > .zero { try? await Task.sleep(for: wait) }
    if await isLost() {
      log?.add(name, delivery, outcome: "lost")
      return ServiceRepliesWithDelays([])
    }
    let carriesOut = fault?.isCarriedOut ?? true
    let body = faults.drawsRounding(&random) ? RequestRounderAndTrimmer.body(delivery.body) : delivery.body
    let reply =
      carriesOut
      ? service.reply(
        queue: type, body: body, correlationID: delivery.correlationID, isRedelivered: delivery.isRedelivered) : nil
    let isSilent = carriesOut && reply?.body == nil
    let tooLarge = reply?.body.flatMap { $0.count > Connection.largestBody ? $0.count : nil }
    let isError = tooLarge != nil || reply?.isError == true
    let outcome = reply?.isRemembered == true ? "remembered" : isError ? "error" : "ok"
    log?.add(name, delivery, outcome: isSilent ? "silence" : fault?.rawValue ?? outcome)
    if isSilent { return ServiceRepliesWithDelays([]) }
    let refusal = tooLarge.map { Self.internalError(delivery.body, "the reply has \($0) bytes: request smaller pages") }
    return answer(delivery, refusal ?? reply?.body ?? [], fault)
  }

  /// Returns the answer to a request, changed by a fault.
  private func answer(_ delivery: DeliveredRequest, _ reply: [UInt8], _ fault: InjectedFaults.Kind?)
    -> ServiceRepliesWithDelays
  {
    return switch fault {
    case nil: ServiceRepliesWithDelays([.init(reply)])
    case .drop, .lose: ServiceRepliesWithDelays([])
    case .duplicate: ServiceRepliesWithDelays([.init(reply), .init(reply)])
    case .late: ServiceRepliesWithDelays([.init(reply, delay: options.late ?? .seconds(10))])
    case .wrongID:
      ServiceRepliesWithDelays([.init(reply, correlationID: Array("wrong-".utf8) + delivery.correlationID)])
    case .malformed: ServiceRepliesWithDelays([.init(Array("<h1>Bad Gateway</h1>".utf8))])
    case .rpcError: ServiceRepliesWithDelays([.init(Self.internalError(delivery.body))])
    case .empty: ServiceRepliesWithDelays([.init([])])
    case .round: ServiceRepliesWithDelays([.init(reply)])
    case .noConsumer: ServiceRepliesWithDelays([.init(reply)], absence: options.away ?? .seconds(1))
    }
  }

  private static func internalError(_ request: [UInt8], _ why: String? = nil) -> [UInt8] {
    let id = (try? Request(decoding: request))?.id ?? .null
    let error = ErrorObject(.internalError, "Internal error", data: why.map { .string($0) })
    return ErrorResponse(id: id, error: error).encoded()
  }
}
