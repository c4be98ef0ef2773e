import AMQP
import Foundation
import JSONText
import Synchronization
import TestBench
import Testing

/// Tests of pools with workers that do not answer, that have another secret, or that are lost.
@Suite(.timeLimit(.minutes(15))) struct PoolMisuseTests {
  private static let declaration = QueueDeclaration(type: .quorum, deliveryLimit: 3)

  /// A worker with another secret would take chunks that it must refuse.
  @Test func aWorkerWithAnotherSecretEnds() async throws {
    let service = try await FakeService()
    let first = await PoolWorker(in: service.vhost)
    let second = await PoolWorker(in: service.vhost, key: String(repeating: "x", count: 32))
    #expect(await second.stop() == 2)
    #expect(
      second.notes == """
        error: worker 1 of the pool test has another secret than this worker
          = the workers and the programs that use them need the same RETORT_POOL_KEY

        """)
    let insecure = await PoolWorker(in: service.vhost, ["--insecure"], key: nil)
    #expect(await insecure.stop() == 2)
    #expect(insecure.notes.hasPrefix("error: worker 1 of the pool test has a secret, but this worker has none\n"))
    #expect(await first.stop() == 0)
    _ = await service.stop()
  }

  @Test func statusNamesAWorkerThatDoesNotAnswer() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    let silent = try await Connection.open(try AMQPURI(vhost.uri), name: "silent")
    let questions = ServiceChannel.QueueServingSettings(declaration: QueueDeclaration(isExclusive: true))
    _ = try await silent.serve(queue: "retort.work.test.worker.1", on: questions) { _ in ServiceRepliesWithDelays([]) }
    _ = try await silent.serve(
      queue: "retort.work.test", on: ServiceChannel.QueueServingSettings(declaration: Self.declaration)
    ) { _ in ServiceRepliesWithDelays([]) }
    let shown = await Ran.retort("work", vhost.uri, "--pool", "test", "--status")
    #expect(
      shown.output == """
        1 worker, 0 chunks waiting, 0 in progress, 0 changes/s
        worker 1: no answer within 2 s; its process can be suspended, or its machine unreachable

        """)
    await silent.close()
  }

  /// Two statements lose the only worker of their pool, which received two chunks.
  ///
  /// Only the changes of these chunks are unknown. No worker received the other chunks, whichever statement removes them
  /// from the queue.
  @Test func theChunksOfOtherStatementsDoNotBecomeUnknown() async throws {
    let service = try await FakeService()
    let worker = try await Connection.open(try AMQPURI(service.vhost.uri), name: "lost")
    let (taken, take) = AsyncStream.makeStream(of: Int.self)
    let greeted = HeldReplies()
    let greetings = Mutex(0)
    let settings = ServiceChannel.QueueServingSettings(workers: 2, declaration: Self.declaration)
    _ = try await worker.serve(queue: "retort.work.test", on: settings) { delivery in
      let request = try? JSONValue(parsing: delivery.body)
      if let count = request?["params"]?["changes"]?.arrayValue?.count, count > 0 {
        take.yield(count)
        try? await Task.sleep(for: .seconds(600))
      }
      let count = greetings.withLock { count in
        count += 1
        return count
      }
      if count == 2 { greeted.release() }
      await greeted.released()
      let reply = #"{"id":\#(request?["id"]?.text ?? ""),"jsonrpc":"2.0","result":{"outcomes":[],"times":"","took":0}}"#
      return ServiceRepliesWithDelays([ServiceRepliesWithDelays.OutgoingReply(Array(reply.utf8))])
    }
    let uri = service.vhost.uri + "&heartbeat=1"
    @Sendable func run(_ elements: String) async -> Ran {
      await Ran.retort(
        "-c",
        "connect\nlet posts = client queue: \"posts\"\n"
          + "\(elements) | update posts {views: 1} workers: \"test\" timeout: 1s on-error: \"continue\"",
        environment: ["RETORT_URL": uri])
    }
    async let first = run("1..40")
    async let second = run("101..140")
    var sizes = taken.makeAsyncIterator()
    let size = (await sizes.next() ?? 0) + (await sizes.next() ?? 0)
    await worker.close()
    let runs = await [first, second]
    let unknown = runs.reduce(0) { sum, ran in
      sum + (ran.notes.firstMatch(of: #/update posts: .*?(\d+) unknown/#).flatMap { Int($0.output.1) } ?? 0)
    }
    #expect(unknown == size, Comment(rawValue: runs.map(\.notes).joined()))
    _ = await service.stop()
  }

  /// The first signal ends `retort serve` after the requests in progress, and the second signal ends it immediately.
  @Test func aSecondSignalEndsAServiceWithARequestInProgress() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    let service = try RunningProgram(["serve", "blog", "--url", vhost.uri, "--latency", "600s"])
    try await service.notes(contain: "serving blog")
    async let ran = Ran.retort(
      "-c", "connect\nlet posts = client queue: \"posts\"\nshow posts 1 timeout: 5s",
      environment: ["RETORT_URL": vhost.uri])
    #expect(try await vhost.soon { try $0.requestsInHand(of: "posts") == 1 })
    service.signal(SIGTERM)
    try await Task.sleep(for: .seconds(2))
    service.signal(SIGTERM)
    let ended = try await service.ended()
    #expect(ended.status == 143)
    #expect(ended.notes.hasSuffix("stopped: the requests in progress have no reply\n"), Comment(rawValue: ended.notes))
    #expect(await ran.status == 1)
  }

  /// `retort journal` shows a journal while a run writes it.
  @Test func aJournalInUseIsShown() async throws {
    let service = try await FakeService("--latency", "300ms")
    let journal = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: journal) }
    async let running = service.run("1..30 | update posts {views: 1} in-flight: 1 journal: \"\(journal)\"")
    #expect(try await service.vhost.soon { _ in FileManager.default.contents(atPath: journal)?.count ?? 0 > 1_000 })
    let shown = await Ran.retort("journal", journal)
    #expect(shown.status == 0)
    #expect(shown.output.contains("\nrecorded: "), Comment(rawValue: shown.output))
    #expect(
      shown.output.hasSuffix("a run has this journal open: the counts can change\n"), Comment(rawValue: shown.output))
    #expect(await running.status == 0)
    #expect(await !Ran.retort("journal", journal).output.contains("a run has this journal open"))
    _ = await service.stop()
  }
}
