import AMQP
import Foundation
import TestBench
import Testing

/// Tests of replies that belong to no request, and of replies about other resources than requested.
@Suite(.timeLimit(.minutes(15))) struct StrangeReplyTests {
  /// Runs statements on a service whose replies have the correlation id that `id` returns.
  private func run(_ statements: String, id: @escaping @Sendable (Int) -> String?) async throws -> Ran {
    let vhost = try await PrivateBroker.shared.vhost()
    let connection = try await Connection.open(try AMQPURI(vhost.uri), name: "strange")
    let settings = ServiceChannel.QueueServingSettings(workers: 1)
    _ = try await connection.serve(queue: "posts", on: settings) { delivery in
      let body = Array(#"{"jsonrpc":"2.0","result":{"data":{"type":"posts","id":"1"}}}"#.utf8)
      let strange = id(delivery.number).map {
        ServiceRepliesWithDelays.OutgoingReply(body, correlationID: Array($0.utf8))
      }
      return ServiceRepliesWithDelays([strange ?? ServiceRepliesWithDelays.OutgoingReply(body)])
    }
    let ran = await Ran.retort(
      "-c", "connect\nlet posts = client queue: \"posts\" timeout: 500ms\n" + statements,
      environment: ["RETORT_URL": vhost.uri])
    await connection.close()
    return ran
  }

  @Test(arguments: ["other", ""]) func repliesWithUnknownCorrelationIDsAreCounted(id: String) async throws {
    let ran = try await run("try do show posts 1 rescue e print e.kind end\nshow posts 1 | print .id") {
      $0 == 1 ? id : nil
    }
    #expect(ran.output == "timeout\n1\n")
    #expect(
      ran.notes == """
        queue posts: 1 reply has a correlation id that no request has, so retort ignored it; the service must copy the correlation id of the request

        """)
  }

  @Test func theCountIsOfTheStatement() async throws {
    let ran = try await run("for id in 1..3 do try do show posts id rescue e print e.kind end end\nprint 1") { _ in
      "other"
    }
    #expect(ran.output == "timeout\ntimeout\ntimeout\n1\n")
    #expect(
      ran.notes.hasPrefix(
        "queue posts: 3 replies have correlation ids that no request has, so retort ignored them; the service must"))
    #expect(ran.notes.split(separator: "\n").count == 1, "\(ran.notes)")
  }

  /// A statement shows the first reply about another resource, and at its end the number of such replies.
  @Test(arguments: [
    ("1..3 | update posts {a: 1}", "update"), ("for i in 1..3 do update posts i {a: 1} end", "update"),
    ("1..3 | destroy posts confirm: true", "destroy"), ("1..3 | show posts | count | print", "show"),
  ]) func repliesAboutOtherIDsAreCounted(statement: String, verb: String) async throws {
    let answer = #""result":{"data":{"type":"posts","id":"9"}}"#
    let service = try await OddService(["update": answer, "destroy": answer, "show": answer])
    let notes = await service.run(statement + "\nupdate posts 9 {a: 1}").notes
    #expect(notes.hasPrefix("posts \(verb): \"1\" was requested, but the reply is about \"9\"\n"))
    #expect(
      notes.hasSuffix("posts \(verb): 3 replies are about other ids than requested\n"), Comment(rawValue: notes))
    await service.stop()
  }

  @Test func repliesOfOtherTypesAreCounted() async throws {
    let service = try await OddService(["create": #""result":{"data":{"type":"people","id":"9"}}"#])
    let notes = await service.run("[{a: 1}, {a: 2}] | create posts").notes
    #expect(notes.hasPrefix("posts create: the reply is about people/9, but the client's type is posts; make a "))
    #expect(
      notes.hasSuffix("create posts: 2 ok\nposts create: 2 replies are about resources of other types than posts\n"))
    await service.stop()
  }

  /// A lookup that reads another resource shows nothing about the change.
  @Test func aLookupThatReadsAnotherResourceIsUnclear() async throws {
    let service = try await OddService { method, _ in
      if method == "update" { try? await Task.sleep(for: .seconds(20)) }
      return #""result":{"data":{"type":"posts","id":"9","attributes":{"a":1}}}"#
    }
    let ran = await service.run("[1] | update posts {a: 1} timeout: 300ms")
    #expect(ran.status == 5 && ran.notes.contains("update posts: 0 ok, 1 unknown\n"), Comment(rawValue: ran.notes))
    #expect(ran.notes.contains("\"1\" was requested, but the reply is about \"9\""), Comment(rawValue: ran.notes))
    await service.stop()
  }

  /// A service can send megabytes of text, or thousands of errors; retort shows their beginning.
  @Test(.timeLimit(.minutes(15))) func longErrorsAreCut() async throws {
    let text = String(repeating: "word ", count: 1_000_000)
    let one = #"{"detail":"is wrong","source":{"pointer":"/data/attributes/a"}}"#
    let service = try await OddService([
      "show": OddService.errors(#"{"detail":"\#(text)"}"#),
      "update": OddService.errors([String](repeating: one, count: 50_000).joined(separator: ",")),
    ])
    let long = await service.run("show posts 1").notes
    #expect(long.utf8.count < 4_000 && long.contains("characters left out)\n"))
    #expect(long.hasSuffix("  = --trace=rpc shows the whole reply\n"))
    let many = await service.run("update posts 1 {a: 1}").notes
    #expect(many.contains("; is wrong; and 49980 more errors\n"), Comment(rawValue: String(many.prefix(2_000))))
    #expect(many.hasSuffix("  = --trace=rpc shows the whole reply\n"))
    await service.stop()
  }

  @Test(arguments: ["[1,2]", "[null]", "5", "\"x\"", "true"]) func malformedLinkageIsAnError(data: String) async throws
  {
    let post = #"{"type":"posts","id":"1","relationships":{"tags":{"data":\#(data)}}}"#
    let service = try await OddService(["show": #""result":{"data":\#(post)}"#, "update": #""result":{}"#])
    for statement in ["print json((show posts 1).tags)", "show posts 1 | update posts {tags: .tags}"] {
      let ran = await service.run(statement)
      #expect(ran.status == 1)
      #expect(ran.notes.contains("the data of tags in posts/1 must be null, an identifier or a list of identifiers"))
    }
    await service.stop()
  }
}
