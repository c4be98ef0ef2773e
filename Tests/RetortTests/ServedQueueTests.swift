import AMQP
import Foundation
import APIServer
import SQLite
import TestBench
import Testing

/// Tests of the queues that `retort serve` declares or finds, and of requests that the broker delivers again.
@Suite(.timeLimit(.minutes(15))) struct ServedQueueTests {
  @Test(arguments: [
    #"{<<"x-queue-type">>, longstr, <<"quorum">>}"#, #"{<<"x-max-priority">>, byte, 10}"#,
    #"{<<"x-queue-mode">>, longstr, <<"lazy">>}"#, #"{<<"x-message-ttl">>, long, 60000}"#, "",
  ]) func servesAnExistingQueueUnchanged(arguments: String) async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    try vhost.declare(queue: "posts", arguments: arguments)
    let service = try await FakeService(in: vhost)
    #expect(await service.run("print (show posts 1).text") == Ran(status: 0, output: "Post 1\n", notes: ""))
    #expect(await service.stop().status == 0)
  }

  @Test(arguments: [
    ([], "'false rabbit_classic_queue'"), (["--durable"], "'true rabbit_classic_queue'"),
    (["--queue-type", "classic"], "'false rabbit_classic_queue'"),
    (["--queue-type", "quorum"], "'true rabbit_quorum_queue'"),
  ]) func declaresAMissingQueueWithTheOptions(options: [String], kind: String) async throws {
    let service = try await FakeService(options: options)
    #expect(try service.vhost.kind(of: "posts") == kind)
    #expect(await service.run("print (show posts 1).text") == Ran(status: 0, output: "Post 1\n", notes: ""))
    #expect(await service.stop().status == 0)
  }

  @Test func anotherServiceOfTheQueueIsNoted() async throws {
    let first = try await FakeService()
    let second = try await FakeService(in: first.vhost)
    #expect(await second.stop().status == 0)
    #expect(
      second.notes.hasSuffix(
        "note: another service answers some of the requests to authors comments posts tags\nstopped\n"))
    #expect(!first.notes.contains("another service"))
    #expect(await first.stop().status == 0)
  }

  @Test func anotherTypeOfQueueIsRefused() async {
    let ran = await Ran.retort("serve", "blog", "--queue-type", "stream")
    #expect(ran.status == 2)
    #expect(ran.notes.contains("write one of classic, quorum"))
  }

  /// A second service does not repeat a create that the broker delivers again.
  ///
  /// The first service creates the row, and ends before it sends the reply and the acknowledgement.
  @Test func doesNotRepeatARedeliveredChange() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let database = folder.appending(path: "blog.sqlite").path
    try SharedDatabase(path: database).use {
      try $0.execute("CREATE TABLE posts (id INTEGER PRIMARY KEY, text TEXT)")
    }
    let vhost = try await PrivateBroker.shared.vhost()
    let first = try await Self.serveOnce(database, vhost)
    let run = Task {
      await Ran.retort(
        "-c", #"connect; print (create (client queue: "posts") {text: "once"} timeout: 50s).id"#,
        environment: ["RETORT_URL": vhost.uri])
    }
    _ = await first.ended()
    let service = try await FakeService(in: vhost, database: database, "--log", "-")
    #expect(await run.value == Ran(status: 0, output: "1\n", notes: ""))
    #expect(await service.run("count posts").output == "1\n")
    #expect(
      await service.stop().output == """
        {"queue":"posts","method":"create","id":null,"correlation-id":"ID","outcome":"remembered","n":1}
        {"queue":"posts","method":"index","id":null,"correlation-id":"ID","outcome":"ok","n":2}

        """)
  }

  /// Starts a service that carries out one request, and then closes its connection without a reply.
  private static func serveOnce(_ database: String, _ vhost: VirtualHost) async throws -> Connection {
    let service = try ResourceService(opening: database, remembersChanges: true)
    let connection = try await Connection.open(try AMQPURI(vhost.uri), name: "the first")
    _ = try await connection.serve(queue: "posts", on: ServiceChannel.QueueServingSettings()) { delivery in
      _ = service.reply(queue: "posts", body: delivery.body, correlationID: delivery.correlationID)
      await connection.close()
      return ServiceRepliesWithDelays([])
    }
    return connection
  }
}
