import Testing

@testable import APIServer

/// Tests of the flavour in which the service imitates the Elixir libraries Retort and Calcinator.
///
/// WireProtocol.md, "Flavours of serve", describes this flavour.
@Suite struct RetortFlavourTests {
  typealias Exchange = (method: String, params: String, reply: String)

  private let service: ResourceService

  init() throws { service = try ResourceService(opening: "blog", dialect: ProtocolDialect(flavour: .retort)) }

  private static let answers: [Exchange] = [
    ("destroy", #"{"id":"1"}"#, #"{"meta":{}}"#),
    (
      "show", #"{"id":"1","fields":{"posts":"text,inserted_at,comments"}}"#,
      #"{"data":{"id":"1","type":"posts","attributes":{"text":"Post 1","inserted-at":"2026-01-01T01:00:00Z"},"relationships":{"comments":{"links":{"related":"http://retort.example/posts/1/comments"}}}},"jsonapi":{"version":"1.0"}}"#
    ),
    (
      "index", #"{"page":{"number":1,"size":1},"sort":"-inserted_at","fields":{"posts":"views"}}"#,
      #"{"data":[{"id":"1000","type":"posts","attributes":{"views":19000}}],"meta":{"record-count":1000},"links":{"first":"http://retort.example/posts?fields%5Bposts%5D=views&page%5Bnumber%5D=1&page%5Bsize%5D=1&sort=-inserted-at","next":"http://retort.example/posts?fields%5Bposts%5D=views&page%5Bnumber%5D=2&page%5Bsize%5D=1&sort=-inserted-at","last":"http://retort.example/posts?fields%5Bposts%5D=views&page%5Bnumber%5D=1000&page%5Bsize%5D=1&sort=-inserted-at"},"jsonapi":{"version":"1.0"}}"#
    ),
    (
      "update",
      #"{"id":"1","data":{"type":"posts","attributes":{"inserted_at":"now"}},"fields":{"posts":"inserted-at"}}"#,
      #"{"data":{"id":"1","type":"posts","attributes":{"inserted-at":"now"}},"jsonapi":{"version":"1.0"}}"#
    ),
    (
      "show_relationship", #"{"post_id":"1","relationship":"author"}"#,
      #"{"error":{"code":-32601,"message":"Method not found","data":{"method":"show_relationship"}},"id":"1","jsonrpc":"2.0"}"#
    ),
  ]

  @Test(arguments: answers) func itRepliesLikeJASerializer(exchange: Exchange) {
    #expect(service.ask("posts", exchange.method, exchange.params) == exchange.reply)
  }

  private static let refusals: [Exchange] = [
    ("show", #"{"id":"0"}"#, #"{"title":"Resource Not Found","source":{"parameter":"id"},"status":"404"}"#),
    (
      "index", #"{"sort":"-x","include":"author.nope","filter":{"nope":"1"}}"#,
      #"{"title":"Unknown relationship path","detail":"`author.nope` is an unknown relationship path","source":{"parameter":"include"},"meta":{"relationship_path":"author.nope"}},{"title":"Unknown Filter","detail":"Unknown nope filter","source":{"pointer":"/filter/nope"},"status":"422"},{"title":"Unknown attribute","detail":"Does not have `x` attribute","source":{"parameter":"sort"},"meta":{"attribute":"x"}}"#
    ),
    (
      "index", #"{"page":{"size":2}}"#,
      #"{"title":"Child missing","detail":"`/page/number` is missing","source":{"pointer":"/page"},"status":"422","meta":{"child":"number"}}"#
    ),
    (
      "index", #"{"page":2,"filter":"x","fields":"x"}"#,
      #"{"title":"Type is wrong","detail":"`/fields` type is not object","source":{"pointer":"/fields"},"status":"422","meta":{"type":"object"}},{"title":"Type is wrong","detail":"`/filter` type is not object","source":{"pointer":"/filter"},"status":"422","meta":{"type":"object"}},{"title":"Type is wrong","detail":"`/page` type is not object","source":{"pointer":"/page"},"status":"422","meta":{"type":"object"}}"#
    ),
    (
      "index", #"{"page":{"number":1,"size":1001}}"#,
      #"{"title":"Exceeds Maximum","detail":"Page size (1001) is greater than the maximum (1000).","source":{"pointer":"/page/size"},"status":"422","meta":{"maximum":1000}}"#
    ),
    (
      "create", "{}",
      #"{"title":"Child missing","detail":"`/data` is missing","source":{"pointer":""},"status":"422","meta":{"child":"data"}}"#
    ),
    (
      "create", #"{"data":{"attributes":{}}}"#,
      #"{"title":"Child missing","detail":"`/data/type` is missing","source":{"pointer":"/data"},"status":"422","meta":{"child":"type"}}"#
    ),
    (
      "create", #"{"data":{"type":"posts","attributes":[]}}"#,
      #"{"title":"Type is wrong","detail":"`/data/attributes` type is not object","source":{"pointer":"/data/attributes"},"status":"422","meta":{"type":"object"}}"#
    ),
  ]

  @Test(arguments: refusals) func errorsAreCalcinators(exchange: Exchange) {
    #expect(service.ask("posts", exchange.method, exchange.params) == exchange.reply)
  }

  @Test func violationsAreChangesetErrors() {
    #expect(
      service.exchange(
        "posts",
        #"{"id":"1","method":"create","params":{"data":{"type":"posts","attributes":{"text":"","state":"x"}}}}"#)
        == #"{"error":{"code":422,"message":"Changeset error","data":{"errors":[{"title":"can't be blank","detail":"text can't be blank","source":{"pointer":"/data/attributes/text"}},{"title":"is not included in the list","detail":"state is not included in the list","source":{"pointer":"/data/attributes/state"}}]}},"id":"1","jsonrpc":"2.0"}"#
    )
  }

  @Test(arguments: [
    (#""a-1""#, "a-1", true), (#""a-1""#, "a-2", false), (#""1""#, "1", true), ("1", "1", false), ("null", "", false),
  ]) func theIDIsTheCorrelationID(id: String, correlationID: String, isAnswered: Bool) throws {
    let body = Array(#"{"id":\#(id),"method":"destroy","params":{"id":"1"}}"#.utf8)
    let reply = service.reply(queue: "posts", body: body, correlationID: Array(correlationID.utf8))
    #expect(reply.isError == !isAnswered)
    #expect(
      String(decoding: try #require(reply.body), as: UTF8.self)
        == (isAnswered
          ? #"{"id":\#(id),"jsonrpc":"2.0","result":{"meta":{}}}"#
          : #"{"error":{"code":-32600,"message":"Invalid Request"},"id":\#(id),"jsonrpc":"2.0"}"#))
    #expect(service.ask("posts", "show", #"{"id":"1"}"#).contains("Not Found") == isAnswered)
  }

  @Test func invalidRequestsGetAnError() {
    #expect(
      service.exchange("posts", "[]")
        == #"{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}"#)
  }
}
