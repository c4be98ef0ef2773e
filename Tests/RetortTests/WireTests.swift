import TestBench
import Testing

/// Tests of what a user sees of the protocol: the trace (`--trace`), requests with `--offline`, and reply queues.
@Suite(.timeLimit(.minutes(15))) struct WireTests {
  private static let blog = "connect \"embedded:blog\"; let posts = client queue: \"posts\"; "

  @Test func tracesCallsAndFailures() async {
    let ran = await Ran.retort(
      "--trace=api,errors", "-c",
      Self.blog
        + "show posts 12 | map .id; try do create posts {text: \"a\", token: \"abc\", password: 1234, credentials: {a: [\"deep\"]}, tokens: null} rescue e print e.kind end"
    )
    let notes = ran.notes.replacing(#/[0-9.]+ ms/#, with: "N ms").replacing(#/[0-9a-f-]{36}/#, with: "ID")
    let lines = notes.split(separator: "\n").map(String.init)
    #expect(ran.output == "\"12\"\nservice\n")
    #expect(lines.count == 4)
    #expect(
      lines.prefix(2) == [
        "trace: posts show {\"id\":\"12\"}: posts/12 in N ms", "trace: posts create {}: service in N ms",
      ])
    #expect(lines[2].hasPrefix(#"trace: -> posts create ID-2: {"id":"ID-2","jsonrpc":"2.0","method":"create","#))
    #expect(lines[2].contains(#""token":"***""#) && !notes.contains("abc"))
    #expect(
      lines[2].contains(#""credentials":"***""#) && !notes.contains("deep") && lines[2].contains(#""tokens":null"#))
    #expect(lines[2].contains(#""password":"***""#) && !notes.contains("1234"))
    #expect(lines[3].hasPrefix("trace: <- posts create ID-2 after N ms: {\"error\":"))
  }

  @Test func tracesFrames() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    let ran = try await ServedBlog.serving(on: vhost.uri) {
      await Ran.retort(
        "--trace=amqp", "-c", "connect; let tags = client queue: \"tags\"; count tags",
        environment: ["RETORT_URL": vhost.uri])
    }
    let notes = ran.notes.replacing(#/amq\.[-\w.]+/#, with: "NAME").replacing(#/[0-9a-f-]{36}-1/#, with: "ID")
      .replacing(#/\d+ bytes/#, with: "N bytes")
      .replacing("trace: amqp <- connection.close-ok\n", with: "")  // absent if the broker takes longer than a second
    #expect(ran.output == "20\n")
    #expect(
      notes == """
        trace: amqp -> channel.open channel 1
        trace: amqp <- channel.open-ok channel 1
        trace: amqp -> queue.declare of a reply queue channel 1
        trace: amqp <- queue.declare-ok channel 1 NAME: 0 messages, 0 consumers
        trace: amqp -> basic.consume NAME channel 1
        trace: amqp <- basic.consume-ok channel 1 NAME
        trace: amqp -> basic.publish channel 1 to tags correlation-id ID reply-to NAME, N bytes
        trace: amqp <- basic.deliver channel 1 tag 1
        trace: amqp <- header channel 1 correlation-id ID, N bytes
        trace: amqp <- body channel 1
        trace: amqp -> connection.close

        """)
  }

  /// The broker refuses an expiration of more than 2^32 - 1 ms, so the request gets a shorter one.
  @Test func aVeryLongTimeoutIsAccepted() async throws {
    let service = try await FakeService()
    let ran = await service.run("(update posts 1 {views: 7} timeout: 9000d).views")
    #expect(ran.status == 0 && ran.output == "7\n", Comment(rawValue: ran.notes))
    #expect(await service.stop().status == 0)
  }

  @Test func offlineShowsAndSendsNothing() async {
    let ran = await Ran.retort(
      "--offline", "-c",
      """
      connect "amqp://u:secret@nowhere.invalid/"
      let posts = client queue: "posts" meta: {}
      count posts filter: {state: "draft"}
      let made = create posts {text: "a"}
      destroy posts made.id
      clients | select .connection | ndjson
      """)
    #expect(ran.status == 0 && ran.notes.isEmpty)
    #expect(
      ran.output == """
        {"queue":"posts","request":{"id":"1","jsonrpc":"2.0","method":"index","params":{"filter":{"state":"draft"},"page":{"number":1,"size":1}}}}
        {"queue":"posts","request":{"id":"2","jsonrpc":"2.0","method":"create","params":{"data":{"type":"posts","attributes":{"text":"a"}}}}}
        {"queue":"posts","request":{"id":"3","jsonrpc":"2.0","method":"destroy","params":{"id":"offline-1"}}}
        {"connection":"amqp://u@nowhere.invalid:5672/"}

        """)
  }

  /// With `--offline`, retort prints a result that needs no service; for other statements, it prints only the request.
  @Test func offlinePrintsWhatNeedsNoService() async {
    let ran = await Ran.retort(
      "--offline", "-c",
      "1 + 1; 1..2; [1] | map it + 1; connect \"amqp://nowhere.invalid/\"; let p = client queue: \"p\" meta: {}; "
        + "count p")
    let request =
      #"{"queue":"p","request":{"id":"1","jsonrpc":"2.0","method":"index","params":{"page":{"number":1,"size":1}}}}"#
    #expect(ran == Ran(status: 0, output: "2\n1\n2\n2\n" + request + "\n", notes: ""))
  }

  /// With `--offline`, retort shows the request of a stream, and prints no elements.
  @Test(arguments: ["", " | map .id", " | take 2", " | collect", " | where .views > 1"])
  func offlineReadsStreams(_ stages: String) async {
    let ran = await Ran.retort(
      "--offline", "-c",
      "connect \"amqp://nowhere.invalid/\"\nlet posts = client queue: \"posts\" meta: {}\nstream posts" + stages)
    #expect(ran.status == 0 && ran.notes.isEmpty, Comment(rawValue: ran.notes))
    #expect(
      ran.output == #"{"queue":"posts","request":{"id":"1","jsonrpc":"2.0","method":"index","params":{}}}"# + "\n")
  }

  @Test func secretsAreShownNowhere() async {
    let statements =
      "create posts {text: \"amqp://u:hunter2@h/v\", password: \"hunter3\"}; call posts \"x\" {token: \"hunter4\"}"
    for options in [["--offline"], ["--trace=rpc,api"], ["--trace=errors"]] {
      let ran = await Ran.retort(options + ["-c", Self.blog + statements])
      #expect(!(ran.output + ran.notes).contains("hunter\(options[0] == "--offline" ? "" : "3")"), "\(options)")
      #expect((ran.output + ran.notes).contains("amqp://u:***@h/v"), "\(options)")
    }
  }

  @Test func aTransitionIsShownOffline() async {
    let ran = await Ran.retort(
      "--offline", "-c",
      Self.blog
        + #"transition posts 4 to: "archived" via: {archived: "published", published: "draft"} meta: {}"#)
    let methods = ran.output.split(separator: "\n").map { $0.split(separator: "\"method\":").last?.prefix(9) }
    #expect(ran.status == 0 && methods == [#""show","p"#, #""update","#, #""update","#])
  }

  @Test func offlineRepliesHaveTheClientsType() async {
    let ran = await Ran.retort(
      "--offline", "--yes", "-c",
      """
      connect "embedded:blog"
      let posts = client queue: "remote_post" type: "posts" meta: {}
      let authors = client queue: "remote_author" type: "authors" meta: {}
      create posts {author: (show authors 1)}
      [1, 2] | destroy posts
      """)
    #expect(ran.status == 0 && ran.notes == "destroy posts (queue remote_post): shown, not sent\n")
    #expect(ran.output.contains(#""author":{"data":{"type":"authors","id":"1"}}"#))
  }

  @Test func repliesArriveDirectlyAndClientsShowIt() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    let ran = try await ServedBlog.serving(on: vhost.uri) {
      await Ran.retort(
        "-c",
        """
        connect
        let posts = client queue: "posts" reply: "direct"
        1..300 | each in-flight: 64 do (show posts it).id end | count
        clients | select .queue .consumers .depth .in-flight waited: (.round-trip > 0s)
        """, environment: ["RETORT_URL": vhost.uri])
    }
    #expect(
      ran.output == """
        300
        {"queue":"posts","consumers":1,"depth":0,"in-flight":0,"waited":true}

        """)
    #expect(ran.notes.isEmpty, Comment(rawValue: ran.notes))
    let other = await Ran.retort("-c", "connect; let posts = client queue: \"posts\" reply: \"pigeon\"")
    #expect(other.notes.hasPrefix("error: the option reply: must be \"queue\" or \"direct\", not \"pigeon\"\n"))
  }

  @Test(arguments: [
    ("post", "posts"), ("authors-", "authors"), ("posts_test", "posts"), ("post-tags-archive", nil),
  ]) func suggestsASimilarQueue(_ queue: String, _ nearest: String?) async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    let ran = try await ServedBlog.serving(on: vhost.uri) {
      await Ran.retort(
        "-c", "connect; let a = client queue: \"authors\"; let b = client queue: \"\(queue)\"; count b",
        environment: ["RETORT_URL": vhost.uri])
    }
    #expect(ran.status == 4)
    #expect(ran.notes.hasPrefix("error[no-route]: there is no queue \(queue) on "))
    #expect(ran.notes.contains("= did you mean the queue ") == (nearest != nil))
    if let nearest { #expect(ran.notes.hasSuffix("= did you mean the queue \(nearest)?\n")) }
  }
}
