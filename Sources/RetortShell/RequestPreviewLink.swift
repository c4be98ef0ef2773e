import Client
import JSONRPC
import JSONText
import Synchronization

/// A link that shows each request to the user instead of sending it, for the option `--offline`.
///
/// The link invents replies, so that the script can continue. An invented reply is an empty page, the resource from the
/// request, or a resource with only an id.
final class RequestPreviewLink: JSONRPC.ServiceLink {
  let address: String
  private let show: @Sendable (JSONObject) -> Void

  init(_ address: String, show: @escaping @Sendable (JSONObject) -> Void) {
    self.address = address
    self.show = show
  }

  func open(queue: String, replies: ReplyRoute) async throws(LinkError) -> any Transport {
    OfflinePreviewTransport(queue, show)
  }

  func probe(queue: String, until deadline: ContinuousClock.Instant) async throws(LinkError) -> QueueState? {
    QueueState(messages: 0, consumers: 0)
  }

  func close() async {}
}

/// The transport of an ``RequestPreviewLink``.
private final class OfflinePreviewTransport: Transport {
  let queue: String
  let taskExecutor: (any TaskExecutor)? = nil
  private let show: @Sendable (JSONObject) -> Void
  private let count = Atomic(0)

  init(_ queue: String, _ show: @escaping @Sendable (JSONObject) -> Void) {
    self.queue = queue
    self.show = show
  }

  func nextCorrelationID() -> String { "\(count.wrappingAdd(1, ordering: .relaxed).newValue)" }

  func send(_ envelope: TransportRequest) async throws(LinkError) -> [UInt8] {
    let request = (try? JSONValue(parsing: envelope.body))?.objectValue ?? [:]
    show(["queue": .string(queue), "request": .object(request.hidingSecrets)])
    let result = result(envelope, request["params"]?.objectValue ?? [:])
    return JSONValue.object(["id": .string(envelope.correlationID), "jsonrpc": "2.0", "result": result]).encoded()
  }

  func close() async {}

  private func result(_ envelope: TransportRequest, _ params: JSONObject) -> JSONValue {
    switch envelope.method {
    case "index": ["data": [], "meta": ["record-count": 0]]
    case "show": ["data": ["type": .string(envelope.type), "id": params["id"] ?? "1", "attributes": [:]]]
    case "create", "update":
      .object(["data": .object(JSONObject([("id", "offline-1")]).merging(params["data"]?.objectValue ?? [:]))])
    default: ["data": nil]
    }
  }
}
