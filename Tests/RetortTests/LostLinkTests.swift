import AMQP
import Synchronization
import TestBench
import Testing

/// Tests of the program when its network connection to the broker breaks.
@Suite(.timeLimit(.minutes(15))) struct LostLinkTests {
  @Test func repeatsAReadButNotAChange() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    let proxy = try Proxy(to: vhost.uri)
    let service = try await Connection.open(try AMQPURI(vhost.uri), name: "posts")
    let (arrivals, arrived) = AsyncStream.makeStream(of: String.self)
    let (never, end) = AsyncStream.makeStream(of: Void.self)
    let isOver = Task { for await _ in never {} }
    let requests = Atomic(0)
    _ = try await service.serve(queue: "posts", prefetch: 10) { body in
      let number = requests.add(1, ordering: .relaxed).newValue
      arrived.yield(String(decoding: body, as: UTF8.self).contains("create") ? "create" : "show")
      if number < 4 { await isOver.value }
      return Array(#"{"result":{"data":{"type":"posts","id":"1","attributes":{"text":"request \#(number)"}}}}"#.utf8)
    }
    let script = #"""
      let service = connect
      let posts = client queue: "posts"
      try do create posts {text: "a"} timeout: 50s rescue e print "\(e.kind): \(e.message)" end
      print (show posts 1 timeout: 50s).text
      """#
    let run = Task { await Ran.retort("-c", script, environment: ["RETORT_URL": proxy.uri]) }
    var heard = arrivals.makeAsyncIterator()
    #expect(await heard.next() == "create")
    proxy.happen(.cut)
    #expect(await heard.next() == "show")
    proxy.happen(.reset)
    #expect(await heard.next() == "show")
    proxy.happen(.cut)
    #expect(await heard.next() == "show")
    let ran = await run.value
    #expect(
      ran.output.replacing(#/correlation id [-\w]+/#, with: "correlation id ID") == """
        unknown: the connection broke: connection closed unexpectedly (create on queue posts, correlation id ID)
        request 4

        """)
    let notes = ran.notes.replacing("\(try AMQPURI(proxy.uri))", with: "PROXY")
    #expect(
      notes == """
        note: the connection broke: connection closed unexpectedly; connecting to PROXY again
        note: connected to PROXY again
        note: the connection broke: Connection reset by peer; connecting to PROXY again
        note: connected to PROXY again
        note: the connection broke: connection closed unexpectedly; connecting to PROXY again
        note: connected to PROXY again

        """)
    #expect(ran.status == 0)
    end.finish()
    await service.close()
    proxy.close()
  }

  /// A statement with several requests in flight continues on a new connection after the loss of its connection.
  @Test(arguments: [
    ("1..40 | each in-flight: 8 do show posts it timeout: 50s end | count", "40\n"),
    (
      #"1..40 | update posts {text: "b"} in-flight: 8 on-error: "continue" timeout: 50s verify: false | count"#,
      "update posts: 32 ok, 8 unknown\n32\n"
    ),
  ]) func aWindowContinuesAfterALoss(statements: String, output: String) async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    let proxy = try Proxy(to: vhost.uri)
    let service = try await Connection.open(try AMQPURI(vhost.uri), name: "posts")
    let (all, arrived) = AsyncStream.makeStream(of: Void.self)
    let (never, end) = AsyncStream.makeStream(of: Void.self)
    let isOver = Task { for await _ in never {} }
    let requests = Atomic(0)
    _ = try await service.serve(queue: "posts", prefetch: 64) { _ in
      let number = requests.add(1, ordering: .relaxed).newValue
      if number == 8 { arrived.finish() }
      if number <= 8 { await isOver.value }
      return Array(#"{"result":{"data":{"type":"posts","id":"1","attributes":{"text":"a"}}}}"#.utf8)
    }
    let script = "let service = connect\nlet posts = client queue: \"posts\"\n\(statements)"
    let run = Task { await Ran.retort("-c", script, environment: ["RETORT_URL": proxy.uri]) }
    for await _ in all {}
    proxy.happen(.cut)
    let ran = await run.value
    let tally = ran.notes.split(separator: "\n").filter { $0.hasPrefix("update posts: ") }.map { "\($0)\n" }.joined()
    #expect(tally + ran.output == output)
    end.finish()
    await service.close()
    proxy.close()
  }
}
