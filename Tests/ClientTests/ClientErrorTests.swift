import Client
import JSONAPI
import JSONRPC
import JSONText
import Testing

/// Tests of the kind that the client gives to a service's error (TheLanguage.md, "Errors"; WireProtocol.md, "Errors").
@Suite struct ClientErrorTests {
  private func answered(_ error: String) async -> ClientError? {
    let (client, _) = ResourceClient.scripted([.error(error)])
    return await failure { () throws(ClientError) in try await client.index(Query()) }
  }

  private func document(_ errors: String) -> String {
    #"{"code":422,"message":"JSONAPI error","data":{"errors":[\#(errors)]}}"#
  }

  @Test(arguments: [
    (#"{"status":"404","title":"Resource Not Found","source":{"parameter":"id"}}"#, ClientError.Kind.notFound),
    (#"{"status":404,"code":404,"title":"Record not found"}"#, .notFound),
    (#"{"status":"404"},{"status":"404"}"#, .service),
    (#"{"status":"422","source":{"pointer":"/meta/beam"}}"#, .sandboxAccessDisallowed),
    (#"{"status":"422","source":{"pointer":"/meta"},"meta":{"child":"beam"}}"#, .service),
    (#"{"source":{"pointer":"/data/attributes/first-name"}}"#, .invalid),
    (#"{"status":"500"},{"source":{"pointer":"/data/relationships/author"}}"#, .invalid),
    (#"{"status":"422","source":{"pointer":"/data"}}"#, .invalid),
    (#"{"status":"422","source":{"pointer":"/database"}}"#, .service),
    (#"{"source":{"pointer":"/data/attributes/a"}},{"source":{"pointer":"/meta/beam"}}"#, .sandboxAccessDisallowed),
    (#"{"status":"403","title":"Forbidden"}"#, .forbidden), (#"{"status":401}"#, .forbidden),
    (#"{"status":"502","title":"Bad Gateway"}"#, .badGateway), (#"{"status":"599"},{"status":"422"}"#, .badGateway),
    (#"{"status":"403"},{"status":"500"}"#, .forbidden), (#"{"status":"600"}"#, .service),
    (#"{"status":"422","source":{"pointer":"/filter/x"}}"#, .service), (#"{"title":"Unknown attribute"}"#, .service),
    (#"{"status":null,"source":null,"meta":null}"#, .service),
  ])
  func theFirstKindThatFits(errors: String, kind: ClientError.Kind) async {
    #expect(await answered(document(errors))?.kind == kind)
  }

  @Test func anErrorCanHaveAPointerAndAParameter() {
    let detail = ErrorDetail(pointer: "/data/attributes/text", parameter: "filter")
    #expect(detail.pointer == "/data/attributes/text" && detail.parameter == "filter")
    #expect(ErrorDetail(title: "x").object["source"] == nil)
  }

  @Test(arguments: [
    (-32601, ClientError.Kind.methodNotFound), (-32603, .badGateway), (-32600, .service), (-32602, .service),
    (-32700, .service), (422, .service), (500, .badGateway), (-32000, .service),
  ])
  func codesWithoutADocument(code: Int, kind: ClientError.Kind) async {
    #expect(await answered(#"{"code":\#(code),"message":"M"}"#)?.kind == kind)
  }

  @Test func wordings() async {
    #expect(
      await report(answered(document(#"{"detail":"text - can't be blank","title":"can't be blank"}"#)))
        == ["service", "posts index: text - can't be blank", nil])
    #expect(
      await report(answered(document(#"{"title":"a"},{"title":"b"}"#)))
        == ["service", "posts index: 2 errors from the service", nil])
    #expect(
      await report(answered(#"{"code":-32601,"message":"Method not found","data":{"method":"index"}}"#)) == [
        "method-not-found", "posts index: Method not found (code -32601)",
        "the service does not have this method; to send another method, use the command `call`",
      ])
    #expect(
      await report(answered(document(#"{"status":"422","title":"Exceeds Maximum","meta":{"maximum":100}}"#)))
        == ["service", "posts index: Exceeds Maximum", "the service's maximum is 100"])
  }

  @Test func theFactsAreKept() async throws {
    let error = try #require(
      await answered(
        document(
          #"{"status":422,"code":"100","title":"T","detail":"D","source":{"pointer":"/data","parameter":"p"},"meta":{"a":1}}"#
        )))
    #expect(error.answer?.code == 422 && error.answer?.message == "JSONAPI error")
    #expect(error.answer?.data?["errors"]?.arrayValue?.count == 1)
    #expect(error.wasSent)
    #expect([error.call?.method, error.call?.queue, error.call?.correlationID] == ["index", "posts", "c1"])
    let detail = try #require(error.errors.first)
    #expect(detail.status == 422)
    #expect(
      [detail.code, detail.title, detail.detail, detail.pointer, detail.parameter] == ["100", "T", "D", "/data", "p"])
    #expect(detail.meta == ["a": 1])
  }

  @Test(arguments: [
    (LinkError.Kind.timeout, false, ClientError.Kind.timeout, ClientError.Kind.connection),
    (.timeout, true, .timeout, .unknown), (.noRoute, false, .noRoute, .noRoute), (.noRoute, true, .noRoute, .noRoute),
    (.lost, false, .connection, .connection), (.lost, true, .connection, .unknown),
    (.closed, true, .connection, .unknown), (.unreachable, false, .connection, .connection),
    (.nacked, false, .connection, .connection), (.accessRefused, false, .connection, .connection),
    (.cancelled, false, .interrupted, .interrupted),
    (.cancelled, true, .interrupted, .unknown), (.malformed, true, .malformed, .unknown),
    (.tooLarge, false, .value, .value),
  ])
  func aLinksFailure(
    code: LinkError.Kind, wasSent: Bool, reading: ClientError.Kind, changing: ClientError.Kind
  ) async {
    let error = LinkError(code, "as the link says", wasSent: wasSent)
    let (client, _) = ResourceClient.scripted([.failure(error), .failure(error)])
    let read = await failure { () throws(ClientError) in try await client.index(Query()) }
    let change = await failure { () throws(ClientError) in try await client.document(client.destroyRequest("1")) }
    #expect(read?.kind == reading && change?.kind == changing)
    #expect(read?.wasSent == wasSent && change?.wasSent == wasSent)
    #expect(change?.call?.correlationID == "c2")
  }

  @Test func explainsAMissingReply() async {
    let error = LinkError(.timeout, "nothing within 5 s", wasSent: true)
    let (client, _) = ResourceClient.scripted([.failure(error), .failure(error)])
    #expect(
      await report(failure { () throws(ClientError) in try await client.index(Query()) }) == [
        "timeout", "no reply to the request index on queue posts, correlation id c1: nothing within 5 s",
        "wait longer with timeout: 10s; check that \"posts\" is the right queue; or read the service's log: a carrot_rpc service sends no reply when it fails",
      ])
    #expect(
      await report(failure { () throws(ClientError) in try await client.document(client.destroyRequest("1")) }) == [
        "unknown", "no reply to the request destroy on queue posts, correlation id c2: nothing within 5 s",
        "the change may have been carried out: check before you send it again",
      ])
  }

  @Test func kindsHaveTheWordsOfTheLanguage() {
    let kinds: [ClientError.Kind] = [
      .notFound, .sandboxAccessDisallowed, .invalid, .forbidden, .methodNotFound, .badGateway, .service, .timeout,
      .unknown, .noRoute, .connection, .malformed, .value, .interrupted,
    ]
    #expect(
      kinds.map(\.rawValue) == [
        "not-found", "sandbox-access-disallowed", "invalid", "forbidden", "method-not-found", "bad-gateway", "service",
        "timeout", "unknown", "no-route", "connection", "protocol", "value", "interrupted",
      ])
  }
}
