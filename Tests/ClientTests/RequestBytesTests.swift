import Client
import JSONAPI
import JSONRPC
import JSONText
import Testing

/// Tests of the exact bytes of the requests that a client sends.
@Suite struct RequestBytesTests {
  private func bytes(
    _ settings: ClientSettings = .posts, answer: ScriptedTransport.Answer = #"{"data":{"type":"posts","id":"5"}}"#,
    _ body: (ResourceClient) async throws -> Void
  ) async throws -> String {
    let (client, transport) = ResourceClient.scripted([answer], settings)
    try await body(client)
    try #require(transport.sent.count == 1)
    return String(decoding: transport.sent[0].body, as: UTF8.self)
  }

  @Test func indexOfEverything() async throws {
    let sent = try await bytes(answer: #"{"data":[]}"#) { _ = try await $0.index(Query()) }
    #expect(sent == #"{"id":"c1","jsonrpc":"2.0","method":"index","params":{}}"#)
  }

  @Test func indexWithAllOptions() async throws {
    var query = Query()
    query.filter = [("state", "draft,spam"), ("author", "7")]
    query.include = ["author", "comments.author"]
    query.fields = [("posts", ["text", "views"]), ("authors", ["name"])]
    query.page = Pagination.Page(number: 2, size: 50)
    query.sort = ["-inserted-at", "id"]
    query.meta = ["trace": "t1"]
    let sent = try await bytes(answer: #"{"data":[]}"#) { _ = try await $0.index(query) }
    #expect(
      sent
        == #"{"id":"c1","jsonrpc":"2.0","method":"index","params":{"filter":{"state":"draft,spam","author":"7"},"#
        + #""include":"author,comments.author","fields":{"posts":"text,views","authors":"name"},"#
        + #""page":{"number":2,"size":50},"sort":"-inserted-at,id","meta":{"trace":"t1"}}}"#)
  }

  @Test func showSendsItsIDAsAString() async throws {
    var query = Query()
    query.include = ["author"]
    let sent = try await bytes { _ = try await $0.show("5", query) }
    #expect(sent == #"{"id":"c1","jsonrpc":"2.0","method":"show","params":{"id":"5","include":"author"}}"#)
  }

  @Test func createWithOptions() async throws {
    let record = try object(
      #"{"text":"Hé\n","views":9007199254740993,"rating":1.10,"author":{"type":"authors","id":7}}"#)
    let options = try object(#"{"include":"author","meta":{"a":1}}"#)
    let sent = try await bytes { _ = try await $0.document($0.createRequest(record, options: options)) }
    #expect(
      sent
        == #"{"id":"c1","jsonrpc":"2.0","method":"create","params":{"data":{"type":"posts","#
        + #""attributes":{"text":"Hé\n","views":9007199254740993,"rating":1.10},"#
        + #""relationships":{"author":{"data":{"type":"authors","id":"7"}}}},"include":"author","meta":{"a":1}}}"#)
  }

  @Test func updateSendsTheSameIDTwice() async throws {
    let sent = try await bytes { _ = try await $0.document($0.updateRequest("5", [:])) }
    #expect(
      sent
        == #"{"id":"c1","jsonrpc":"2.0","method":"update","params":{"id":"5","data":{"type":"posts","id":"5","attributes":{}}}}"#
    )
  }

  @Test func destroySendsItsIDAsAString() async throws {
    let sent = try await bytes(answer: "{}") { _ = try await $0.document($0.destroyRequest("5")) }
    #expect(sent == #"{"id":"c1","jsonrpc":"2.0","method":"destroy","params":{"id":"5"}}"#)
  }

  @Test func countAsksForTheSmallestPage() async throws {
    var query = Query()
    query.filter = [("state", "draft")]
    query.include = ["author"]
    query.sort = ["id"]
    query.page = Pagination.Page(number: 3, size: 20)
    let sent = try await bytes(answer: #"{"data":[],"meta":{"record-count":0}}"#) { _ = try await $0.count(query) }
    #expect(
      sent
        == #"{"id":"c1","jsonrpc":"2.0","method":"index","params":{"filter":{"state":"draft"},"page":{"number":1,"size":1}}}"#
    )
  }

  @Test func callSendsParamsAsTheyAre() async throws {
    let params = try object(#"{"post_id":"1","data":[],"include":null}"#)
    let sent = try await bytes(answer: "7") { client in
      let result = try await client.send(ChangeRequest(method: "add_tags", params: params))
      #expect(result == 7)
    }
    #expect(
      sent
        == #"{"id":"c1","jsonrpc":"2.0","method":"add_tags","params":{"post_id":"1","data":[],"include":null}}"#)
  }

  @Test func metaOfTheCallWinsKeyByKey() async throws {
    let settings = ClientSettings(type: "posts", meta: ["host": "a", "app": ["x": 1], "n": 1])
    var query = Query()
    query.meta = ["host": "b", "app": ["y": 2]]
    let sent = try await bytes(settings, answer: #"{"data":[]}"#) { _ = try await $0.index(query) }
    #expect(
      sent
        == #"{"id":"c1","jsonrpc":"2.0","method":"index","params":{"meta":{"host":"b","app":{"y":2},"n":1}}}"#)
  }

  @Test func underscoresBecomeDashesInMapsAndNotInLists() async throws {
    var settings = ClientSettings(type: "blog_posts", meta: ["beam_node": "a_b"], keys: .underscore)
    settings.relationships = ["lead_author": .toOne(type: "staff_authors")]
    let record = try object(
      #"{"born_on":"x_y","map":{"in_it":1},"list":[{"in_it":1,"in-it":2}],"a-b":1,"lead_author":{"id":1}}"#)
    let sent = try await bytes(settings) { _ = try await $0.document($0.createRequest(record)) }
    #expect(
      sent
        == #"{"id":"c1","jsonrpc":"2.0","method":"create","params":{"data":{"type":"blog_posts","#
        + #""attributes":{"born-on":"x_y","map":{"in-it":1},"list":[{"in_it":1,"in-it":2}],"a-b":1},"#
        + #""relationships":{"lead-author":{"data":{"type":"staff_authors","id":"1"}}}},"meta":{"beam-node":"a_b"}}}"#)
  }

  @Test func underscoresBecomeDashesInAllNamesOfAQuery() async throws {
    var query = Query()
    query.filter = [("inserted_at", "a_b")]
    query.sort = ["-inserted_at", "id"]
    query.include = ["lead_author.last_post"]
    query.fields = [("blog_posts", ["inserted_at", "text"])]
    let params =
      #""params":{"filter":{"inserted-at":"a_b"},"include":"lead-author.last-post","#
      + #""fields":{"blog-posts":"inserted-at,text"},"sort":"-inserted-at,id"}}"#
    let sent = try await bytes(ClientSettings(type: "posts", meta: [:], keys: .underscore), answer: #"{"data":[]}"#) {
      _ = try await $0.index(query)
    }
    #expect(sent == #"{"id":"c1","jsonrpc":"2.0","method":"index","# + params)
    let asWritten = try await bytes(ClientSettings(type: "posts", meta: [:]), answer: #"{"data":[]}"#) {
      _ = try await $0.index(query)
    }
    #expect(
      asWritten == #"{"id":"c1","jsonrpc":"2.0","method":"index","#
        + params.replacing("-at", with: "_at")
        .replacing("lead-author.last-post", with: "lead_author.last_post").replacing("blog-posts", with: "blog_posts"))
  }

  @Test(arguments: [#"{"a_b":2,"a-b":1}"#, #"{"map":{"deep":{"a-b":1,"a_b":2}}}"#])
  func twoNamesThatBecomeOneAreRefused(record: String) async throws {
    let (client, transport) = ResourceClient.scripted(
      ["{}"], ClientSettings(type: "posts", meta: [:], keys: .underscore))
    let request = try client.createRequest(object(record))
    #expect(
      await report(failure { () throws(ClientError) in try await client.document(request) }) == [
        "value", "posts create: a_b and a-b would both be sent as a-b",
        #"remove one of them, or add keys: "wire" to this call"#,
      ])
    #expect(transport.sent.isEmpty)
  }

  @Test func refusesMetaThatIsNotAnObject() async throws {
    let (client, transport) = ResourceClient.scripted(["{}"], ClientSettings(type: "posts", meta: ["host": "a"]))
    let request = ReadRequest(method: "x", params: ["meta": "text"])
    #expect(
      await report(failure { () throws(ClientError) in try await client.send(request) }) == [
        "value", "posts x: meta in the parameters is not an object", #"meta: {host: "..."}"#,
      ])
    #expect(transport.sent.isEmpty)
  }

  @Test func onlyChangesDieAtTheirDeadline() async throws {
    let settings = ClientSettings(type: "posts", meta: [:], timeout: nil)
    let (client, transport) = ResourceClient.scripted(
      ["{}", "{}", .result(#"{"data":[]}"#), .result(#"{"data":[]}"#)], settings)
    _ = try await client.document(client.destroyRequest("1"))
    _ = try await client.document(client.destroyRequest("1"), waitLimit: .limited(.seconds(60)))
    _ = try await client.index(Query(), waitLimit: .limited(.seconds(Int64.max)))
    _ = try await client.index(Query(), waitLimit: .endless)
    #expect(transport.sent.map(\.expires) == [false, true, false, false])
    #expect(transport.sent.map { $0.deadline != nil } == [false, true, true, false])
    #expect(transport.sent.map(\.method) == ["destroy", "destroy", "index", "index"])
    #expect(transport.sent.map(\.correlationID) == ["c1", "c2", "c3", "c4"])
  }

  @Test(arguments: ["1,2", ""]) func anIDThatMeansSeveralNeverLeaves(id: String) async throws {
    let (client, transport) = ResourceClient.scripted([])
    let message = "the id is \"\(id)\""
    let step = "an id must not be empty or contain a comma"
    #expect(
      await report(failure { () throws(ClientError) in try await client.document(client.destroyRequest(id)) })
        == ["value", "posts destroy: \(message)", step])
    #expect(
      await report(failure { () throws(ClientError) in try await client.show(id) })
        == ["value", "posts show: \(message)", step])
    #expect(throws: ClientError.self) { try client.updateRequest(id, [:]) }
    #expect(transport.sent.isEmpty)
  }

  @Test(arguments: ["{}", #"{"beam":null}"#, #"{"beam":""}"#]) func refusesRequestsWithoutBeam(meta: String)
    async throws
  {
    let settings = ClientSettings(type: "posts", meta: try object(meta), requiresBeam: true)
    let (client, transport) = ResourceClient.scripted([#"{"data":[]}"#], settings)
    #expect(
      await report(failure { () throws(ClientError) in try await client.index(Query()) })
        == ["value", "posts index: the client requires meta.beam, which is missing", #"meta: {beam: "..."}"#])
    #expect(transport.sent.isEmpty)
    var query = Query()
    query.meta = ["beam": "g2gC"]
    _ = try await client.index(query)
    #expect(transport.params == [#"{"meta":{"beam":"g2gC"}}"#])
  }

  @Test func sendsTheWireParams() throws {
    let settings = ClientSettings(type: "posts", meta: ["host": "a"], keys: .underscore)
    let (client, _) = ResourceClient.scripted([], settings)
    let request = try client.updateRequest("5", ["born_on": nil])
    #expect(
      try JSONValue.object(client.wireParams(of: request)).text
        == #"{"id":"5","data":{"type":"posts","id":"5","attributes":{"born-on":null}},"meta":{"host":"a"}}"#)
  }
}
