import Client
import JSONAPI
import JSONRPC
import JSONText
import Synchronization

/// A service that answers reads of posts from its rows, or that never replies.
final class ScriptedService: Transport {
  let queue = "posts"
  let taskExecutor: (any TaskExecutor)? = nil
  private let state: Mutex<(rows: [String: JSONObject], reads: Int)>
  /// The linkage of each relationship; the key is the name of the relationship.
  ///
  /// For another name, the service replies that it lacks the method.
  private let linkages: [String: JSONValue]
  /// Whether the service sends no replies.
  private let isSilent: Bool

  init(_ rows: [String: JSONObject] = [:], linkages: [String: JSONValue] = [:], isSilent: Bool = false) {
    state = Mutex((rows, 0))
    self.linkages = linkages
    self.isSilent = isSilent
  }

  /// The number of requests that the service received.
  var reads: Int { state.withLock(\.reads) }

  /// A new client of the service, for the type `posts`.
  var client: ResourceClient { ResourceClient(transport: self, settings: ClientSettings(type: "posts", meta: [:])) }

  func set(_ id: String, _ attributes: JSONObject) { state.withLock { $0.rows[id] = attributes } }

  func nextCorrelationID() -> String { "1" }

  func send(_ envelope: TransportRequest) async throws(LinkError) -> [UInt8] {
    let rows = state.withLock { state in
      state.reads += 1
      return state.rows
    }
    if isSilent { throw LinkError(.timeout, "no reply", wasSent: true) }
    let params = (try? JSONValue(parsing: envelope.body))?["params"] ?? .null
    var reply = JSONObject([("jsonrpc", "2.0"), ("id", .string(envelope.correlationID))])
    if envelope.method == "show_relationship" {
      if let linkage = linkages[params["relationship"]?.stringValue ?? ""] {
        reply["result"] = ["data": linkage]
      } else {
        reply["error"] = ["code": -32601, "message": "Method not found"]
      }
    } else if envelope.method == "show" {
      let id = params["id"]?.idText ?? ""
      if let attributes = rows[id] {
        reply["result"] = ["data": .object(Self.resource(id, attributes))]
      } else {
        reply["error"] = [
          "code": -32000, "message": "not found", "data": ["errors": [["status": "404", "title": "Not found"]]],
        ]
      }
    } else {
      let filter = params["filter"]?.objectValue ?? [:]
      let found = rows.sorted { $0.key < $1.key }.filter { row in filter.allSatisfy { row.value[$0.key] == $0.value } }
      reply["result"] = ["data": .array(JSONArray(found.map { .object(Self.resource($0.key, $0.value)) }))]
    }
    return JSONValue.object(reply).encoded()
  }

  private static func resource(_ id: String, _ attributes: JSONObject) -> JSONObject {
    ["type": "posts", "id": .string(id), "attributes": .object(attributes)]
  }

  func close() async {}
}
