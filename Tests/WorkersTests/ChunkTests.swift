import AMQP
import Bulk
import JSONAPI
import JSONRPC
import JSONText
import Testing

@testable import Client
@testable import Workers

/// Tests of the messages between retort and its workers: chunks of changes, the replies, and the signatures.
@Suite struct ChunkTests {
  private let pool: WorkerPool

  init() throws {
    let key: MessageAuthenticationKey = try #require(MessageAuthenticationKey(Array("0123456789abcdef".utf8)))
    pool = WorkerPool(name: "night", vhost: "/", key: key)
  }

  private static func destroy(_ id: String, queue: String = "posts") -> Change {
    Change(
      target: TargetQueue(broker: "h:5672 /", queue: queue, type: "posts"), verb: .destroy, method: "destroy",
      params: ["id": .string(id), "meta": ["host": "h", "token": "t"]], expires: true, timeout: .seconds(5))
  }

  private func chunk(_ changes: [Change]) -> Chunk {
    Chunk(
      pool, run: "r", number: 7, life: .seconds(50), failures: 3, keyField: "email", settle: .seconds(2),
      queue: "posts", changes: changes)
  }

  private static func params(_ chunk: Chunk) throws -> JSONObject {
    let request = try Request(decoding: chunk.request(id: "1"))
    #expect(request.id == "1" && request.method == Chunk.method)
    return request.params
  }

