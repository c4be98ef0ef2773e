import Testing

@testable import APIServer

/// Tests of the members of JSON-RPC requests and responses, such as `id` (JSON-RPC 2.0 sections 4 and 5).
@Suite struct EnvelopeTests {
  let service: ResourceService
  let tag =
    #"{"data":{"id":"3","type":"tags","attributes":{"name":"charlie"},"relationships":{"posts":{"links":{"related":"/tags/3/posts"}}}}}"#

  init() throws { service = try .blog() }

  @Test(arguments: [
    (#""id":"c1","#, #""c1""#), (#""id":42,"#, "42"), (#""id":null,"#, "null"), ("", "null"),
    (#""id":{"a":[1.10]},"#, #"{"a":[1.10]}"#),
  ])
  func aReplyRepeatsTheID(member: String, id: String) {
    #expect(
      service.exchange("tags", #"{\#(member)"jsonrpc":"2.0","method":"show","params":{"id":"3"}}"#)
        == #"{"id":\#(id),"jsonrpc":"2.0","result":\#(tag)}"#)
  }

  @Test func membersMayBeInAnyOrderAndOthersAreIgnored() {
    #expect(
      service.exchange("tags", #"{"params":{"meta":{"beam":{}},"id":"3"},"x":1,"method":"show","id":"1"}"#)
        == #"{"id":"1","jsonrpc":"2.0","result":\#(tag)}"#)
  }

  @Test(arguments: [
    (#"{"id":1,"#, #"{"code":-32700,"message":"Parse error","data":"1:9: expected a key in quotes"}"#, "null"),
    ("", #"{"code":-32700,"message":"Parse error","data":"1:1: the text ends where a value should be"}"#, "null"),
    ("5", #"{"code":-32600,"message":"Invalid Request"}"#, "null"),
    (#"[{"id":"1","method":"show"}]"#, #"{"code":-32600,"message":"Invalid Request"}"#, "null"),
    (#"{"id":7,"params":{}}"#, #"{"code":-32600,"message":"Invalid Request"}"#, "7"),
    (#"{"id":7,"method":5}"#, #"{"code":-32600,"message":"Invalid Request"}"#, "7"),
    (#"{"id":7,"method":"show","params":[]}"#, #"{"code":-32602,"message":"Invalid params"}"#, "7"),
    (
      #"{"id":7,"method":"nosuch"}"#,
      #"{"code":-32601,"message":"Method not found","data":{"method":"nosuch"}}"#, "7"
    ),
    (
      #"{"id":7,"method":"show-relationship","params":{}}"#,
      #"{"code":-32601,"message":"Method not found","data":{"method":"show-relationship"}}"#, "7"
    ),
  ])
  func invalidRequestsGetJSONRPCErrors(request: String, error: String, id: String) {
    #expect(service.exchange("tags", request) == #"{"error":\#(error),"id":\#(id),"jsonrpc":"2.0"}"#)
  }

  @Test func absentParamsAreNone() {
    #expect(service.ids("tags", "{}") == (1...10).map(String.init))
    #expect(
      service.exchange("tags", #"{"id":"1","method":"show"}"#)
        == #"{"error":{"code":422,"message":"JSONAPI error","data":{"errors":[{"title":"Missing Parameter","detail":"The required parameter, id, is missing.","code":"106","status":"400"}]}},"id":"1","jsonrpc":"2.0"}"#
    )
  }

  @Test func aQueueThatIsNotServedIsAnInvalidResource() {
    #expect(
      service.ask("post_tags", "index", "{}")
        == #"{"title":"Invalid resource","detail":"post_tags is not a valid resource.","code":"101","status":"400"}"#)
    #expect(service.queues == ["authors", "comments", "posts", "tags"])
  }
}
