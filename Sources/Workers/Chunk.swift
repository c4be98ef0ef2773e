import Bulk
import Client
import JSONRPC
import JSONText

/// A group of changes that a program sends to one worker, all for the same queue of a service.
struct Chunk: Sendable {
  /// The JSON-RPC method of the request that sends a chunk to a worker.
  ///
  /// Each version of the format has its own method. Therefore a worker of another version refuses the request.
  static let method = "carry.4"

  /// The broker's vhost that contains the pool's queue.
  var vhost: String
  /// The name of the pool.
  var pool: String
  /// A text that identifies the run of the statement whose changes are in the chunk.
  var run: String
  /// The number of the chunk in the run.
  ///
  /// A worker refuses a second chunk with the same run and the same number.
  var number: Int
  /// The time after which a worker sends no more changes of the chunk, in milliseconds since 1970.
  var expires: Int
  /// The number of failures after which a worker sends no more changes of the chunk; nil for no limit.
  var failures: Int?
  /// The field by which a lookup finds a created resource, such as `email`; nil if there is no such field.
  var keyField: String?
  /// The longest time that a request can wait in the service before it is carried out (option `settle:`); nil if
  /// unknown.
  var settle: Duration?
  /// Whether the reply contains the results of the service, such as documents.
  ///
  /// Otherwise the reply contains at most the type and the id of the returned resource. The reply omits both if the
  /// change already names this resource.
  var givesResults = true
  /// The queue to which the chunk's changes are sent.
  var queue: String
  /// The changes in the chunk.
  var changes: [Change]

  /// Returns the chunk as a JSON-RPC request.
  ///
  /// `Change.encode` writes the changes, which saves time and space compared with a JSON object for each change.
  func request(id: String) -> [UInt8] {
    var bytes = Request(id: .string(id), method: Self.method, params: head).encoded()
    bytes.removeLast(2)
    bytes += Array(#","changes":"#.utf8)
    Change.encode(changes, into: &bytes)
    bytes += Array("}}".utf8)
    return bytes
  }

  /// The parameters of the request, without the changes.
  private var head: JSONObject {
    var object = JSONObject([
      ("vhost", .string(vhost)), ("pool", .string(pool)), ("run", .string(run)),
      ("number", .number(JSONNumber(number))), ("expires", .number(JSONNumber(expires))),
    ])
    object["failures"] = failures.map { .number(JSONNumber($0)) }
    object["key"] = keyField.map { .string($0) }
    object["settle"] = settle.map { .number(JSONNumber($0.wholeMilliseconds)) }
    object["results"] = .bool(givesResults)
    object["queue"] = .string(queue)
    return object
  }

  /// Creates a chunk from the parameters of a received request.
  ///
  /// - Parameters:
  ///   - params: The parameters of the request.
  ///   - meta: The secret values that the changes need, such as a password.
  /// - Throws: ``ChunkRefusal`` with the reason why the worker can't take the chunk.
  init(_ params: JSONObject, meta: JSONObject) throws(ChunkRefusal) {
    guard let vhost = params["vhost"]?.stringValue, let pool = params["pool"]?.stringValue,
      let run = params["run"]?.stringValue, let number = params["number"]?.numberValue?.integer,
      let expires = params["expires"]?.numberValue?.integer, let queue = params["queue"]?.stringValue,
      let list = params["changes"]?.arrayValue
    else { throw ChunkRefusal("it lacks one of vhost, pool, run, number, expires, queue and changes") }
    guard list.count <= WorkerPool.chunkLimit else {
      throw ChunkRefusal("it has \(list.count) changes; a worker takes at most \(WorkerPool.chunkLimit)")
    }
    (self.vhost, self.pool, self.run, self.number) = (vhost, pool, run, number)
    (self.expires, self.queue) = (expires, queue)
    failures = params["failures"]?.numberValue?.integer
    keyField = params["key"]?.stringValue
    settle = params["settle"]?.numberValue?.integer.map { .milliseconds($0) }
    givesResults = params["results"] != .bool(false)
    changes = []
    changes.reserveCapacity(list.count)
    for element in list { changes.append(try Self.change(element, after: changes.first, of: queue, meta)) }
  }

  private static func change(
    _ json: JSONValue, after first: Change?, of queue: String, _ meta: JSONObject
  ) throws(ChunkRefusal) -> Change {
    guard let change = Change.decode(json, meta: meta, after: first) else {
      throw ChunkRefusal("one of its changes can't be read")
    }
    if let secret = json.objectValue.flatMap({ Change.secrets(of: $0, missingIn: meta).first }) {
      throw ChunkRefusal(
        "its changes need the secret \(secret) in meta, but the worker's RETORT_POOL_META has no \(secret)")
    }
    guard change.target.queue == queue else {
      throw ChunkRefusal("it has changes of two queues, \(change.target.queue) and \(queue)")
    }
    return change
  }
}

extension Chunk {
  /// Creates a chunk for a pool; the chunk expires after the time `life`.
  init(
    _ pool: WorkerPool, run: String, number: Int, life: Duration, failures: Int? = nil, keyField: String? = nil,
    settle: Duration? = nil, givesResults: Bool = true, queue: String, changes: [Change]
  ) {
    (vhost, self.pool, self.run, self.number) = (pool.vhost, pool.name, run, number)
    expires = WorkerPool.now + life.wholeMilliseconds
    (self.failures, self.keyField, self.settle) = (failures, keyField, settle)
    (self.givesResults, self.queue, self.changes) = (givesResults, queue, changes)
  }
}

/// The reason why a worker refuses a chunk.
///
/// The message is a clause about the chunk, such as `it is for the pool p of the vhost /`.
struct ChunkRefusal: Error, Equatable {
  var message: String

  init(_ message: String) { self.message = message }
}
