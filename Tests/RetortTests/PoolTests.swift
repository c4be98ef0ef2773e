import AMQP
import Foundation
import JSONText
import TestBench
import Testing

/// Tests of changes that a pool of workers (`retort work`) sends, through a real RabbitMQ.
@Suite(.timeLimit(.minutes(15))) struct PoolTests {
  /// Runs statements with the client `posts` of a service; `key` is the secret of the pool.
  private func run(_ statements: String, on service: FakeService, key: String? = PoolWorker.key) async -> Ran {
    await run(statements, in: service.vhost, key: key)
  }

  /// Runs statements with the client `posts` of a vhost; calls `noted` with each text on standard error.
  private func run(
    _ statements: String, in vhost: VirtualHost, key: String? = PoolWorker.key,
    noted: @escaping @Sendable (String) -> Void = { _ in }
  ) async -> Ran {
    var environment = ["RETORT_URL": vhost.uri]
    environment["RETORT_POOL_KEY"] = key
    return await Ran.retort(
      ["-c", "connect\nlet posts = client queue: \"posts\"\n" + statements], environment: environment, noted: noted)
  }

  @Test func changesOfASinkKeepTheirOrder() async throws {
    let service = try await FakeService("--workers", "8")
    let workers = [await PoolWorker(in: service.vhost), await PoolWorker(in: service.vhost)]
    let updated = await run(
      #"1..600 | update posts {views: it} workers: "test" | where int(.id) != .views | count"#, on: service)
    #expect(updated.output == "0\n", Comment(rawValue: updated.notes))
    #expect(updated.notes.hasPrefix("update posts: 600 ok\n"))
    let created = await run(
      #"1..300 | map {text: "made \(it)"} | create posts workers: "test" | map .text"#, on: service)
    #expect(created.output == (1...300).map { "\"made \($0)\"\n" }.joined(), Comment(rawValue: created.notes))
    let destroyed = await run(
      #"destroy-all posts filter: {state: "spam"} page: {size: 100} confirm: true workers: "test""#, on: service)
    #expect(destroyed.output == "250\n", Comment(rawValue: destroyed.notes))
    for worker in workers {
      #expect(await worker.stop() == 0)
      #expect(worker.notes.hasSuffix(" 0 refused\n"), Comment(rawValue: worker.notes))
    }
    #expect(await service.stop().status == 0)
  }

  @Test func failuresAndLimitsAreAsWithoutWorkers() async throws {
    let service = try await FakeService("--workers", "8")
    let worker = await PoolWorker(in: service.vhost)
    let sink = #"| update posts {views: 1} workers: "test""#
    let stopped = await run("[1, 2, 99999, 4] \(sink)", on: service)
    #expect(stopped.status == 5 && stopped.notes.contains("error[not-found]"), Comment(rawValue: stopped.notes))
    #expect(stopped.notes.contains("at element 3: 99999"))
    let halted = await run(#"90001..90500 \#(sink) halt: 10"#, on: service)
    #expect(halted.status == 6 || halted.status == 5, Comment(rawValue: halted.notes))
    #expect(halted.notes.contains("its failures reached the limit halt: 10"))
    // 15 other changes can be in flight when the tenth change fails. The number is the same without workers.
    let failed = try #require(halted.notes.firstMatch(of: #/update posts: 0 ok, (\d+) failed/#))
    #expect(10...25 ~= (Int(failed.output.1) ?? 0), Comment(rawValue: halted.notes))
    let all = await run(
      #"[1, 99999, 3] | destroy posts workers: "test" confirm: true on-error: "continue""#, on: service)
    #expect(all.notes.contains("2 ok, 1 absent"), Comment(rawValue: all.notes))
    let rate = await run("5..24 \(sink) rate: 1000 throttle: {depth: 5}", on: service)
    #expect(rate.status == 0, Comment(rawValue: rate.notes))
    let dry = await run("1..3 \(sink) dry-run: true", on: service)
    #expect(dry.notes.contains("3 changes would be sent"))
    #expect(await worker.stop() == 0)
    _ = await service.stop()
  }

  /// An empty queue does not mean that `depth` in `throttle:` has no effect, because changes wait for workers.
  @Test func aThrottleShowsNoNoteAboutAnEmptyQueue() async throws {
    let service = try await FakeService("--latency", "400ms", "--workers", "16")
    let worker = await PoolWorker(in: service.vhost)
    let statement = "1..320 | update posts {views: 1} in-flight: 16 throttle: {depth: 10}"
    let alone = await service.run(statement)
    #expect(alone.notes.contains("depth in the option throttle: has no effect"), Comment(rawValue: alone.notes))
    let pooled = await run("\(statement) workers: \"test\"", on: service)
    #expect(pooled.notes.hasPrefix("update posts: 320 ok\n"), Comment(rawValue: pooled.notes))
    #expect(pooled.status == 0 && !pooled.notes.contains("throttle:"), Comment(rawValue: pooled.notes))
    #expect(await worker.stop() == 0)
    _ = await service.stop()
  }

  /// The names of attributes in results have the form that the client's option `keys:` requests.
  @Test func namesAreAsTheClientHasThem() async throws {
    let service = try await FakeService("--workers", "8")
    let worker = await PoolWorker(in: service.vhost)
    let ran = await run(
      #"let own = client queue: "posts" keys: "underscore""# + "\n"
        + #"[{text: "a", inserted_at: "2026-01-01T00:00:00Z"}] | create own workers: "test" | map .inserted_at"#,
      on: service)
    #expect(ran.output == "\"2026-01-01T00:00:00Z\"\n", Comment(rawValue: ran.notes))
    #expect(await worker.stop() == 0)
    _ = await service.stop()
  }

  /// Workers pass late replies on to the statement, which waits for late replies and counts them.
  @Test func lateRepliesAreCounted() async throws {
    let held = HeldReplies()
    let service = try await OddService { _, params in
      await held.released()
      let id = params["id"] as? String ?? "7"
      return id == "99999"
        ? OddService.errors(#"{"title":"Not found","status":"404"}"#)
        : #""result":{"data":{"type":"posts","id":"\#(id)","attributes":{"text":"a"}}}"#
    }
    let worker = await PoolWorker(in: service.vhost, heartbeat: 5)
    @Sendable func releaseAfterTheTimeout(_ note: String) {
      if note.contains("waiting up to") { held.release() }
      if note.contains(" ok, ") { held.hold() }
    }
    let ran = await run(
      #"let r = 1..4 | update posts {views: 1} timeout: 5s on-error: "continue" verify: false workers: "test""#
        + "\n" + #"print r.ok; [{text: "a"}] | create posts timeout: 5s verify: false workers: "test" | map .text"#,
      in: service.vhost, noted: releaseAfterTheTimeout)
    #expect(ran.notes.contains("update posts: waiting up to 5s for "), Comment(rawValue: ran.notes))
    #expect(ran.notes.contains("update posts: 4 ok, 4 of them confirmed later\n"), Comment(rawValue: ran.notes))
    #expect(ran.notes.contains("create posts: 1 ok, 1 of them confirmed later\n"), Comment(rawValue: ran.notes))
    #expect(ran.output.hasPrefix("4\n"))
    let refused = await run(
      #"[1, 99999] | update posts {views: 1} timeout: 5s on-error: "continue" verify: false workers: "test""#,
      in: service.vhost, noted: releaseAfterTheTimeout)
    #expect(refused.status == 5 && refused.notes.contains("error[not-found]"), Comment(rawValue: refused.notes))
    #expect(refused.notes.contains("update posts: 1 ok, 1 of them confirmed later, 1 failed\n"))
    #expect(await worker.stop() == 0)
    await service.stop()
  }

  @Test func aPoolWithoutAWorkerSendsNothing() async throws {
    let service = try await FakeService("--log", "-")
    let ran = await run(#"1..3 | update posts {views: 1} workers: "test""#, on: service)
    #expect(ran.status == 4)
    #expect(ran.notes.hasPrefix("error[no-route]: the pool test has no worker"), Comment(rawValue: ran.notes))
    #expect(ran.notes.contains("= start a worker: retort work --pool "))
    let name = await run(#"1..3 | update posts {views: 1} workers: "a b""#, on: service)
    #expect(name.notes.contains("\"a b\" is not a valid name of a pool"), Comment(rawValue: name.notes))
    let short = await run(#"1..3 | update posts {views: 1} workers: "test""#, on: service, key: "short")
    #expect(short.notes.contains("RETORT_POOL_KEY has fewer than 16 bytes"), Comment(rawValue: short.notes))
    let empty = await run(#"1..3 | update posts {views: 1} workers: "test""#, on: service, key: "")
    #expect(empty.notes.contains("RETORT_POOL_KEY is empty\n"), Comment(rawValue: empty.notes))
    #expect(await service.stop().output == "")
    let embedded = await Ran.retort(
      "-c", #"connect "embedded:blog"; let p = client queue: "posts"; 1..3 | update p {views: 1} workers: "test""#)
    #expect(embedded.notes.contains("workers: needs a connection to a broker, not embedded:blog"))
  }

  @Test func aWorkerNeedsTheSecret() async throws {
    let service = try await FakeService("--log", "-")
    let without = await PoolWorker(in: service.vhost, key: nil)
    #expect(await without.stop() == 2)
    #expect(without.notes.hasPrefix("error: retort work needs the pool's secret in RETORT_POOL_KEY\n  = export "))
    let worker = await PoolWorker(in: service.vhost)
    let statement = #"1..3 | update posts {views: 1} workers: "test""#
    let other = await run(statement, on: service, key: String(repeating: "x", count: 32))
    #expect(other.notes.contains("is not signed with this program's RETORT_POOL_KEY"), Comment(rawValue: other.notes))
    let unsigned = await run(statement, on: service, key: nil)
    #expect(
      unsigned.notes.contains(
        "the pool test refuses the changes, because they are not signed: its workers have the secret RETORT_POOL_KEY, "
          + "but this program does not have it\n"), Comment(rawValue: unsigned.notes))
    #expect(
      unsigned.notes.contains("  = set the environment variable RETORT_POOL_KEY to the secret of the workers\n"),
      Comment(rawValue: unsigned.notes))
    #expect(unsigned.status != 0)
    #expect(await run(statement, on: service).status == 0)
    #expect(worker.notes.contains("the same RETORT_POOL_KEY (2 refused so far)\n"), Comment(rawValue: worker.notes))
    #expect(await worker.stop() == 0)
    #expect(worker.notes.hasSuffix(", 3 changes, 2 refused\n"), Comment(rawValue: worker.notes))
    #expect(await service.stop().output.split(separator: "\n").count == 3)
  }

  @Test func aQueueThatIsNotAllowedIsRefused() async throws {
    let service = try await FakeService()
    let worker = await PoolWorker(in: service.vhost, ["--allow", "tags", "--allow", "authors"])
    let ran = await run(#"1..3 | update posts {views: 1} workers: "test""#, on: service)
    #expect(
      ran.notes.contains("the pool test refuses the changes: the worker's options --allow do not name the queue posts"))
    #expect(worker.notes.contains("the worker's options --allow do not name the queue posts (1 refused so far)\n"))
    #expect(await worker.stop() == 0)
    _ = await service.stop()
  }

  @Test func anInvalidMessageGetsAnErrorAndTheWorkerContinues() async throws {
    let service = try await FakeService()
    let worker = await PoolWorker(in: service.vhost, ["--insecure"], key: nil)
    let dialer = try await Dialer(try AMQPURI(service.vhost.uri), name: "test")
    let client = try await ReconnectingQueueClient(dialer, queue: "retort.work.test")
    let change =
      #"{"broker":"b","queue":"posts","type":"posts","verb":"update","method":"update","params":{},"expires":true,"timeout":100}"#
    let many = Array(repeating: change, count: 201).joined(separator: ",")
    let expires = Int(Date().timeIntervalSince1970 * 1000) + 50_000
    func chunk(_ number: Int, _ queue: String, expires: Int, _ changes: String) -> String {
      #"""
      {"id":"1","jsonrpc":"2.0","method":"carry.4","params":{"vhost":"\#(service.vhost.name)","pool":"test","run":"r",
      "number":\#(number),"expires":\#(expires),"queue":"\#(queue)","changes":[\#(changes)]}}
      """#
    }
    let requests = [
      ("no json", "Parse error"),
      (#"{"id":"1","method":"a\nstopped: 1","params":{"run":"R\n\u001b[2J"}}"#, "is not a method of workers"),
      (#"{"id":"1","method":"sing","params":{}}"#, "sing is not a method of workers"),
      (chunk(1, "posts", expires: expires, many), "it has 201 changes"),
      (chunk(2, "posts", expires: expires + 4_000, ""), "by this worker's clock, it was created in the future"),
      (
        chunk(3, "retort.work.test", expires: expires, ""),
        "the queue retort.work.test belongs to a pool, not to a service"
      ),
      (chunk(4, "posts", expires: expires, ""), #""outcomes":[]"#),
      (chunk(4, "posts", expires: expires, ""), "the worker already received chunk 4 of this run"),
    ]
    for (request, part) in requests {
      let id = client.nextCorrelationID()
      let reply = try await client.send(
        correlationID: id, body: Array(request.utf8), deadline: .now + .seconds(60), expires: false, mayRepeat: false)
      let text = String(decoding: reply, as: UTF8.self)
      #expect(text.contains(part), Comment(rawValue: "\(request.prefix(100)): \(text)"))
    }
    await dialer.close()
    #expect(await run(#"1..3 | update posts {views: 1} workers: "test""#, on: service, key: nil).status == 0)
    #expect(await worker.stop() == 0)
    #expect(worker.notes.hasSuffix(", 3 changes, 7 refused\n"), Comment(rawValue: worker.notes))
    #expect(!worker.notes.contains("\nstopped: 1") && !worker.notes.contains("\u{1B}"), Comment(rawValue: worker.notes))
    _ = await service.stop()
  }

  @Test func aSecretOfMetaComesFromTheWorker() async throws {
    let service = try await FakeService()
    let statement = #"1..3 | update posts {views: 1} meta: {token: "t"} workers: "test""#
    let worker = await PoolWorker(in: service.vhost)
    let ran = await run(statement, on: service)
    #expect(ran.notes.contains("need the secret token in meta"), Comment(rawValue: ran.notes))
    #expect(await worker.stop() == 0)
    let other = await PoolWorker(in: service.vhost, meta: #"{"token": "t"}"#)
    #expect(await run(statement, on: service).status == 0)
    #expect(await other.stop() == 0)
    _ = await service.stop()
  }

  @Test func statusShowsTheWorkers() async throws {
    let service = try await FakeService()
    let status = ["work", service.vhost.uri, "--pool", "test", "--status"]
    #expect(await Ran.retort(status) == Ran(status: 0, output: "the pool test has never had a worker\n", notes: ""))
    let first = await PoolWorker(in: service.vhost)
    let second = await PoolWorker(in: service.vhost)
    let shown = await Ran.retort(status)
    #expect(
      shown.output == """
        2 workers, 0 chunks waiting, 0 in progress, 0 changes/s
        worker 1: 0 chunks, 0 changes, 0 refused, 0/s in its last chunk
        worker 2: 0 chunks, 0 changes, 0 refused, 0/s in its last chunk

        """, Comment(rawValue: shown.notes))
    #expect(await first.stop() == 0)
    #expect(
      await Ran.retort(status).output.hasPrefix("1 worker, 0 chunks waiting, 0 in progress, 0 changes/s\nworker 2: ")
    )
    #expect(await second.stop() == 0)
    _ = await service.stop()
  }

  /// A worker that loses its connection sends no further changes of its chunk.
  ///
  /// A chunk is a message with several changes. The broker delivers the chunk again, and the next worker first looks up
  /// its changes. The next stage of the statement gets the resources that the lookups read.
  @Test(arguments: ["destroy", "update"]) func aChunkOfALostWorkerIsLookedUp(_ verb: String) async throws {
    let service = try await FakeService("--log", "-", "--latency", "50ms")
    let worker = await PoolWorker(in: service.vhost, ["--in-flight", "1"])
    let running = Task {
      let options = #"workers: "test" timeout: 10s on-error: "continue""#
      return await run(
        verb == "destroy"
          ? "1..20 | destroy posts confirm: true \(options)"
          : "1..20 | update posts {views: 7} \(options) | where .views == 7 and .state != null | count", on: service)
    }
    #expect(try await service.vhost.soon { try $0.requestsInHand(of: "posts") == 1 })
    #expect(try service.vhost.closeConnections(named: " work test") == 1)
    let ran = await running.value
    #expect(ran.status == 0, Comment(rawValue: ran.notes))
    #expect(ran.output == (verb == "update" ? "20\n" : ""), Comment(rawValue: ran.output))
    #expect(
      worker.notes.contains("was delivered before: looking up its changes first"), Comment(rawValue: worker.notes))
    #expect(await worker.stop() == 0)
    let log = try await service.stop().output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    let destroyed = log.filter { $0["method"]?.stringValue == verb && $0["outcome"] == "ok" }.compactMap {
      $0["id"]?.stringValue
    }
    #expect(destroyed.count == 20 && Set(destroyed).count == 20)
  }

  /// A statement ends if its pool loses the last worker.
  ///
  /// The changes in the chunk of the lost worker are unknown. The other changes failed, because no worker took them.
  @Test func aPoolThatLosesItsWorkersEndsTheWait() async throws {
    let service = try await FakeService("--log", "-")
    let worker = try await Connection.open(try AMQPURI(service.vhost.uri), name: "lost")
    let taken = AsyncStream.makeStream(of: Void.self)
    let declaration = QueueDeclaration(type: .quorum, deliveryLimit: 3)
    _ = try await worker.serve(
      queue: "retort.work.test", on: ServiceChannel.QueueServingSettings(declaration: declaration)
    ) {
      let id = (try? JSONValue(parsing: $0.body))?["id"]?.text ?? ""
      if $0.number > 1 {
        taken.continuation.yield()
        try? await Task.sleep(for: .seconds(600))
      }
      let reply = #"{"id":\#(id),"jsonrpc":"2.0","result":{"outcomes":[],"times":"","took":0}}"#
      return ServiceRepliesWithDelays([ServiceRepliesWithDelays.OutgoingReply(Array(reply.utf8))])
    }
    let statement =
      #"1..40 | update posts {views: 1} workers: "test" timeout: 1s on-error: "continue""#
    async let running = Ran.retort(
      "-c", "connect\nlet posts = client queue: \"posts\"\n" + statement,
      environment: ["RETORT_URL": service.vhost.uri + "&heartbeat=1"])
    for await _ in taken.stream { break }
    await worker.close()
    let ran = await running
    #expect(ran.status == 5, Comment(rawValue: ran.notes))
    let counts = try #require(
      ran.notes.firstMatch(of: #/update posts: 0 ok, (\d+) failed, (\d+) unknown/#), Comment(rawValue: ran.notes))
    let (failed, unknown) = (Int(counts.output.1) ?? 0, Int(counts.output.2) ?? 0)
    #expect(failed > 0 && unknown > 0 && failed + unknown == 40, Comment(rawValue: ran.notes))
    #expect(
      ran.notes.contains("the pool test has lost its workers, and did not reply"), Comment(rawValue: ran.notes))
    // No worker that starts later can carry out a chunk of the statement.
    let left = await Ran.retort("work", "--status", service.vhost.uri, "--pool", "test")
    #expect(left.output.hasPrefix("0 workers, 0 chunks waiting"), Comment(rawValue: left.output + left.notes))
    let methods = try await service.stop().output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    #expect(methods.allSatisfy { $0["method"] != "update" })
  }

  @Test func eachChangeIsDoneOnceThoughWorkersAreKilled() async throws {
    let (status, text) = try await CrashTests.trial("workers.py", "--count", "1500")
    #expect(status == 0, Comment(rawValue: text))
    #expect(text.contains("3 rounds, 0 failed"), Comment(rawValue: text))
  }
}
