import Foundation
import TestBench
import Testing

/// Tests that the counts of a bulk change include every element, whatever errors occur.
@Suite(.timeLimit(.minutes(15))) struct BulkTests {
  /// Runs statements with the client `posts` of the sample.
  private func run(_ statements: String) async -> Ran {
    await Ran.retort("-c", "connect \"embedded:blog\"\nlet posts = client queue: \"posts\"\n" + statements)
  }

  @Test func destroyAllContinuesAfterUndestroyableResources() async throws {
    let service = try await StubbornService(count: 25, stays: [1, 2, 3, 14])
    try await service.start()
    let ran = await service.run(
      "destroy-all posts filter: {} confirm: true page: {size: 3} on-error: \"continue\"")
    #expect(ran.status == 5 && ran.output == "21\n" && service.left == [1, 2, 3, 14])
    #expect(ran.notes.hasPrefix("destroy-all posts: 21 ok, 4 failed\nerror[service]: posts destroy-all: has notes\n"))
    #expect(ran.notes.hasSuffix("  = at element 1: 1\n  = and 3 more like this one\n"), Comment(rawValue: ran.notes))
    let stopped = await service.run("destroy-all posts filter: {} confirm: true")
    #expect(stopped.status == 5 && stopped.notes.contains("  = destroy-all posts: 0 ok, "))
    await service.stop()
  }

  @Test func destroyAllSkipsEmptyPages() async throws {
    let service = try await StubbornService(count: 12, hidden: [1, 2, 3, 4, 5])
    try await service.start()
    let ran = await service.run("destroy-all posts filter: {} confirm: true page: {size: 2}")
    let note = "destroy-all posts: the service counts 5 resources that it does not return\n"
    #expect(ran == Ran(status: 0, output: "7\n", notes: note))
    #expect(service.left == [1, 2, 3, 4, 5])
    await service.stop()
  }

  @Test func reportsUnloadedRelationships() async throws {
    let bare = #"{"type":"posts","id":"ID","attributes":{"a":1},"relationships":{"author":{"links":{}},"tags":{}}}"#
    let odd = try await OddService([
      "index": "\"result\":{\"data\":[\(bare.replacing("ID", with: "1")),\(bare.replacing("ID", with: "2"))]}",
      "create": "\"result\":{}", "show": #""result":{"data":{"type":"posts","id":"7"}}"#,
    ])
    let ran = await odd.run("stream posts | collect | create posts")
    #expect(
      ran.notes == """
        posts: the relationships author, tags are not sent, because the service sent no data for them; to get the data, use include: "author,tags"
        posts create: the reply has no resource, so the new id is unknown
        create posts: 2 ok

        """)
    let file = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    defer { for suffix in ["ndjson", "csv"] { try? FileManager.default.removeItem(atPath: "\(file).\(suffix)") } }
    let written = await odd.run(
      "stream posts | write \"\(file).ndjson\"\nstream posts | write \"\(file).csv\"\nread \"\(file).ndjson\" | create posts"
    )
    #expect(
      written.notes.replacing(file, with: "b") == """
        posts: the relationships author, tags are not in the file, because the service sent no data for them; to get the data, use include: "author,tags"
        wrote 2 to b.ndjson
        posts: the relationships author, tags are not in the file, because the service sent no data for them; to get the data, use include: "author,tags"
        wrote 2 to b.csv
        posts: the relationships author, tags are not sent, because the service sent no data for them; to get the data, use include: "author,tags"
        posts create: the reply has no resource, so the new id is unknown
        create posts: 2 ok

        """)
    let other = await odd.run("[1, 2] | map (show posts it) | create posts")
    #expect(
      other.notes == """
        posts show: "1" was requested, but the reply is about "7"
        posts create: the reply has no resource, so the new id is unknown
        create posts: 2 ok
        posts show: 2 replies are about other ids than requested

        """)
    await odd.stop()
  }

  @Test func eachAccountsForAllThatWasInFlight() async throws {
    let service = try await FakeService("--fault", "drop=1")
    let ran = await service.run("1..9 | each in-flight: 4 do update posts it {views: 1} timeout: 3s end")
    #expect(ran.status == 1)
    #expect(ran.notes.hasPrefix("update posts: waiting up to 3s for 4 late replies\nerror[unknown]: "))
    #expect(
      ran.notes.contains(
        "  = in the stage `each`, at the element 1\n  = 3 more errors of the kind unknown, at the elements 2, 3, 4\n"),
      Comment(rawValue: ran.notes))
    #expect(await service.stop().status == 0)
  }

  @Test func guardsAStreamAgainstOtherConnections() async throws {
    let service = try await FakeService()
    let ran = await service.run(
      "let other = connect\nlet same = client queue: \"posts\" on: other\nlet first = client queue: \"posts\" on: service\nfor p in stream first do update same p.id {views: 1} end"
    )
    #expect(ran.status == 6)
    #expect(ran.notes.hasPrefix("error[refused]: update changes posts while a stream reads it"))
    // retort recognises the same broker behind two addresses, `localhost` and `127.0.0.1`.
    let uri = service.vhost.uri
    let near = uri.contains("localhost") ? "localhost" : "127.0.0.1"
    let address = uri.replacing(near, with: near == "localhost" ? "127.0.0.1" : "localhost")
    #expect(address != uri)
    let elsewhere = await service.run(
      "let other = connect \"\(address)\"\nlet same = client queue: \"posts\" on: other\nlet first = client queue: \"posts\" on: service\nfor p in stream first do update same p.id {views: 1} end"
    )
    #expect(elsewhere.status == 6, Comment(rawValue: elsewhere.notes))
    #expect(await service.stop().status == 0)
    let apart = await run(
      "let a = connect \"embedded:blog\" name: \"other\"\nlet copy = client queue: \"posts\" on: a\nfor p in stream posts page: {size: 2} do update copy p.id {views: 1}; break end"
    )
    #expect(apart.status == 0, Comment(rawValue: apart.notes))
  }
}
