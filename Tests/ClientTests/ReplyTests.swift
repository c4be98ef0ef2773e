import Client
import JSONAPI
import JSONRPC
import JSONText
import Testing

/// Tests of valid replies, and of replies that the client accepts although they deviate from JSON:API.
///
/// The rules are in WireProtocol.md, "Documents become resources".
@Suite struct ReplyTests {
  private func index(_ result: String, _ settings: ClientSettings = .posts) async throws -> Document {
    try await ResourceClient.scripted([.result(result)], settings).0.index(Query())
  }

  @Test(arguments: [
    (#"{"data":[{"type":"posts","id":"1"}],"links":{"next":null}}"#, ["1"]),
    (#"{"data":[{"type":"posts","id":"1","attributes":{}},{"type":"posts","id":"2"}]}"#, ["1", "2"]),
    (#"{"data":{"type":"posts","id":"1"}}"#, ["1"]),
    (#"{"data":[{"type":"posts","id":1,"attributes":null,"relationships":{"author":{}}}]}"#, ["1"]),
    (#"{"data":[{"type":"posts","id":"1","@x":1,"lid":"a"}],"jsonapi":{"version":"1.1"},"included":null}"#, ["1"]),
    (#"{"data":[]}"#, []), (#"{"data":[],"errors":[]}"#, []),
    (#"{"data":[{"type":"posts","id":"1"}],"errors":null}"#, ["1"]),
  ])
  func nearLegalRepliesAreTaken(result: String, ids: [String]) async throws {
    #expect(try await index(result).resources.map { $0["id"]?.idText } == ids)
  }

  @Test(arguments: [
    (#""done""#, #"the reply's result is not JSON:API: "done""#), ("5", "the reply's result is not JSON:API: 5"),
    ("[]", "the reply's result is not JSON:API: []"),
    (#"{"data":null}"#, "the reply has no data"), ("{}", "the reply has no data"), ("null", "the reply has no data"),
    (#"{"meta":{"a":1}}"#, "the reply has no data"), (#"{"data":"x"}"#, #"the reply's data is not JSON:API: "x""#),
    (#"{"data":[{"type":"posts","id":"1"},2]}"#, #"the reply's data is not JSON:API: [{"type":"posts","id":"1"},2]"#),
  ])
  func aResultThatIsNotADocumentIsMalformed(result: String, message: String) async throws {
    let (client, _) = ResourceClient.scripted([.result(result)])
    #expect(
      await report(failure { () throws(ClientError) in try await client.index(Query()) })
        == ["protocol", "posts index: \(message)", "--trace=rpc shows the whole reply"])
  }

  @Test func showNeedsAResource() async throws {
    for result in ["{}", "null", #"{"data":null}"#, #"{"data":[]}"#] {
      let (client, _) = ResourceClient.scripted([.result(result)])
      #expect(
        await report(failure { () throws(ClientError) in try await client.show("1") })
          == ["protocol", "posts show: the reply has no resource", "--trace=rpc shows the whole reply"])
    }
  }

  @Test(arguments: ["{}", "null", #"{"meta":{}}"#, #"{"data":null}"#, "true", #""ok""#, "[]", "0", #"{"errors":[]}"#])
  func anyReplyWithoutAnErrorCompletesADestroy(result: String) async throws {
    let (client, _) = ResourceClient.scripted([.result(result)])
    #expect(try await client.document(client.destroyRequest("1")).resources.isEmpty)
  }

  @Test func errorsInsideAResultAreErrors() async throws {
    for (result, kind, message) in [
      (#"{"errors":[{"status":"404","title":"Record not found"}]}"#, "not-found", "Record not found"),
      (#"{"errors":[{"status":404,"code":404}],"data":null}"#, "not-found", #"{"status":404,"code":404}"#),
      (#"{"errors":["no such thing"]}"#, "service", "no such thing"),
      (#"{"errors":"boom"}"#, "service", "boom"),
      (#"{"errors":{"title":"T","status":"422"}}"#, "service", "T"),
      (#"{"errors":{"text":["can't be blank"]}}"#, "invalid", "text can't be blank"),
      (#"{"errors":{"base":["no","never"]},"data":{"type":"posts","id":"1"}}"#, "invalid", "2 errors from the service"),
      (#"{"errors":[{"detail":null,"title":"T","source":{}}]}"#, "service", "T"),
    ] {
      let (client, _) = ResourceClient.scripted([.result(result), .result(result)])
      let error = await failure { () throws(ClientError) in try await client.document(client.destroyRequest("1")) }
      let nextStep = kind == "not-found" ? "check the id, and the queue and the type of the client" : nil
      #expect(report(error) == [kind, "posts destroy: \(message)", nextStep])
      #expect(error?.wasSent == true)
      #expect(
        await failure { () throws(ClientError) in
          try await client.send(ReadRequest(method: "x", params: [:]))
        } != nil)
    }
  }

  @Test func digitsOrderAndUnknownMembersSurvive() async throws {
    let resource = #"{"z":1,"id":"1","type":"posts","attributes":{"b":1.10,"a":9007199254740993,"c":1E400}}"#
    #expect(JSONValue.object(try await index(#"{"data":[\#(resource)]}"#).resources[0]).text == resource)
  }

  @Test func includedResourcesAreFoundByTypeAndID() async throws {
    let document = try await index(
      #"{"data":[],"included":[{"type":"authors","id":"1","attributes":{"name":"Ann"}},{"type":"tags","id":1},"#
        + #"{"type":"tags"},7]}"#)
    #expect(document.included["authors", "1"]?["attributes"]?["name"] == "Ann")
    #expect(document.included["tags", "1"] == ["type": "tags", "id": 1])
    #expect(document.included["authors", "2"] == nil)
    #expect(try await index(#"{"data":[]}"#).included["authors", "1"] == nil)
  }

  @Test func dashesComeInAsUnderscoresInListsToo() async throws {
    let settings = ClientSettings(type: "posts", meta: [:], keys: .underscore)
    let document = try await index(
      #"{"data":[{"type":"blog-posts","id":"a-1","attributes":{"born-on":"x-y","a-b":2,"a_b":1,"l":[{"in-it":1}]}}],"#
        + #""meta":{"record-count":5},"links":{"next":"/x?page[number]=2&page[size]=1"}}"#, settings)
    #expect(
      JSONValue.object(document.resources[0]).text
        == #"{"type":"blog-posts","id":"a-1","attributes":{"born_on":"x-y","a-b":2,"a_b":1,"l":[{"in_it":1}]}}"#)
    #expect(document.pagination()?.totalSize == 5)
    #expect(document.pagination()?.next == Pagination.Page(number: 2, size: 1))
  }

  @Test(arguments: [
    (#"{"id":"c1","result":{"data":[]},"error":null}"#, nil as String?),
    (#"{"id":null,"result":{"data":[]}}"#, nil),
    (#"{"id":7,"jsonrpc":"1.0","result":{"data":[]},"more":1}"#, nil),
    (#"{"result":{"data":[]},"error":{"code":1,"message":"no"}}"#, "posts index: no (code 1)"),
    (#"{"error":{}}"#, "posts index: an error without a message"),
    (
      #"{"error":{"code":"-32601","message":"Method not found","data":{"method":"index"}}}"#,
      "posts index: Method not found (code -32601)"
    ),
    (
      #"{"error":{"code":-32602,"message":"Invalid params","data":["id is missing"]}}"#,
      #"posts index: Invalid params (code -32602): ["id is missing"]"#
    ),
    (#"{"error":5}"#, #"posts index: the reply's error is not an object: {"error":5}"#),
    ("{}", "posts index: the reply has neither result nor error: {}"),
    ("[]", "posts index: the reply is not an object: []"),
    ("", "posts index: the reply is empty"),
    (#"{"result":{"data":{}}}"#, "posts index: the reply has no data"),
    ("\u{1b}[2J", "posts index: the reply is not JSON (1:1: expected a value): \\u001b[2J"),
  ])
  func envelopesAreReadAsFarAsTheyCanBe(reply: String, message: String?) async throws {
    let (client, _) = ResourceClient.scripted([.bytes(Array(reply.utf8))])
    #expect(await failure { () throws(ClientError) in try await client.index(Query()) }?.message == message)
  }

  /// A reply with the result false is an error, because some services send it for a change that they did not make.
  @Test func falseIsNoConfirmation() async throws {
    let (client, _) = ResourceClient.scripted([#"false"#, #"false"#, #"{"data":{}}"#])
    let destroy = await failure { () throws(ClientError) in try await client.document(client.destroyRequest("1")) }
    #expect(destroy?.kind == .malformed && destroy?.message == "posts destroy: the reply's result is false")
    let change = try client.relationship("author", of: "1").changeRequest(.relink, .null)
    let relink = await failure { () throws(ClientError) in try await client.send(change) }
    #expect(relink?.kind == .malformed && relink?.wasSent == true)
    let show = await failure { () throws(ClientError) in try await client.show("1") }
    #expect(show?.message == "posts show: the reply has no resource")
  }

  /// Relationship data other than null, an identifier or a list of identifiers is an error.
  @Test(arguments: [#""x""#, "true", "{}", #"[{"type":"tags"}]"#, "[null]"])
  func otherDataIsNoLinkage(_ data: String) async {
    let (client, _) = ResourceClient.scripted([.result("{\"data\":\(data)}")])
    let error = await failure { () throws(ClientError) in try await client.relationship("tags", of: "1").show() }
    #expect(error?.message == "posts show_relationship: the reply's data is not linkage: \(data)")
  }

  /// Some services mark the last page with a link to the next page that is null, false, `""` or `{}`.
  @Test(arguments: [("null", false), ("false", false), (#""""#, false), ("{}", false), (#""/p?page[number]=2""#, true)])
  func aRelationshipNamesANextPage(_ link: String, hasNext: Bool) async throws {
    let (client, _) = ResourceClient.scripted([.result("{\"data\":[],\"links\":{\"next\":\(link)}}")])
    #expect(try await client.relationship("tags", of: "1").show().hasNext == hasNext)
  }

  @Test func truncatesAMalformedReply() async throws {
    for (reply, rest) in [
      (Array(String(repeating: "x", count: 200).utf8), String(repeating: "x", count: 200)),
      (Array(String(repeating: "x", count: 5000).utf8), String(repeating: "x", count: 200) + "..."),
      (Array(String(repeating: "é", count: 201).utf8), String(repeating: "é", count: 200) + "..."),
      ([0x7B, 0xFF], "{\u{FFFD}"),
    ] {
      #expect(throws: MalformedResponse.self) { try Response(decoding: reply) }
      #expect(MalformedResponse("", reply).excerpt == rest)
    }
  }

  @Test func onlyTheCallConcernedFails() async throws {
    let (client, _) = ResourceClient.scripted([.bytes([0]), #"{"data":[]}"#])
    let error = await failure { () throws(ClientError) in try await client.document(client.destroyRequest("1")) }
    #expect(error?.kind == .malformed && error?.wasSent == true)
    #expect(error?.call?.correlationID == "c1")
    #expect(try await client.index(Query()).resources.isEmpty)
  }

  @Test func theTraceShowsOddReplies() async throws {
    let recorded = RecordedTrace()
    let transport = ScriptedTransport([.bytes(Array(#"{"id":"x","result":{"a":1,"a":2}}"#.utf8)), "{}"])
    let client = ResourceClient(transport: transport, settings: .posts, trace: Trace([.rpc], write: recorded.add))
    #expect(try await client.send(ReadRequest(method: "stats", params: [:])) == ["a": 2])
    _ = try await client.send(ReadRequest(method: "stats", params: [:]))
    #expect(
      recorded.lines == [
        "posts stats: the reply has duplicate keys, and the last value of each key is used: a",
        "posts stats: the reply's id is \"x\", but its correlation id is c1",
      ])
  }

  @Test func theTraceHearsBothWays() async throws {
    let recorded = RecordedTrace()
    let client = ResourceClient(
      transport: ScriptedTransport(["{}"]), settings: .posts, trace: Trace([.rpc], write: recorded.add))
    _ = try await client.send(ReadRequest(method: "stats", params: ["a": "1\n2"]))
    #expect(
      recorded.exchanges == [
        #"-> posts stats c1: {"id":"c1","jsonrpc":"2.0","method":"stats","params":{"a":"1\n2"}}"#,
        #"<- posts stats c1: {"id":"c1","jsonrpc":"2.0","result":{}}"#,
      ])
  }
}
