import AMQP
import TestBench
import Testing
import Values

/// Tests of scripts on services with other dialects of JSON:API, such as lists without a count.
@Suite(.timeLimit(.minutes(15))) struct DialectTests {
  @Test(arguments: [
    ("none", "1000\n1000\nnull\nnull\n"),
    ("no-count", "1000\n1000\nnull\n{\"number\":2,\"size\":400}\n"),
  ]) func listsAreReadToTheirEnd(style: String, output: String) async throws {
    let service = try await FakeService("--pages", style)
    let ran = await service.run(
      #"""
      count posts
      stream posts page: {size: 400} | count
      let page = index posts page: {size: 400}
      print page.pagination?.total-size
      print page.pagination?.next
      """#)
    #expect(ran == Ran(status: 0, output: output, notes: ""))
    #expect(await service.stop().status == 0)
  }

  @Test func offsetsAreFollowed() async throws {
    let service = try await FakeService("--pages", "offset")
    let ran = await service.run(
      #"""
      count posts
      stream posts | map .id | unique | count
      stream posts page: {limit: 150} prefetch: 3 | map .id | unique | count
      let page = index posts page: {offset: 5, limit: 10}
      print page.pagination.next
      try do index posts page: {size: 2} rescue e e.errors | select .detail | ndjson end
      destroy-all posts filter: {} page: {limit: 100} confirm: true
      count posts
      """#)
    #expect(
      ran
        == Ran(
          status: 0,
          output: """
            1000
            1000
            1000
            {"offset":15,"limit":10}
            {"detail":"number is not an allowed page parameter."}
            {"detail":"size is not an allowed page parameter."}
            1000
            0

            """, notes: ""))
    #expect(await service.stop().status == 0)
  }

  @Test(arguments: [
    (
      "retort",
      #"""
      invalid
      [{"title":"can't be blank","detail":"text can't be blank","source":{"pointer":"/data/attributes/text"}}]
      not-found
      [{"title":"Resource Not Found","source":{"parameter":"id"},"status":"404"}]
      method-not-found: posts relationship: Method not found (code -32601)
      999

      """#
    ),
    (
      "carrot",
      #"""
      invalid
      [{"title":"can't be blank","detail":"text - can't be blank","code":100,"source":{"pointer":"/data/attributes/text"},"status":"422"}]
      not-found
      [{"title":"Record not found","detail":"The record identified by 0 could not be found.","code":404,"status":"404"}]
      1
      999

      """#
    ),
  ]) func flavoursAreUnderstood(flavour: String, output: String) async throws {
    let service = try await FakeService("--flavour", flavour, "--workers", "2")
    let ran = await service.run(
      #"""
      try do create posts {text: ""} rescue e print e.kind; print e.errors end
      try do show posts 0 rescue e print e.kind; print e.errors end
      try do print (relationship posts 1 "author").id rescue e print "\(e.kind): \(e.message)" end
      destroy posts 1
      count posts
      """#)
    #expect(ran == Ran(status: 0, output: output, notes: ""))
    #expect(await service.stop().status == 0)
  }

  @Test(arguments: [("retort", true), ("carrot", false)]) func carrotDoesNotAcknowledge(
    flavour: String, acknowledges: Bool
  ) async throws {
    let service = try await FakeService("--flavour", flavour)
    #expect(try service.vhost.acknowledgements(of: "posts") == [acknowledges])
    #expect(await service.stop().status == 0)
  }

  @Test(arguments: [("retort", true), ("carrot", false)]) func retortWantsTheCorrelationIDAsID(
    flavour: String, isRefused: Bool
  ) async throws {
    let service = try await FakeService("--flavour", flavour)
    let dialer = try await Dialer(try AMQPURI(service.vhost.uri), name: "test")
    let client = try await ReconnectingQueueClient(dialer, queue: "posts")
    let reply = try await client.send(
      correlationID: client.nextCorrelationID(), body: Array(#"{"id":"x","method":"show","params":{"id":"1"}}"#.utf8),
      deadline: .now + .seconds(50), expires: false, mayRepeat: true)
    #expect(String(decoding: reply, as: UTF8.self).contains(#""code":-32600"#) == isRefused)
    await dialer.close()
    #expect(await service.stop().status == 0)
  }

  @Test(arguments: ["retort", "carrot"]) func eitherServesManyInFlight(flavour: String) async throws {
    let service = try await FakeService("--flavour", flavour)
    let ran = await service.run(
      "1..200 | map {text: \"Post \\(it)\"} | create posts in-flight: 64\ncount posts")
    #expect(ran == Ran(status: 0, output: "1200\n", notes: "create posts: 200 ok\n"))
    #expect(await service.stop().status == 0)
  }

  /// Errors of a service with the flavour carrot lead to the right client settings.
  ///
  /// The queue `peer_posts` has another name than its type `posts`. A client without `type:` gets an error, and the
  /// error's next step contains the correct `type:`.
  @Test func theStrictFlavourIsUnderstood() async throws {
    let service = try await FakeService("--flavour", "carrot", "--pages", "offset", "--queue", "posts=peer_posts")
    let clients =
      #"connect; let peer = client queue: "peer_posts"; let posts = client queue: "peer_posts" type: "posts""#
    func run(_ statements: String) async -> Ran {
      await Ran.retort("-c", clients, "-c", statements, environment: ["RETORT_URL": service.vhost.uri])
    }
    let cleared = #"relink posts 1 "author" null; print (relationship posts 1 "author") ?? "nobody""#
    #expect(await run(cleared) == Ran(status: 0, output: "nobody\n", notes: ""))
    let refused: [(statement: String, words: String, step: String)] = [
      (#"relationship peer 1 "author""#, "peer", #"client queue: "peer_posts" singular: "post""#),
      (#"show peer 1; create peer {text: "a"}"#, "peer", #"client queue: "peer_posts" type: "posts""#),
      (#"index posts page: {number: 1, size: 9}"#, "", "page: {offset: 0, limit: 100}"),
      (
        #"link posts 2 "author" [{type: "authors", id: "7"}]"#, #"[{type: "authors", id: "7"}]"#,
        "use relink for a to-one relationship"
      ),
      (
        #"unlink posts 2 "author" [{type: "authors", id: "7"}]"#, #"[{type: "authors", id: "7"}]"#,
        #"relink posts 2 "author" null"#
      ),
      (#"relationship posts 0 "author""#, "0", "check the id, and the queue and the type of the client"),
      (
        #"link posts 0 "tags" [{type: "tags", id: "7"}]"#, "0", "check the id, and the queue and the type of the client"
      ),
      (
        #"link posts 2 "tags" [{type: "tags", id: "7"}, {type: "tags", id: "99"}]"#, #"{type: "tags", id: "99"}"#,
        "check the id, and the queue and the type of the client"
      ),
    ]
    for (statement, words, step) in refused {
      let ran = await run(statement)
      #expect(ran.status == 1)
      #expect(ran.notes.hasSuffix("  = \(step)\n"), "\(ran.notes)")
      guard !words.isEmpty else { continue }
      let lines = ran.notes.split(separator: "\n")
      let place = try #require(lines.firstIndex { $0.contains("^") })
      let marked = zip(lines[place - 1], lines[place]).filter { $0.1 == "^" }.map(\.0)
      #expect(String(marked) == words)
    }
    #expect(await service.stop().status == 0)
  }
}