  /// The message authentication codes equal those in RFC 4231, test cases 1 and 3.
  @Test func aCodeEqualsTheStandards() throws {
    let one = try #require(MessageAuthenticationKey([UInt8](repeating: 0x0B, count: 20)))
    let first = try #require(one.code(of: Array("Hi There".utf8)))
    #expect(
      String(decoding: first, as: UTF8.self) == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    let three = try #require(MessageAuthenticationKey([UInt8](repeating: 0xAA, count: 20)))
    let third = try #require(three.code(of: [UInt8](repeating: 0xDD, count: 50)))
    #expect(
      String(decoding: third, as: UTF8.self) == "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe")
    #expect(one.accepts(first, of: Array("Hi There".utf8)))
    #expect(!one.accepts(third, of: Array("Hi There".utf8)))
    #expect(!one.accepts([], of: []))
    #expect(MessageAuthenticationKey([UInt8](repeating: 1, count: 15)) == nil)
  }

  @Test func aSignatureCoversEachByte() throws {
    let request = chunk([Self.destroy("1")]).request(id: "1")
    let signed = pool.signed(request)
    #expect(pool.accepts(signed))
    #expect(try JSONValue(parsing: signed)["params"] == JSONValue(parsing: request)["params"])
    for place in signed.indices {
      var other = signed
      other[place] ^= 1
      #expect(!pool.accepts(other), "\(place)")
    }
    #expect(!pool.accepts(request))
    #expect(!pool.accepts([]))
    #expect(!pool.accepts(Array(signed.dropLast())))
    let other = WorkerPool(name: "night", vhost: "/", key: MessageAuthenticationKey(Array("0123456789abcdeg".utf8)))
    #expect(!other.accepts(signed))
    let open = WorkerPool(name: "night", vhost: "/", key: nil)
    #expect(open.accepts(request) && open.signed(request) == request)
  }

  @Test func aChunkIsReadAsItWasWritten() throws {
    let chunk = chunk([Self.destroy("1"), Self.destroy("2")])
    let params = try Self.params(chunk)
    let read = try Chunk(params, meta: ["token": "t"])
    #expect(read.changes == chunk.changes)
    #expect(read.request(id: "1") == chunk.request(id: "1"))
    #expect(read.failures == 3 && read.keyField == "email" && read.settle == .seconds(2))
    let encoded = String(decoding: chunk.request(id: "1"), as: UTF8.self)
    #expect(encoded.contains(#""token":{"secret":"token"}"#))
    #expect(!encoded.contains(#""token":"t""#))
  }

  /// The text of a change omits members that equal those of the first change in the chunk.
  @Test func aChangeOmitsTheMembersOfTheFirstOne() throws {
    let first = Self.destroy("1")
    let other = Change(
      target: first.target, verb: .update, method: "update", params: ["id": "2"], expires: false, timeout: nil,
      key: "k")
    let typed = Change(
      target: TargetQueue(broker: "h:5672 /", queue: "posts", type: "notes"), verb: .destroy, method: "destroy",
      params: ["id": "3"], expires: true, timeout: .seconds(6))
    let chunk = chunk([first, Self.destroy("2"), other, typed])
    let params = try Self.params(chunk)
    #expect(try Chunk(params, meta: ["token": "t"]).changes == chunk.changes)
    let texts = try #require(params["changes"]?.arrayValue)
    #expect(try #require(texts[0].objectValue).count == 8)
    #expect(texts[1] == "2")
    #expect(try #require(texts[2].objectValue).map(\.key) == ["params", "verb", "method", "expires", "timeout", "key"])
  }

  /// The text of a change is its id only if the change equals the first change except for the id.
  @Test func aChangeWithAnotherDifferenceIsMoreThanItsID() throws {
    let first = Self.destroy("1")
    func like(_ params: JSONObject, timeout: Duration? = .seconds(5), expires: Bool = true) -> Change {
      Change(
        target: first.target, verb: .destroy, method: "destroy", params: params, expires: expires, timeout: timeout)
    }
    let meta: JSONValue = ["host": "h", "token": "t"]
    let others = [
      like(["id": "2", "meta": ["host": "i", "token": "t"]]), like(["id": "2"]), like(["id": 2, "meta": meta]),
      like(["meta": meta, "id": "2"]), like(["id": "2", "meta": meta, "filter": [:]]), like(["meta": meta]),
      like(["id": "2", "meta": meta], timeout: nil), like(["id": "2", "meta": meta], expires: false),
      Self.destroy("2").keyed("k"),
    ]
    for other in others {
      let chunk = chunk([first, other, Self.destroy("")])
      let params = try Self.params(chunk)
      #expect(try Chunk(params, meta: ["token": "t"]).changes == chunk.changes)
      #expect(params["changes"]?.arrayValue?[1].objectValue != nil)
      #expect(params["changes"]?.arrayValue?[2] == "")
    }
    let keyed = chunk([Self.destroy("1").keyed("k"), Self.destroy("2")])
    #expect(try Chunk(Self.params(keyed), meta: ["token": "t"]).changes == keyed.changes)
  }

  @Test func anImproperChunkIsRefused() throws {
    func refusal(_ params: JSONObject, meta: JSONObject = ["token": "t"]) -> String? {
      do throws(ChunkRefusal) { _ = try Chunk(params, meta: meta) } catch { return error.message }
      return nil
    }
    let changes = (0...200).map { Self.destroy("\($0)") }
    #expect(refusal(try Self.params(chunk(Array(changes.prefix(200))))) == nil)
    #expect(refusal(try Self.params(chunk(changes))) == "it has 201 changes; a worker takes at most 200")
    #expect(
      refusal(try Self.params(chunk([Self.destroy("1", queue: "tags")])))
        == "it has changes of two queues, tags and posts")
    #expect(refusal(try Self.params(chunk([Self.destroy("1")])), meta: [:])?.contains("the secret token") == true)
    for name in ["vhost", "pool", "run", "number", "expires", "queue", "changes"] {
      var params = try Self.params(chunk([]))
      params[name] = nil
      #expect(refusal(params)?.hasPrefix("it lacks one of") == true, "\(name)")
      params[name] = true
      #expect(refusal(params)?.hasPrefix("it lacks one of") == true, "\(name)")
    }
    var params = try Self.params(chunk([]))
    for changes: JSONValue in [[1], ["1"], [.null]] {
      params["changes"] = changes
      #expect(refusal(params) == "one of its changes can't be read")
    }
  }

  @Test func aChunkIsTakenOnceUntilItExpires() {
    let memory = DuplicateChunkGuard()
    var chunk = chunk([])
    for number in 0..<2000 {
      chunk.number = number
      chunk.expires = 1000 + number
      #expect(memory.take(chunk, now: number))
      #expect(!memory.take(chunk, now: number))
    }
  }

  @Test func aReplyIsReadAsItWasWritten() throws {
    var error = ClientError(.unknown, "no reply", nextStep: "check")
    (error.wasSent, error.wasConfirmed) = (true, false)
    error.call = ClientError.CallDescription(method: "destroy", label: "posts", queue: "posts", correlationID: "c-1")
    error.silence = ClientError.MissingReply(changes: true, hasExpired: true)
    error.facts = ["a fact"]
    error.errors = [ErrorDetail(["status": "422", "title": "no"])]
    error.answer = ErrorObject(.document, "no", data: ["a": 1])
    let items: [ChunkReply.TimedOutcome] = [
      .init(.done(["data": ["type": "posts", "id": "1"]]), latency: .microseconds(1500)), .init(.found(id: "2")),
      .init(.found(id: nil, document: ["data": ["id": "3"]])), .init(.failed(error), latency: .milliseconds(2)),
      .init(.unsent), .init(.done(.null)),
      .init(.omitted, latency: .microseconds(30)), .init(.omitted, latency: .microseconds(40)),
    ]
    let reply = ChunkReply(items, time: .milliseconds(12))
    let read = try #require(ChunkReply(try JSONValue(parsing: reply.json.encoded()), count: 8))
    #expect(read.json == reply.json)
    #expect(reply.json["outcomes"]?.arrayValue?.last == 2 && read.groups.map(\.count) == [1, 1, 1, 1, 1, 1, 2])
    #expect(items.indices.map(read.latency) == items.map(\.latency))
    #expect(read.time == .milliseconds(12))
    guard case .failed(let found) = read.outcomes[3] else { throw error }
    #expect(found.kind == .unknown && found.message == "no reply" && found.nextStep == "check")
    #expect(found.wasSent && found.wasConfirmed == false && found.silence == error.silence && found.call == error.call)
    #expect(found.facts == error.facts && found.errors == error.errors && found.answer == error.answer)
    #expect(ChunkReply(reply.json, count: 5) == nil)
    for outcomes in ["[1]", "[3]", "[0,2]", "[-1,3]", "[true,1]", "[1.5]", "[1,1,1]", "[999999999999999999,1]", "2"] {
      let outcomes = try JSONValue(parsing: Array(outcomes.utf8))
      #expect(ChunkReply(["outcomes": outcomes, "times": "77"], count: 2) == nil)
    }
    #expect(ChunkReply(["outcomes": [1, 1], "times": "77"], count: 2)?.groups.count == 1)
  }

  /// If a statement needs no results, a worker sends only the type and id of the resource in a result.
  ///
  /// If this resource is the changed resource, the worker sends only a number.
  @Test(arguments: [
    (#"{"data":{"type":"posts","id":"1","attributes":{"a":1}}}"#, "1"), (#"{"data":null}"#, "1"), ("{}", "1"),
    (#"{"data":{"type":"posts","id":1}}"#, #"{"result":{"data":{"type":"posts","id":1}}}"#),
    (#"{"data":{"type":"tags","id":"1","meta":{}}}"#, #"{"result":{"data":{"type":"tags","id":"1"}}}"#),
    (#"{"data":[{"type":"tags","id":"1"}]}"#, #"{"result":{"data":[{"type":"tags","id":"1"}]}}"#),
  ]) func aResultLosesItsContents(_ result: String, _ outcome: String) throws {
    let done = ChunkReply.ChangeOutcome.done(try JSONValue(parsing: Array(result.utf8)))
    let reply = ChunkReply([.init(done.withoutContents(Self.destroy("1")))], time: .zero)
    #expect(reply.json["outcomes"]?.text == "[\(outcome)]")
  }

  /// The text of a change omits a `meta` that equals the `meta` of the first change, and has null for a missing `meta`.
  @Test func aChangeOmitsTheMetaOfTheFirstOne() throws {
    let changes = [["run": 1], ["run": 1], ["run": 2], nil].map { (meta: JSONValue?) in
      var params: JSONObject = ["id": "1"]
      params["meta"] = meta
      return Change(
        target: TargetQueue(broker: "h:5672 /", queue: "posts", type: "posts"), verb: .destroy,
        method: "destroy",
        params: params, expires: true, timeout: nil)
    }
    let params = try Self.params(chunk(changes))
    #expect(try Chunk(params, meta: [:]).changes == changes)
    #expect(
      params["changes"]?.arrayValue?.map { ($0["params"] ?? $0).text } == [
        #"{"id":"1","meta":{"run":1}}"#, #""1""#, #"{"id":"1","meta":{"run":2}}"#, #"{"id":"1","meta":null}"#,
      ])
  }

  @Test(arguments: [
    ("night", true), ("a-b_c.9", true), ("", false), ("a b", false), ("é", false), ("a/b", false),
    (String(repeating: "a", count: 101), false),
  ]) func aPoolHasAPlainName(_ name: String, _ isName: Bool) { #expect(PoolName.isValid(name) == isName) }

  /// A reply that is too large keeps the outcomes, and only the identifiers of the largest resources.
  @Test func aLargeReplyOmitsTheLargestResources() throws {
    let changes = [1, 2, 3].map { id in
      Change(
        target: TargetQueue(broker: "h:5672 /", queue: "posts", type: "posts"), verb: .update, method: "update",
        params: ["id": .string("\(id)")], expires: true, timeout: .seconds(5))
    }
    func result(_ id: Int, _ size: Int) -> ChunkReply.TimedOutcome {
      let text = String(repeating: "x", count: size)
      return .init(
        .done(["data": ["type": "posts", "id": .string("\(id)"), "attributes": ["text": .string(text)]]]),
        latency: .milliseconds(1))
    }
    var reply = ChunkReply([result(1, 10), result(2, 5000), result(3, 300)], time: .milliseconds(1))
    reply.shorten(reply.json.encoded().count, to: 1000, changes)
    #expect(reply.shortened == 1 && reply.json.encoded().count < 1000)
    let read = try #require(ChunkReply(reply.json, count: 3))
    #expect(read.shortened == 1)
    let results = read.outcomes.map { if case .done(let result) = $0 { result["data"] } else { JSONValue?.none } }
    #expect(results[1] == ["type": "posts", "id": "2"] && results[2]?["attributes"]?["text"] != nil)
  }
}
