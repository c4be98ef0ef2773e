import Testing

/// Tests that messages about a failed request are true.
///
/// For example, a message may say that the service can still carry out a change, or that retort did not send a change.
@Suite(.timeLimit(.minutes(15))) struct TruthTests {
  @Test(arguments: [
    (
      "",
      "if the service took the request before the timeout, it may still carry out the change; if not, the broker removes the request"
    ),
    (" expire: false", "the change may still be carried out, because the request does not expire"),
  ]) func aMissingReplyDescribesTheQueue(option: String, fate: String) async throws {
    let service = try await FakeService("--fault", "drop=1")
    let statement = "update posts 1 {text: \"a\"} timeout: 2s" + option
    var ran = await service.run(statement)
    for _ in 1...10 where ran.notes.contains("is unknown: ") {  // the broker took longer than two seconds to reply
      ran = await service.run(statement)
    }
    let notes = ran.notes.split(separator: "\n").dropFirst(4).map(String.init)
    #expect(ran.status == 1)
    let taken =
      option.isEmpty
      ? "took the request, or the request expired in the queue" : "took the request, but has not replied"
    #expect(
      notes == [
        "  = queue posts has 1 consumer and no waiting request: the service \(taken)", "  = \(fate)",
        "  = before you send the change again, check whether it was carried out",
      ])
    #expect(await service.stop().status == 0)
  }

  @Test func theSessionsTimeReachesClientsThatAreThere() async throws {
    let service = try await FakeService("--fault", "drop=1")
    let ran = await service.run("set timeout: 1100ms\nshow posts 1")
    #expect(
      ran.notes.contains("  = wait longer with timeout: 3s; check that \"posts\" is the right queue; "))
    let own = await service.run(
      "let mine = client queue: \"posts\" timeout: 600ms\nset timeout: \"never\"\nshow mine 1")
    #expect(own.notes.contains("wait longer with timeout: 2s"))
    #expect(await service.stop().status == 0)
  }

  @Test func aSinkToAMissingQueueSendsNothing() async throws {
    let service = try await FakeService()
    let ran = await service.run("let nobody = client queue: \"zzz\"\n[{a: 1, password: \"x\"}] | create nobody")
    #expect(ran.status == 4)
    #expect(ran.notes.hasPrefix("create zzz: 0 ok, 1 failed\nerror[no-route]: there is no queue zzz on "))
    #expect(ran.notes.contains("\n  = at element 1: {\"a\":1,\"password\":\"***\"}\n"))
    #expect(await service.stop().status == 0)
  }

  @Test func anEmptyResultIsSuccess() async throws {
    let odd = try await OddService([
      "create": "\"result\":{}", "update": "\"result\":null", "destroy": "\"result\":{\"meta\":{}}",
    ])
    let ran = await odd.run(
      """
      print (create posts {text: "a"}) == null
      print (update posts 1 {text: "a"}) == null
      [1, 2] | update posts {text: "b"} | map it
      destroy posts 1
      """)
    #expect(
      ran
        == Ran(
          status: 0, output: "true\ntrue\n1\n2\n",
          notes: "posts create: the reply has no resource, so the new id is unknown\nupdate posts: 2 ok\n"))
    await odd.stop()
  }

  @Test func destroyAllSendsItsMeta() async {
    let ran = await Ran.retort(
      "--trace=rpc", "--yes", "-c",
      "connect \"embedded:blog\"\nlet posts = client queue: \"posts\" meta: {}\ndestroy-all posts filter: {id: 4} meta: {run: 7}"
    )
    let sent = ran.notes.split(separator: "\n").filter { $0.contains("-> posts ") }
    #expect(ran.output == "1\n" && sent.count == 3)
    #expect(sent.allSatisfy { $0.contains(#""meta":{"run":7}"#) })
  }

  @Test func everyRequestOfATransitionHasItsMeta() async {
    let ran = await Ran.retort(
      "--trace=rpc", "-c",
      "connect \"embedded:blog\"\nlet posts = client queue: \"posts\" require-beam: true\ntransition posts 4 to: \"published\" via: {published: \"draft\"} meta: {beam: \"b\"} | select .state"
    )
    #expect(ran.output == "{\"state\":\"published\"}\n")
  }

  @Test func aResourceWithoutAttributesIsOneAlsoInAFile() async throws {
    let odd = try await OddService([
      "index": #""result":{"data":[{"type":"posts","id":"1"}]}"#, "create": "\"result\":{}",
    ])
    let ran = await odd.run(
      "stream posts | json\nstream posts | collect | create posts\n(index posts)[0] | create posts")
    #expect(ran.output == "[{\"type\":\"posts\",\"id\":\"1\",\"attributes\":{}}]\n", Comment(rawValue: ran.notes))
    let unknown = "posts create: the reply has no resource, so the new id is unknown\n"
    #expect(ran.notes == "\(unknown)create posts: 1 ok\n\(unknown)create posts: 1 ok\n")
    await odd.stop()
  }

  @Test func explainsAMissingIncludedResource() async throws {
    let odd = try await OddService([
      "index":
        #""result":{"data":[{"type":"posts","id":"1","relationships":{"author":{"data":{"type":"authors","id":"3"}}}}]}"#
    ])
    let ran = await odd.run("stream posts include: \"author.town\" | map .author.name")
    #expect(
      ran.notes.contains(
        "author is authors/3; the option include: asks for this resource, but the reply does not contain it"))
    #expect(
      await odd.run("stream posts | map .author.name").notes.contains(
        "  = add include: \"author\" to the command that reads the resource"))
    await odd.stop()
  }
}
